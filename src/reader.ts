import { CutIterator } from "./_cut_iterator.ts";
import { CutSource } from "./_cut_source.ts";
import type { Cutter } from "./_cutter.ts";
import { frameCutter } from "./_frame_cutters.ts";
import { LineArrayCutter, LineRunCutter } from "./_line_cutter.ts";
import { LineIterator } from "./_line_iterator.ts";
import { restStream } from "./_rest_stream.ts";
import { checkInteger, MAX_READ_BYTES } from "./_check_number.ts";
import {
  AvailableCutter,
  ExactCutter,
  PeekCutter,
  sliceCutter,
} from "./_size_cutters.ts";
import { UntilCutter } from "./_until_cutter.ts";
import type { Framing } from "./framing.ts";
import type {
  LineOptions,
  ReadFrameOptions,
  ReadUntilOptions,
  SliceOptions,
  WaitOptions,
} from "./read_options.ts";

/**
 * Reads a stream of bytes in the shape that each call asks for: slices, exact
 * sizes, lines, frames, all that is left. Shapes mix at any point.
 *
 * **A read that fails takes nothing.** After a timeout, an abort, a
 * `TooLongError`, a `FramingError`, an `UnexpectedEndError` or a wrong
 * argument every byte is still in place and can be read. If the stream itself
 * fails, what had arrived can be read too; who needs more gets its error.
 *
 * **Bytes are views**, valid for as long as they are held: nothing is ever
 * written to memory that was given out. Views share memory with each other, so
 * do not write to one before `peek`ed bytes were read. Holding a view keeps
 * the chunk or the frame that it came with alive (a chunk of a pipe has up to
 * 64 KiB); `view.slice()` is a small copy.
 *
 * **Memory is bounded** by one chunk, plus what the call under way collects:
 * its size, or three times `maxBytes` at the worst while a line or a part of
 * unknown length grows. Nothing is read ahead of a call, except the one read
 * that a timeout or an abort leaves outstanding.
 *
 * **One wait at a time**: a call while another one waits is a `TypeError`. A
 * size that is not an integer from 1 to 2147483647 is a `RangeError`.
 *
 * A `break` out of a loop leaves the reader usable, with every byte in place
 * that was not given yet. The stream ends with `cancel` or `await using`.
 *
 * @example A banner, then a frame, then the rest
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lengthPrefix, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const stream = new Blob(["ready\n\x02hiSpam 0\nSpam 1\n"]).stream();
 * await using reader = new PipeReader(stream);
 * assertEquals(await reader.readLine(), "ready");
 * const frame = await reader.readFrame(lengthPrefix({ bytes: 1 }));
 * assertEquals(new TextDecoder().decode(frame!), "hi");
 * const lines: string[] = [];
 * for await (const line of reader.lines()) lines.push(line);
 * assertEquals(lines, ["Spam 0", "Spam 1"]);
 * ```
 */
export class PipeReader implements AsyncDisposable {
  readonly #source: CutSource;
  readonly #buffer: CutSource["buffer"];
  #lines: LineIterator | undefined;
  #framed: { framing: unknown; cutter: Cutter<unknown> } | undefined;

  /**
   * Locks the stream, of whatever type, for good. Nothing is read yet.
   *
   * @throws {TypeError} If the stream is locked already.
   */
  constructor(stream: ReadableStream<Uint8Array>) {
    this.#source = new CutSource(stream);
    this.#buffer = this.#source.buffer;
  }

  /** How many bytes were given so far. */
  get bytesRead(): number {
    this.#source.holder?.settle();
    return this.#source.intake.arrivedBytes - this.#buffer.length;
  }

  /** How many bytes have arrived and were not given yet: what can be had at once. */
  get buffered(): number {
    this.#source.holder?.settle();
    return this.#buffer.length;
  }

  /**
   * 1 to `max` bytes of what has arrived, a view, without waiting. `undefined`
   * means that nothing is here: more may come, or not; only `read` tells. The
   * fastest loop takes `reader.tryRead(32) ?? await reader.read(32)`.
   */
  tryRead(max: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#source.holder !== undefined) this.#source.enter();
    if ((max | 0) !== max || max < 1) {
      checkInteger("read", "the size", max, 1, MAX_READ_BYTES);
    }
    const buffer = this.#buffer;
    const start = buffer.start;
    let end = start + max;
    if (end > buffer.end) {
      end = buffer.end;
      if (end === start) return undefined;
    }
    buffer.start = end;
    return buffer.bytes.subarray(start, end);
  }

  /**
   * 1 to `max` bytes, a view, as soon as there are any, as `os.read` does it;
   * `null` is the end of the stream.
   */
  async read(
    max: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    // The loop that everybody writes first: no cutter and no second await.
    const bytes = options === undefined ? this.tryRead(max) : undefined;
    return bytes ?? await this.#source.take(new AvailableCutter(max), options);
  }

  /**
   * `size` bytes (0 is allowed), a view; the end before them is an
   * `UnexpectedEndError`.
   */
  async readExactly(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#source.take(new ExactCutter(size), options))!;
  }

