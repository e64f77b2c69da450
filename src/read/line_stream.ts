import { cutStream } from "./cut_stream.ts";
import { LineRunCutter, MAX_WINDOW_BYTES } from "./line_cutter.ts";
import type { LineOptions } from "./read_options.ts";

/**
 * Cuts a byte stream into lines of text: `lines` of a {@linkcode PipeReader},
 * for `pipeThrough`.
 *
 * Lines end in LF or CRLF; a last line without an ending is given too. A BOM
 * is kept as U+FEFF. A line that is too long is a `TooLongError` of
 * `readable`, and aborts `writable`.
 *
 * @example Three lines
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { LineStream } from "@basic-pipes/basic-pipes";
 *
 * const stream = new Blob(["a\r\n\nb"]).stream().pipeThrough(new LineStream());
 * const lines: string[] = [];
 * for await (const line of stream) lines.push(line);
 * assertEquals(lines, ["a", "", "b"]);
 * ```
 */
export class LineStream {
  /** The lines, without their endings. */
  readonly readable: ReadableStream<string>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param options The longest line, and what invalid UTF-8 is.
   * @throws {RangeError} If `maxBytes` is out of its range.
   */
  constructor(options: Pick<LineOptions, "maxBytes" | "fatal"> = {}) {
    ({ readable: this.readable, writable: this.writable } = cutStream(
      new LineRunCutter(options, MAX_WINDOW_BYTES),
      (run, controller: ReadableStreamDefaultController<string>) => {
        for (const line of run.lines) controller.enqueue(line);
      },
    ));
  }
}
