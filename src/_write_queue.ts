import { BrokenPipeError } from "./broken_pipe_error.ts";
import type { Sink } from "./_sink.ts";

/** A promise that has resolved, shared by all writes that need not wait. */
export const DONE: Promise<void> = Promise.resolve();

/** A rejection that nobody awaits must not end the program. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

interface Piece {
  readonly bytes: Uint8Array;
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

/** Gives pieces to a sink in order, one at a time, until one fails. */
export class WriteQueue {
  readonly #sink: Sink;
  readonly #onBreak: () => void;
  #pieces: Piece[] = [];
  #last: Promise<void> = DONE;
  #isRunning = false;
  #error: Error | undefined;

  /** `onBreak` is called once, before any promise of a piece rejects. */
  constructor(sink: Sink, onBreak: () => void) {
    this.#sink = sink;
    this.#onBreak = onBreak;
  }

  /** Why the sink takes no more; a `BrokenPipeError` if its reader has gone. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether a piece is on the way. */
  get isBusy(): boolean {
    return this.#isRunning;
  }

  /** Settles as the last piece of now does. */
  get last(): Promise<void> {
    return this.#last;
  }

  /** Appends a piece; resolves when the sink has accepted it. */
  push(bytes: Uint8Array): Promise<void> {
    if (this.#error !== undefined) return handled(Promise.reject(this.#error));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pieces.push({ bytes, resolve, reject });
    this.#last = handled(promise);
    if (!this.#isRunning) this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#pieces.length > 0) {
      // One swap per round: `shift` of a long array is slow for each piece.
      const pieces = this.#pieces;
      this.#pieces = [];
      for (const { bytes, resolve, reject } of pieces) {
        try {
          if (this.#error !== undefined) throw this.#error;
          await this.#sink.write(bytes);
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