  /**
   * All up to and with the delimiter (1 byte or more, or text as UTF-8), a
   * view. The end before it is an `UnexpectedEndError`; more than `maxBytes`
   * (default 1 MiB) before it a `TooLongError`.
   */
  async readUntil(
    delimiter: Uint8Array | string,
    options: ReadUntilOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const cutter = new UntilCutter(delimiter, options.maxBytes);
    return (await this.#source.take(cutter, options))!;
  }

  /**
   * A line of text without its LF or CRLF, the last one also without an
   * ending; `null` at the end. A BOM is kept as U+FEFF, and invalid UTF-8 is
   * U+FFFD unless `fatal`. More than `maxBytes` (default 1 MiB) is a
   * `TooLongError`.
   */
  async readLine(options?: LineOptions): Promise<string | null> {
    if (options === undefined) {
      // The plain loop is the fast one: it shares the runs of a whole loop.
      this.#lines ??= new LineIterator(this.#source, {});
      return (await this.#lines.next()).value ?? null;
    }
    const cutter = new LineRunCutter(options, 0);
    const run = await this.#source.take(cutter, options);
    return run && run.lines[0]!;
  }

  /**
   * The next frame, if all of it has arrived, without waiting. `undefined`
   * means that it has not: more may come, or not; only `readFrame` tells. What
   * breaks the rule throws as there.
   */
  tryReadFrame<Frame>(framing: Framing<Frame>): Frame | undefined {
    const frame = this.#source.tryTake(this.#cutterOf(framing));
    // A wish for room must not outlive the call that had it.
    this.#buffer.reserve(0);
    return frame;
  }

  /**
   * The next frame, its payload a view; `null` if the stream ends exactly
   * between two frames, and an `UnexpectedEndError` if it ends within one.
   * Above `framing.maxBytes` it is a `TooLongError`, before anything is
   * allocated; a header against the rules is a `FramingError`.
   */
  async readFrame<Frame>(
    framing: Framing<Frame>,
    options?: ReadFrameOptions,
  ): Promise<Frame | null> {
    const cutter = this.#cutterOf(framing);
    const frame = options === undefined
      ? this.#source.tryTake(cutter)
      : undefined;
    if (frame !== undefined) return frame;
    return await this.#source.take(cutter, options);
  }

  /**
   * The next `size` bytes, a view, and takes nothing: waits until they are
   * here. Fewer mean that the stream ends after them, and `null` that it has
   * ended.
   */
  async peek(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    return await this.#source.take(new PeekCutter(size), options);
  }

  /**
   * Iterates slices of at most `size` bytes (default 32), views; with `fill`,
   * of exactly `size`, only the last may be shorter.
   */
  slices(
    size = 32,
    options: SliceOptions = {},
  ): AsyncIterableIterator<Uint8Array<ArrayBuffer>, undefined> {
    const cutter = sliceCutter(size, options.fill);
    return new CutIterator(this.#source, cutter, options);
  }

  /**
   * Iterates what each read of the operating system gave, first what is left
   * of the last one: views of up to 64 KiB on a pipe. Their sizes mean nothing.
   */
  chunks(
    options: WaitOptions = {},
  ): AsyncIterableIterator<Uint8Array<ArrayBuffer>, undefined> {
    return this.slices(MAX_READ_BYTES, options);
  }

  /**
   * Iterates lines of text, each as `readLine` gives it. They are decoded up to
   * 8 KiB at once: a line that is kept may keep its neighbours' text alive.
   */
  lines(options: LineOptions = {}): AsyncIterableIterator<string, undefined> {
    return new LineIterator(this.#source, options);
  }

  /**
   * Iterates arrays of the complete lines that have arrived, never empty, up to
   * 8 KiB of them or one longer: the fastest way to read lines. A `break` takes
   * the array's lines with it.
   */
  lineArrays(
    options: LineOptions = {},
  ): AsyncIterableIterator<string[], undefined> {
    return new CutIterator(this.#source, new LineArrayCutter(options), options);
  }

  /** Iterates frames, each as `readFrame` gives it. */
  frames<Frame>(
    framing: Framing<Frame>,
    options: ReadFrameOptions = {},
  ): AsyncIterableIterator<Frame, undefined> {
    return new CutIterator(this.#source, frameCutter(framing), options);
  }

  /**
   * All that was not taken yet as a stream, what has arrived included; its
   * chunks are views. The reader is handed over: it refuses every call from
   * here on with a `TypeError`.
   */
  rest(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return restStream(this.#source);
  }

  /**
   * Gives the stream up and drops what has arrived; a read that waits, and
   * every later one, meets the end. A child that writes on gets SIGPIPE. Quiet
   * if the stream has failed; rejects if it cannot be given up.
   */
  async cancel(reason?: unknown): Promise<void> {
    await this.#source.cancel(reason);
  }

  /** Cancels, unless the stream was handed over by `rest`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#source.isHandedOver) await this.#source.cancel();
  }

  /** A loop asks for the same framing again and again: one cutter serves it. */
  #cutterOf<Frame>(framing: Framing<Frame>): Cutter<Frame> {
    if (this.#framed?.framing !== framing) {
      this.#framed = { framing, cutter: frameCutter(framing) };
    }
    return this.#framed.cutter as Cutter<Frame>;
  }
}
