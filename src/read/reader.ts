import type { Cutter } from "./cutter.ts";
import { frameCutter } from "./frame_cutters.ts";
import { LineArrayCutter, LineRunCutter } from "./line_cutter.ts";
import { LineIterator } from "./line_iterator.ts";
import { BufferedSource, CutIterator, type Source } from "./source.ts";
import { checkInteger, checkKeys, MAX_READ_BYTES } from "../check.ts";
import {
  AvailableCutter,
  ExactCutter,
  PeekCutter,
  sliceCutter,
} from "./size_cutters.ts";
import { UntilCutter } from "./until_cutter.ts";
import type { Framing } from "../frame/framing.ts";
import type {
  LineOptions,
  OnRead,
  PipeReaderOptions,
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
 * **One wait at a time**: a read while another one waits is a `TypeError`. A
 * number out of its range is a `RangeError`. The options of each call say who
 * ends a wait, and with which error: see {@linkcode WaitOptions}.
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
  readonly #source: BufferedSource;
  readonly #buffer: BufferedSource["buffer"];
  #lines: LineIterator | undefined;
  #framed: { framing: unknown; cutter: Cutter<unknown> } | undefined;

  /**
   * Locks the stream, of whatever type, for good. Nothing is read yet.
   *
   * @param from What to read: a child's stdout, a file, a transform, or a
   * {@linkcode Source}. Its chunks must not be written to again: the bytes that
   * a read gives are views of them.
   * @param options `onRead`, as the property {@linkcode PipeReader.onRead}.
   * @throws {TypeError} If the stream is locked already.
   */
  constructor(
    from: ReadableStream<Uint8Array> | Source,
    options: PipeReaderOptions = {},
  ) {
    checkKeys("read", options, ["onRead"]);
    this.#source = new BufferedSource(from, options.onRead);
    this.#buffer = this.#source.buffer;
  }

  /**
   * Called with the bytes of each read and the time at which they arrived,
   * before any caller gets them. It can be set at any time. If it throws, the
   * read that waits rejects with that error, or the next one that has to wait;
   * the bytes stay in place.
   */
  get onRead(): OnRead | undefined {
    return this.#source.onRead;
  }

  set onRead(onRead: OnRead | undefined) {
    this.#source.onRead = onRead;
  }

  /** How many bytes were given so far. */
  get bytesRead(): number {
    this.#source.giveBack();
    return this.#source.arrivedBytes - this.#buffer.length;
  }

  /** How many bytes have arrived and were not given yet: what can be had at once. */
  get buffered(): number {
    this.#source.giveBack();
    return this.#buffer.length;
  }

  /**
   * Reads of what has arrived, without waiting. The fastest loop takes
   * `reader.tryRead(32) ?? await reader.read(32)`.
   *
   * @param max The most bytes (1 to 2147483647).
   * @returns 1 to `max` bytes, a view; `undefined` if nothing is here: more may
   * come, or not; only {@linkcode read} tells.
   */
  tryRead(max: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#source.user !== undefined) this.#source.checkFree();
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
   * Reads as soon as there is anything, as Python's `os.read` does it.
   *
   * @param max The most bytes (1 to 2147483647).
   * @returns 1 to `max` bytes, a view; `null` at the end of the stream.
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
   * Reads so many bytes, no fewer.
   *
   * @param size How many (0 to 2147483647).
   * @returns `size` bytes, a view.
   * @throws {UnexpectedEndError} If the stream ends before them.
   */
  async readExactly(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#source.take(new ExactCutter(size), options))!;
  }

  /**
   * Reads up to and with a delimiter.
   *
   * @param delimiter Bytes, or text as UTF-8: 1 to 2147483647 bytes.
   * @returns What stands before the delimiter, and the delimiter: a view.
   * @throws {UnexpectedEndError} If the stream ends before it.
   * @throws {TooLongError} If more than `maxBytes` (1 MiB) stand before it.
   */
  async readUntil(
    delimiter: Uint8Array | string,
    options: ReadUntilOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const cutter = new UntilCutter(delimiter, options.maxBytes);
    return (await this.#source.take(cutter, options))!;
  }

  /**
   * Reads a line of text; the last one may be without an ending. A BOM is kept
   * as U+FEFF, and invalid UTF-8 is U+FFFD unless `fatal`.
   *
   * @returns The line without its LF or CRLF; `null` at the end of the stream.
   * @throws {TooLongError} If it has more than `maxBytes` (1 MiB).
   * @throws {TypeError} If it is not UTF-8, with `fatal`.
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
   * Reads the next frame if all of it has arrived, without waiting.
   *
   * @param framing Says where the frame ends.
   * @returns The frame; `undefined` if it is not all here: more may come, or
   * not; only {@linkcode readFrame} tells.
   * @throws As {@linkcode readFrame} rejects, at once.
   */
  tryReadFrame<Frame>(framing: Framing<Frame>): Frame | undefined {
    const frame = this.#source.tryTake(this.#cutterOf(framing));
    // A wish for room must not outlive the call that had it.
    this.#buffer.reserve(0);
    return frame;
  }

  /**
   * Reads the next frame.
   *
   * @param framing Says where the frame ends.
   * @returns The frame, its payload a view; `null` if the stream ends exactly
   * between two frames.
   * @throws {UnexpectedEndError} If it ends within one.
   * @throws {TooLongError} Above `framing.maxBytes`; where a header claims it,
   * before anything is allocated.
   * @throws {FramingError} If a header breaks the rule.
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
   * Waits until so many bytes are here, and takes nothing.
   *
   * @param size How many (1 to 2147483647).
   * @returns The next `size` bytes, a view; fewer if the stream ends after them,
   * and `null` if it has ended.
   */
  async peek(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    return await this.#source.take(new PeekCutter(size), options);
  }

  /**
   * Iterates slices: what has arrived, up to a size.
   *
   * @param size The most bytes of a slice (1 to 2147483647). Default: 32.
   * @param options With `fill`, exactly `size`; only the last may be shorter.
   * @returns The slices, views.
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
   * of the last one.
   *
   * @returns Views, of up to 64 KiB on a pipe. Their sizes mean nothing.
   */
  chunks(
    options: WaitOptions = {},
  ): AsyncIterableIterator<Uint8Array<ArrayBuffer>, undefined> {
    return this.slices(MAX_READ_BYTES, options);
  }

  /**
   * Iterates lines of text. They are decoded up to 8 KiB at once: a line that
   * is kept may keep its neighbours' text alive.
   *
   * @returns The lines, each as {@linkcode readLine} gives it, or throws.
   */
  lines(options: LineOptions = {}): AsyncIterableIterator<string, undefined> {
    return new LineIterator(this.#source, options);
  }

  /**
   * Iterates arrays of the complete lines that have arrived: the fastest way to
   * read lines. A `break` takes the array's lines with it.
   *
   * @returns Arrays, never empty, of up to 32 KiB of lines, or one that is longer.
   */
  lineArrays(
    options: LineOptions = {},
  ): AsyncIterableIterator<string[], undefined> {
    return new CutIterator(this.#source, new LineArrayCutter(options), options);
  }

  /**
   * Iterates frames.
   *
   * @param framing Says where each frame ends.
   * @returns The frames, each as {@linkcode readFrame} gives it, or throws.
   */
  frames<Frame>(
    framing: Framing<Frame>,
    options: ReadFrameOptions = {},
  ): AsyncIterableIterator<Frame, undefined> {
    return new CutIterator(this.#source, frameCutter(framing), options);
  }

  /**
   * Hands the reader over: from here on it refuses every read, and `cancel`,
   * with a `TypeError`.
   *
   * @returns All that was not taken yet, what has arrived included; its chunks
   * are views.
   */
  rest(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#source.rest();
  }

  /**
   * Gives the stream up and drops what has arrived; a read that waits, and
   * every later one, meets the end. A child that writes on gets SIGPIPE.
   *
   * @param reason What the stream is told.
   * @returns Resolves also if the stream has failed; rejects if it cannot be
   * given up.
   */
  async cancel(reason?: unknown): Promise<void> {
    await this.#source.cancel(reason);
  }

  /** Cancels, unless the stream was handed over by `rest`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#source.user !== "rest") await this.#source.cancel();
  }

  /** A loop asks for the same framing again and again: one cutter serves it. */
  #cutterOf<Frame>(framing: Framing<Frame>): Cutter<Frame> {
    if (this.#framed?.framing !== framing) {
      this.#framed = { framing, cutter: frameCutter(framing) };
    }
    return this.#framed.cutter as Cutter<Frame>;
  }
}
