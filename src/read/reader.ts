import {
  checkInteger,
  checkKeys,
  checkType,
  MAX_READ_BYTES,
} from "../check.ts";
import { textDecoder } from "../bytes.ts";
import type { Framing } from "../frame/framing.ts";
import {
  allCutter,
  type Cutter,
  sizeCutter,
  skipCutter,
  skipUntilCutter,
  untilCutter,
} from "./cutters.ts";
import { frameCutter } from "./frame_cutters.ts";
import {
  LINE_KEYS,
  lineArrayCutter,
  LineIterator,
  LineRunCutter,
} from "./lines.ts";
import {
  DEFAULT_ALL_BYTES,
  DEFAULT_LINE_BYTES,
  type Delimiter,
  type LineOptions,
  type OnRead,
  type PipeReaderOptions,
  type ReadAllOptions,
  type ReadFrameOptions,
  type ReadTextOptions,
  type ReadUntilOptions,
  type SliceOptions,
  WAIT_KEYS,
  type WaitOptions,
} from "./read_options.ts";
import { BufferedSource, checkWait, CutIterator } from "./buffered_source.ts";
import type { Source } from "./source.ts";

const ALL_KEYS = [...WAIT_KEYS, "maxBytes"];
const FRAME_KEYS = [...WAIT_KEYS, "stallTimeoutMs"];

