import { BrokenPipeError } from "../errors.ts";
import type { Sink } from "./sink.ts";

/** A promise that has resolved, shared by all writes that need not wait. */
export const DONE: Promise<void> = Promise.resolve();

/** A rejection that nobody awaits must not end the program. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

interface Write {
  readonly pieces: readonly Uint8Array[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function asError(error: unknown): Error {
  if (error instanceof Deno.errors.BrokenPipe) {
    return new BrokenPipeError({ cause: error });
  }
  return error instanceof Error
    ? error
    : new Error("Cannot write as the stream has failed", { cause: error });
}

/** Gives writes to a sink in order, one at a time, until one fails. */
export class WriteQueue {
  readonly #sink: Sink;
  readonly #onBreak: () => void;
  #writes: Write[] = [];
  #last: Promise<void> = DONE;
  #isRunning = false;
  #error: Error | undefined;

  /** `onBreak` is called once, before any promise of a write rejects. */
  constructor(sink: Sink, onBreak: () => void) {
    this.#sink = sink;
    this.#onBreak = onBreak;
  }

  /** Why the sink takes no more; a `BrokenPipeError` if its reader has gone. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether a write is on the way. */
  get isBusy(): boolean {
    return this.#isRunning;
  }

  /** Settles as the last write of now does. */
  get last(): Promise<void> {
    return this.#last;
  }

  /** Appends a write; resolves when the sink has accepted all its pieces. */
  push(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#error !== undefined) return handled(Promise.reject(this.#error));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#writes.push({ pieces, resolve, reject });
    this.#last = handled(promise);
    if (!this.#isRunning) this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#writes.length > 0) {
      // One swap per round: `shift` of a long array is slow for each write.
      const writes = this.#writes;
      this.#writes = [];
      for (const { pieces, resolve, reject } of writes) {
        try {
          if (this.#error !== undefined) throw this.#error;
          await this.#sink.write(pieces);
          resolve();
        } catch (error) {
          if (this.#error === undefined) {
            this.#error = asError(error);
            this.#onBreak();
          }
          reject(this.#error);
        }
      }
    }
    this.#isRunning = false;
  }
}
