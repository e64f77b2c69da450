import { LF, textDecoder } from "../bytes.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import { TooLongError } from "../errors.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import { type Cutter, DelimiterSearch, payloadBytes } from "./cutters.ts";
import {
  DEFAULT_LINE_BYTES,
  type LineOptions,
  WAIT_KEYS,
} from "./read_options.ts";
import {
  type BufferedSource,
  checkWait,
  type HeldLines,
  resultOf,
} from "./buffered_source.ts";

/**
 * The most bytes that one run of lines is cut from. More would hardly be
 * faster, and a line that is kept keeps the text of its whole run alive.
 */
export const RUN_BYTES = 8192;

/** The same where all the lines are given at once: a fifth faster. */
const ARRAY_RUN_BYTES = 32_768;

/** The first run of a loop, and the first after another read came between. */
const FIRST_RUN_BYTES = 256;

const NEWLINE: readonly Uint8Array[] = [Uint8Array.of(LF)];
const decoder = textDecoder();
const strictDecoder = textDecoder(true);

/** The options that all who read lines take. */
export const LINE_KEYS = [...WAIT_KEYS, "maxBytes", "fatal"] as const;

/** Complete lines that were decoded at once, and the bytes they came from. */
export interface LineRun {
  lines: string[];
  bytes: Uint8Array<ArrayBuffer>;
}

/** Cuts all the complete lines of a window off the front of a buffer. */
export class LineRunCutter implements Cutter<LineRun> {
  /** How many bytes to look at; 0 cuts a single line. */
  windowBytes: number;
  readonly #fatal: boolean;
  readonly #maxBytes: number;
  readonly #search = new DelimiterSearch(NEWLINE);
  #searched = 0;

  constructor(
    { maxBytes = DEFAULT_LINE_BYTES, fatal = false }: LineOptions,
    windowBytes: number,
  ) {
    checkInteger("read lines", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
    this.windowBytes = windowBytes;
    this.#fatal = fatal;
    this.#maxBytes = maxBytes;
  }

  reset(): void {
    this.#searched = 0;
    this.#search.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): LineRun | undefined {
    const size = this.#findRun(buffer);
    if (size > 0) {
      const bytes = buffer.view(size);
      const text = this.#decodeRun(bytes);
      if (text !== undefined) {
        buffer.skip(size);
        return { lines: split(text), bytes };
      }
    }
    return this.#cutSingle(buffer, hasEnded);
  }

  /** How many bytes the complete lines of the window have. */
  #findRun(buffer: ByteBuffer): number {
    // No line in a window of maxBytes + 1 can be longer than maxBytes.
    const window = Math.min(
      buffer.length,
      this.windowBytes,
      this.#maxBytes + 1,
    );
    const from = buffer.start + this.#searched;
    const unsearched = buffer.bytes.subarray(from, buffer.start + window);
    const at = unsearched.lastIndexOf(LF);
    if (at >= 0) return this.#searched + at + 1;
    if (unsearched.length > 0) this.#searched = window;
    return 0;
  }

  /** `undefined` if there is a line in it that is not valid. */
  #decodeRun(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const ended = bytes.subarray(0, -1);
    if (!this.#fatal) return decoder.decode(ended);
    try {
      return strictDecoder.decode(ended);
    } catch {
      // The lines before the invalid one are given first, one by one from here
      // on: to try the whole run again for each of them would be quadratic.
      this.windowBytes = 0;
      return undefined;
    }
  }