/**
 * Reads a stream of bytes in the shape that each call asks for: slices, exact
 * sizes, lines, frames, all that is left. Shapes mix at any point.
 *
 * **A read that fails takes nothing.** After a timeout, an abort, a
 * `TooLongError`, a `FramingError`, an `UnexpectedEndError` or a wrong
 * argument every byte is still in place and can be read. If the stream itself
 * fails, what had arrived can still be read; a read that needs more rejects with
 * the stream's error. The exceptions are `skip` and `skipUntil`, which keep
 * nothing.
 *
 * **Bytes are views**, valid for as long as they are held: the reader never
 * writes to memory that was given out, and its source must not either. A source
 * that fills the same buffer again and again must give copies. Views share memory
 * with each other, so do not write to one before `peek`ed bytes were read. A view
 * keeps the whole chunk or frame alive that it came with (a chunk of a pipe has up
 * to 64 KiB); `view.slice()` is a small copy.
 *
 * **Memory is bounded** by one chunk, plus what the call under way collects:
 * its size, or three times `maxBytes` at the worst while a line or a part of
 * unknown length grows. Nothing is read ahead of a call, except the one read
 * that a timeout or an abort leaves outstanding.
 *
 * **One wait at a time**: a read while another read is pending is a `TypeError`,
 * as is an unknown option. A number out of its range is a `RangeError`. The
 * options of each call limit its wait: see {@linkcode WaitOptions}.
 *
 * A `break` out of a loop leaves the reader usable, and every byte that was not
 * given stays in place. The stream ends with `cancel` or `await using`.
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
  #until: { key: string; cutter: ReturnType<typeof untilCutter> } | undefined;

  /**
   * Locks the stream, of whatever type, for good. Nothing is read yet.
   *
   * @param from What to read: a child's stdout, a file, a transform, or a
   * {@linkcode Source}. Its chunks must not be written to again.
   * @param options `onRead`, as the property {@linkcode PipeReader.onRead}.
   * @throws {TypeError} If the stream is locked already, or an option is unknown
   * or unusable.
   */
  constructor(
    from: ReadableStream<Uint8Array> | Source,
    options: PipeReaderOptions = {},
  ) {
    checkKeys("read", options, ["onRead"]);
    checkType("read", "onRead", options.onRead, "function");
    this.#source = new BufferedSource(from, options.onRead);
    this.#buffer = this.#source.buffer;
  }

  /**
   * Called with the bytes of each read and the time at which they arrived,
   * before any caller gets them. It can be set at any time. If it throws, the
   * read that is pending rejects with that error, or else the next one that has
   * to wait; the bytes stay in place.
   */
  get onRead(): OnRead | undefined {
    return this.#source.onRead;
  }

  set onRead(onRead: OnRead | undefined) {
    checkType("read", "onRead", onRead, "function");
    this.#source.onRead = onRead;
  }

  /** How many bytes were given or skipped so far. */
  get bytesRead(): number {
    this.#source.giveBack();
    return this.#source.arrivedBytes - this.#buffer.length;
  }

  /** How many bytes have arrived and were not given yet: no wait is needed. */
  get buffered(): number {
    this.#source.giveBack();
    return this.#buffer.length;
  }

  /**
   * Reads from what has arrived, without waiting. The fastest loop takes
   * `reader.tryRead(32) ?? await reader.read(32)`.
   *
   * @param max The most bytes (1 to 2,147,483,647).
   * @returns 1 to `max` bytes, a view; `undefined` if nothing is here. Then more
   * may come or not: only {@linkcode read} tells.
   */
  tryRead(max: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#source.user !== undefined) this.#source.checkFree();
    if ((max | 0) !== max || max < 1) {
      checkInteger("read", "the size", max, 1, MAX_READ_BYTES);
    }
    return this.#buffer.tryTake(max);
  }

  /**
   * Reads as soon as there is anything, as Python's `os.read` does it.
   *
   * @param max The most bytes (1 to 2,147,483,647).
   * @returns 1 to `max` bytes, a view; `null` at the end of the stream.
   */
  read(
    max: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    // The loop that everybody writes first: no cutter and no second promise.
    try {
      if (options !== undefined) return this.#take(sizeCutter(max), options);
      const bytes = this.tryRead(max);
      if (bytes !== undefined) return Promise.resolve(bytes);
      return this.#source.wait(sizeCutter(max));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Reads exactly this many bytes.
   *
   * @param size How many (0 to 2,147,483,647).
   * @returns `size` bytes, a view.
   * @throws {UnexpectedEndError} If the stream ends before them.
   */
  async readExactly(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#take(sizeCutter(size, { exact: true }), options))!;
  }

  /**
   * Reads up to and with a delimiter, or the first of several: the one that ends
   * first, and of those that end together the longest.
   *
   * @param delimiter Bytes, or text as UTF-8: 1 to 2,147,483,647 bytes; or 1 to
   * 1,000 such delimiters.
   * @returns What stands before the delimiter, and the delimiter: a view.
   * @throws {UnexpectedEndError} If the stream ends before it.
   * @throws {TooLongError} If more than `maxBytes` (1 MiB) stand before it.
   */
  async readUntil(
    delimiter: Delimiter,
    options: ReadUntilOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkWait(options, ALL_KEYS);
    const { maxBytes = DEFAULT_LINE_BYTES } = options;
    const cutter = this.#untilCutterOf(delimiter, maxBytes);
    return (await this.#source.take(cutter, options))!;
  }

  /**
   * Reads a line of text; the last one may lack its ending. A BOM is kept as
   * U+FEFF, and invalid UTF-8 is U+FFFD unless `fatal`.
   *
   * @returns The line without its LF or CRLF; `null` at the end of the stream.
   * @throws {TooLongError} If it has more than `maxBytes` (1 MiB);
   * `skipUntil("\n")` goes on to the next line.
   * @throws {TypeError} If it is not UTF-8, with `fatal`.
   */
  async readLine(options?: LineOptions): Promise<string | null> {
    if (options === undefined) {
      // Shares the runs of a loop: a line alone costs three times as much.
      this.#lines ??= new LineIterator(this.#source, {});
      return (await this.#lines.next()).value ?? null;
    }
    checkWait(options, LINE_KEYS);
    const cutter = new LineRunCutter(options, 0);
    const run = await this.#source.take(cutter, options);
    return run && run.lines[0]!;
  }

  /**
   * Reads the next frame if all of it has arrived, without waiting.
   *
   * @param framing Says where the frame ends.
   * @returns The frame; `undefined` if it is not all here. Then more may come or
   * not: only {@linkcode readFrame} tells.
   * @throws As {@linkcode readFrame} rejects, at once.
   */
  tryReadFrame<Frame>(framing: Framing<Frame>): Frame | undefined {
    const frame = this.#source.tryTake(this.#cutterOf(framing));
    // The size hint of this call must not reach the next read.
    this.#buffer.hint = 0;
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
  readFrame<Frame>(
    framing: Framing<Frame>,
    options?: ReadFrameOptions,
  ): Promise<Frame | null> {
    try {
      const cutter = this.#cutterOf(framing);
      if (options !== undefined) {
        return this.#take(cutter, options, FRAME_KEYS);
      }
      const frame = this.#source.tryTake(cutter);
      if (frame !== undefined) return Promise.resolve(frame);
      return this.#source.wait(cutter);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits until this many bytes are here, and takes nothing.
   *
   * @param size How many (1 to 2,147,483,647).
   * @returns The next `size` bytes, a view; fewer if the stream ends after them,
   * and `null` if it has ended.
   */
  async peek(
    size: number,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const cutter = sizeCutter(size, { fill: true, keep: true });
    return await this.#take(cutter, options);
  }

  /**
   * Reads all that is left.
   *
   * @returns All bytes up to the end, a view; none if it has ended.
   * @throws {TooLongError} If there are more than `maxBytes` (16 MiB).
   */
  readAll(options: ReadAllOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#all(options, ALL_KEYS, (bytes) => bytes);
  }

  /**
   * Reads all that is left, as text. A BOM is kept as U+FEFF, and invalid UTF-8
   * is U+FFFD unless `fatal`.
   *
   * @returns The text up to the end.
   * @throws {TooLongError} If there are more than `maxBytes` (16 MiB).
   * @throws {TypeError} If it is not UTF-8, with `fatal`.
   */
  text(options: ReadTextOptions = {}): Promise<string> {
    return this.#all(
      options,
      LINE_KEYS,
      (bytes) => textDecoder(options.fatal).decode(bytes),
    );
  }

  /**
   * Reads all that is left, as one JSON value. A BOM before it is left out.
   *
   * @returns The value.
   * @throws {TooLongError} If there are more than `maxBytes` (16 MiB).
   * @throws {TypeError} If it is not UTF-8.
   * @throws {SyntaxError} If it is not JSON.
   */
  json(options: ReadAllOptions = {}): Promise<unknown> {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return this.#all(
      options,
      ALL_KEYS,
      (bytes): unknown => JSON.parse(decoder.decode(bytes)),
    );
  }

  /**
   * Throws bytes away as they arrive. What was skipped before a timeout, an abort
   * or an error stays skipped: `bytesRead` tells how many bytes that were.
   *
   * @param size How many (0 to 9,007,199,254,740,991).
   * @returns How many were skipped: fewer than `size` only at the end.
   */
  async skip(size: number, options?: WaitOptions): Promise<number> {
    return (await this.#take(skipCutter(size), options))!;
  }

  /**
   * Throws bytes away up to and with a delimiter, or up to the end: the rest of a
   * line that is too long, for instance. A timeout does as with {@linkcode skip}.
   *
   * @param delimiter As that of {@linkcode readUntil}.
   * @returns How many bytes were skipped, the delimiter included.
   */
  async skipUntil(
    delimiter: Delimiter,
    options?: WaitOptions,
  ): Promise<number> {
    return (await this.#take(skipUntilCutter(delimiter), options))!;
  }

  /**
   * Iterates slices: what has arrived, up to a size.
   *
   * @param size The most bytes of a slice (1 to 2,147,483,647).
   * @param options With `fill`, exactly `size`; only the last may be shorter.
   * @returns The slices, views.
   */
  slices(
    size: number,
    options: SliceOptions = {},
  ): AsyncIterableIterator<Uint8Array<ArrayBuffer>, undefined> {
    checkWait(options, [...WAIT_KEYS, "fill"]);
    const cutter = sizeCutter(size, { fill: options.fill });
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
    checkWait(options);
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
    checkWait(options, LINE_KEYS);
    return new CutIterator(this.#source, lineArrayCutter(options), options);
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
    checkWait(options, FRAME_KEYS);
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
   * Gives the stream up and drops what has arrived. A read that is pending, and
   * every later one, gets the end. A child that writes on gets SIGPIPE.
   *
   * @param reason Passed to the stream.
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

  /** What `console.log` shows: how far the reader is, and its state. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    const { bytesRead, buffered } = this;
    const facts = { bytesRead, buffered, state: this.#source.state };
    return `PipeReader ${inspect(facts, options)}`;
  }

  #take<T>(
    cutter: Cutter<T>,
    options?: ReadFrameOptions,
    keys?: readonly string[],
  ): Promise<T | null> {
    if (options !== undefined) checkWait(options, keys);
    return this.#source.take(cutter, options);
  }

  async #all<T>(
    options: ReadAllOptions,
    keys: readonly string[],
    make: (bytes: Uint8Array<ArrayBuffer>) => T,
  ): Promise<T> {
    checkWait(options, keys);
    const cutter = allCutter(options.maxBytes ?? DEFAULT_ALL_BYTES, make);
    return (await this.#source.take(cutter, options)) as T;
  }

  /** A loop asks for the same framing again and again: one cutter serves it. */
  #cutterOf<Frame>(framing: Framing<Frame>): Cutter<Frame> {
    if (this.#framed?.framing !== framing) {
      this.#framed = { framing, cutter: frameCutter(framing) };
    }
    return this.#framed.cutter as Cutter<Frame>;
  }

  /** The same for a delimiter that is text; bytes may be changed meanwhile. */
  #untilCutterOf(
    delimiter: Delimiter,
    maxBytes: number,
  ): ReturnType<typeof untilCutter> {
    if (typeof delimiter !== "string") return untilCutter(delimiter, maxBytes);
    const key = `${maxBytes} ${delimiter}`;
    if (this.#until?.key !== key) {
      this.#until = { key, cutter: untilCutter(delimiter, maxBytes) };
    }
    return this.#until.cutter;
  }
}
