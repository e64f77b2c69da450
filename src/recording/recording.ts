import { quoteBytes } from "../text_safety.ts";
import { TooLongError, UnexpectedEndError } from "../errors.ts";
import { PipeReader } from "../read/reader.ts";
import type { Source } from "../read/source.ts";
import { parseEvent, parseHeader, RecordingError } from "./line.ts";
import type { RecordedEvent, RecordingHeader } from "./event.ts";

/** The most bytes of a line: a piece of 16 MiB as base64, and more. */
const MAX_LINE_BYTES = 33_554_432;

const DECODER = new TextDecoder("utf-8", { fatal: true });

/**
 * A recording that is read: its header, then its events, one at a time.
 *
 * The events can be iterated once. Memory holds one line, of at most 32 MiB, and
 * a chunk of the source. Unknown keys and lines of an unknown kind are skipped.
 * A last line that is cut, as that of a recorder that was killed, is left out and
 * counted in {@linkcode Recording.cut}.
 *
 * @example What a session has carried
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Recording } from "@basic-pipes/basic-pipes";
 *
 * const file = new Blob([
 *   '{"recording":1,"program":"basic-pipes 0.2.0","command":["cat"],' +
 *   '"startedAt":"2026-11-26T10:00:00.000000Z","frame":"auto"}\n',
 *   '{"ms":1.5,"from":"out","offset":0,"text":"Spam 0"}\n',
 *   '{"ms":2,"from":"out","end"', // the recorder was killed here
 * ]);
 * const recording = await Recording.read(file.stream());
 * assertEquals(recording.header.command, ["cat"]);
 * const texts: string[] = [];
 * for await (const event of recording) {
 *   if (event.kind !== "piece") continue;
 *   texts.push(`${event.ms}: ${new TextDecoder().decode(event.bytes)}`);
 * }
 * assertEquals(texts, ["1.5: Spam 0"]);
 * assertEquals(recording.cut, 26);
 * ```
 */
export class Recording
  implements AsyncIterable<RecordedEvent>, AsyncDisposable {
  /** The first line: what was recorded, and since when. */
  readonly header: RecordingHeader;
  readonly #lines: Lines;
  #isTaken = false;

  private constructor(header: RecordingHeader, lines: Lines) {
    this.header = header;
    this.#lines = lines;
  }

  /**
   * Begins to read a recording: its header.
   *
   * @param from The recording: a file's stream, a pipe's, or a `Source`. It is
   *   cancelled when the events have ended or their loop is left, and if this
   *   rejects.
   * @returns The recording. Its events have still to be read.
   * @throws {RecordingError} If the first line is no header that this version
   *   can read, or if there is nothing.
   */
  static async read(
    from: ReadableStream<Uint8Array> | Source,
  ): Promise<Recording> {
    const lines = new Lines(from);
    try {
      const line = await lines.next();
      if (line === null) {
        throw new RecordingError(
          1,
          "it must begin with a header",
          lines.cut === 0
            ? "an empty file"
            : `a part of a line, ${lines.cut} bytes`,
        );
      }
      return new Recording(parseHeader(line), lines);
    } catch (error) {
      await lines.cancel();
      throw error;
    }
  }

  /**
   * The bytes of a last line that was cut and left out; 0 if there is none, and
   * until the events have ended.
   */
  get cut(): number {
    return this.#lines.cut;
  }

  /**
   * Iterates the events, in the order of the file.
   *
   * @returns The events. Its `next` rejects with a {@linkcode RecordingError} at
   *   a line that is no line of a recording, or that is longer than 32 MiB.
   * @throws {TypeError} If they have been iterated before.
   */
  [Symbol.asyncIterator](): AsyncIterator<RecordedEvent, undefined> {
    if (this.#isTaken) {
      throw new TypeError("Cannot read a recording again: open its file again");
    }
    this.#isTaken = true;
    return this.#events();
  }

  /** Gives the source up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.cancel();
  }

  async *#events(): AsyncGenerator<RecordedEvent, undefined> {
    const lines = this.#lines;
    try {
      for (;;) {
        const line = await lines.next();
        if (line === null) return;
        const event = parseEvent(line, lines.number);
        if (event !== null) yield event;
      }
    } finally {
      await lines.cancel();
    }
  }
}

/** The whole lines of a source, and how much of one is left at its end. */
class Lines {
  /** Which line was given last. */
  number = 0;
  cut = 0;
  readonly #reader: PipeReader;

  constructor(from: ReadableStream<Uint8Array> | Source) {
    this.#reader = new PipeReader(from);
  }

  /** The next line; `null` at the end. */
  async next(): Promise<string | null> {
    this.number++;
    try {
      const maxBytes = MAX_LINE_BYTES;
      return this.#decode(await this.#reader.readUntil("\n", { maxBytes }));
    } catch (error) {
      if (error instanceof UnexpectedEndError) return this.#last(error.partial);
      if (!(error instanceof TooLongError)) throw error;
      throw new RecordingError(
        this.number,
        `line ${this.number} must have at most ${MAX_LINE_BYTES} bytes`,
        "a longer one",
      );
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  /** A line without its end is whole if it is JSON: an object ends with `}`. */
  #last(bytes: Uint8Array): string | null {
    if (bytes.length === 0) return null;
    try {
      const line = DECODER.decode(bytes);
      JSON.parse(line);
      // The reader has still got it.
      this.#reader.tryRead(bytes.length);
      return line;
    } catch {
      this.cut = bytes.length;
      return null;
    }
  }

  #decode(bytes: Uint8Array): string {
    try {
      return DECODER.decode(bytes);
    } catch {
      const rule = `line ${this.number} must be UTF-8`;
      throw new RecordingError(this.number, rule, quoteBytes(bytes));
    }
  }
}