  #cutSingle(buffer: ByteBuffer, hasEnded: boolean): LineRun | undefined {
    const found = this.#search.find(buffer);
    const isWhole = found >= 0 || hasEnded;
    const length = payloadBytes(buffer, this.#search, found, hasEnded, true);
    if (length > this.#maxBytes) {
      throw new TooLongError({
        what: "line",
        maxBytes: this.#maxBytes,
        head: buffer.view(this.#maxBytes + 1),
      });
    }
    if (!isWhole || buffer.length === 0) return undefined;
    // Decoded before it is taken: a line that is not valid stays.
    const line = buffer.view(length);
    const text = (this.#fatal ? strictDecoder : decoder).decode(line);
    return {
      lines: [text],
      bytes: buffer.take(found < 0 ? length : found + 1),
    };
  }
}

/** Splits at LF; a CR before it, or at the very end, belongs to the ending. */
function split(text: string): string[] {
  const parts = text.split("\n");
  // Asking once for all lines is what makes this fast where there is none.
  if (!text.includes("\r")) return parts;
  return parts.map((part) => part.endsWith("\r") ? part.slice(0, -1) : part);
}

/** Cuts runs of lines, and gives the lines alone. */
export function lineArrayCutter(options: LineOptions): Cutter<string[]> {
  const cutter = new LineRunCutter(options, ARRAY_RUN_BYTES);
  return {
    reset: () => cutter.reset(),
    cut: (buffer, hasEnded) => cutter.cut(buffer, hasEnded)?.lines,
  };
}

/**
 * The decoded lines of a {@linkcode LineIterator} that were not given yet.
 *
 * To find, decode and allocate each line alone takes three times as long as to
 * decode a *run* of complete lines at once and to split its text. So a run is
 * taken from the buffer, its first line is given, and the others are held here.
 * There are two modes:
 *
 * - *Empty*: no line is held, and all bytes are in the buffer. Any read may
 *   take them.
 * - *Holding*: the bytes of the held lines are not in the buffer, and
 *   `source.user` is this object.
 *
 * From one to the other:
 *
 * - empty → holding: `cut` takes a run. It sets `source.user` itself, in the
 *   same moment as it takes the bytes: a read that begins before the iterator
 *   goes on must find it.
 * - holding → holding: `next()` of the iterator gives one line more.
 * - holding → empty, by `finish`: all lines were given, and the next is asked
 *   for. The next run may have twice the bytes, up to 8 KiB.
 * - holding → empty, by `giveBack`: another read, `buffered`, `bytesRead`, a
 *   `break` or `cancel` needs the buffer. The bytes of the lines that were not
 *   given go back to its front, and the next run has 256 bytes again.
 *
 * The window grows because a loop that takes turns with other reads would
 * otherwise decode 8 KiB for each line that it gives. Runs of a whole chunk are
 * hardly faster, and one line that is kept would keep the text of 64 KiB alive.
 */
class Run implements Cutter<string>, HeldLines {
  lines: readonly string[] = [];
  given = 0;
  readonly #source: BufferedSource;
  readonly #cutter: LineRunCutter;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  constructor(source: BufferedSource, options: LineOptions) {
    this.#source = source;
    this.#cutter = new LineRunCutter(options, FIRST_RUN_BYTES);
  }

  reset(): void {
    this.#cutter.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): string | undefined {
    const run = this.#cutter.cut(buffer, hasEnded);
    if (run === undefined) return undefined;
    this.#bytes = run.bytes;
    this.lines = run.lines;
    this.given = 1;
    this.#source.user = this;
    return run.lines[0];
  }

  /** All lines were given. */
  finish(): void {
    if (this.#bytes === undefined) return;
    this.#clear();
    const cutter = this.#cutter;
    cutter.windowBytes = Math.min(2 * cutter.windowBytes, RUN_BYTES);
  }

  giveBack(): void {
    const bytes = this.#bytes;
    if (bytes === undefined) return;
    let at = 0;
    for (let i = 0; i < this.given; i++) {
      // A last line without an ending: all of it was given.
      at = bytes.indexOf(LF, at) + 1 || bytes.length;
    }
    if (at < bytes.length) {
      this.#source.buffer.unread(bytes.subarray(at));
      this.#cutter.windowBytes = FIRST_RUN_BYTES;
    }
    this.#clear();
  }

  /** The bytes of a run that is kept would keep their whole chunk alive. */
  #clear(): void {
    this.#bytes = undefined;
    this.lines = [];
    this.given = 0;
    this.#source.user = undefined;
  }
}

/** Gives lines one by one, decoded a run at a time: see {@linkcode Run}. */
export class LineIterator implements AsyncIterableIterator<string> {
  readonly #source: BufferedSource;
  readonly #options: LineOptions;
  readonly #run: Run;
  #isDone = false;

  constructor(source: BufferedSource, options: LineOptions) {
    checkWait(options, LINE_KEYS);
    this.#source = source;
    this.#options = options;
    this.#run = new Run(source, options);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    const run = this.#run;
    const given = run.given;
    if (given < run.lines.length && !this.#options.signal?.aborted) {
      run.given = given + 1;
      return Promise.resolve({ value: run.lines[given]!, done: false });
    }
    return this.#refill();
  }

  return(): Promise<IteratorResult<string, undefined>> {
    this.#run.giveBack();
    this.#isDone = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #refill(): Promise<IteratorResult<string, undefined>> {
    if (this.#isDone) return { value: undefined, done: true };
    // Thrown while the lines of a run are left, which stay where they are.
    this.#options.signal?.throwIfAborted();
    this.#run.finish();
    return resultOf(await this.#source.take(this.#run, this.#options));
  }
}
