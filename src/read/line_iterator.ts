import type { ByteBuffer } from "./byte_buffer.ts";
import { checkMs } from "../check.ts";
import type { BufferedSource, HeldLines } from "./source.ts";
import type { Cutter } from "./cutter.ts";
import {
  type LineRun,
  LineRunCutter,
  MAX_WINDOW_BYTES,
} from "./line_cutter.ts";
import type { LineOptions } from "./read_options.ts";

const LINE_FEED = 0x0a;
const NO_RUN: LineRun = { lines: [], bytes: new Uint8Array(0) };
const FIRST_WINDOW_BYTES = 256;

/**
 * Gives lines one by one, decoded a run at a time.
 *
 * As long as lines of a run are left it holds the buffer; who else comes to it
 * makes it put the bytes of those lines back. Its window starts small and
 * doubles while nobody comes, so that taking turns with other reads stays
 * linear.
 */
export class LineIterator
  implements AsyncIterableIterator<string>, Cutter<string>, HeldLines {
  readonly #source: BufferedSource;
  readonly #options: LineOptions;
  readonly #cutter: LineRunCutter;
  #run = NO_RUN;
  #lines = NO_RUN.lines;
  #given = 0;
  #isDone = false;

  constructor(source: BufferedSource, options: LineOptions) {
    checkMs("wait", "timeoutMs", options.timeoutMs);
    this.#source = source;
    this.#options = options;
    this.#cutter = new LineRunCutter(options, FIRST_WINDOW_BYTES);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    const given = this.#given;
    if (given < this.#lines.length && !this.#options.signal?.aborted) {
      this.#given = given + 1;
      return Promise.resolve({ value: this.#lines[given]!, done: false });
    }
    return this.#refill();
  }

  return(): Promise<IteratorResult<string, undefined>> {
    if (this.#source.user === this) this.giveBack();
    this.#isDone = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #refill(): Promise<IteratorResult<string, undefined>> {
    if (this.#isDone) return { value: undefined, done: true };
    // Thrown while the lines of a run are left, which stay where they are.
    this.#options.signal?.throwIfAborted();
    if (this.#source.user === this) {
      this.#release();
      this.#cutter.windowBytes = Math.min(
        2 * this.#cutter.windowBytes,
        MAX_WINDOW_BYTES,
      );
    }
    const line = await this.#source.take<string>(this, this.#options);
    return line === null
      ? { value: undefined, done: true }
      : { value: line, done: false };
  }

  reset(): void {
    this.#cutter.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): string | undefined {
    const run = this.#cutter.cut(buffer, hasEnded);
    if (run === undefined) return undefined;
    this.#run = run;
    this.#lines = run.lines;
    this.#given = 1;
    this.#source.user = this;
    return run.lines[0];
  }

  /** Puts the bytes of the lines that were not given back. */
  giveBack(): void {
    const { bytes } = this.#run;
    let at = 0;
    for (let i = 0; i < this.#given; i++) {
      // A last line without an ending: all of it was given.
      at = bytes.indexOf(LINE_FEED, at) + 1 || bytes.length;
    }
    if (at < bytes.length) {
      this.#source.buffer.unread(bytes.subarray(at));
      this.#cutter.windowBytes = FIRST_WINDOW_BYTES;
    }
    this.#release();
  }

  /** Lets go of the run: its bytes keep the whole chunk alive. */
  #release(): void {
    this.#run = NO_RUN;
    this.#lines = NO_RUN.lines;
    this.#given = 0;
    this.#source.user = undefined;
  }
}
