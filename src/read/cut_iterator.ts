import { checkMs } from "../check.ts";
import type { CutSource } from "./cut_source.ts";
import type { Cutter } from "./cutter.ts";
import type { ReadFrameOptions } from "./read_options.ts";

/**
 * Gives one cut after another. Objects and not an async generator, which would
 * be half as fast.
 */
export class CutIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: CutSource;
  readonly #cutter: Cutter<T>;
  readonly #options: ReadFrameOptions;
  #isDone = false;

  constructor(
    source: CutSource,
    cutter: Cutter<T>,
    options: ReadFrameOptions,
  ) {
    checkMs("wait", "timeoutMs", options.timeoutMs);
    checkMs("wait", "idleTimeoutMs", options.idleTimeoutMs);
    this.#source = source;
    this.#cutter = cutter;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const source = this.#source;
    if (
      source.holder === undefined && !this.#isDone &&
      this.#options.signal === undefined
    ) {
      try {
        const cutter = this.#cutter;
        cutter.begin();
        const value = cutter.cut(source.buffer, source.intake.ended);
        if (value !== undefined) return Promise.resolve({ value, done: false });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#wait();
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#isDone = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #wait(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone) return { value: undefined, done: true };
    const value = await this.#source.take(this.#cutter, this.#options);
    return value === null
      ? { value: undefined, done: true }
      : { value, done: false };
  }
}
