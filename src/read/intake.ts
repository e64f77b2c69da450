import type { ByteBuffer } from "./byte_buffer.ts";

interface Failure {
  error: unknown;
}

/**
 * Brings chunks of a stream into a buffer, by one read at a time.
 *
 * A read that nobody waits for any more (a deadline passed) stays outstanding:
 * its chunk lands in the buffer whenever it comes, so nothing is lost. Each
 * read has one reaction and each wait uses one slot, so that a caller who
 * polls for hours leaves nothing behind.
 */
export class Intake {
  /** How many bytes have arrived in all. */
  arrivedBytes = 0;
  /** No more bytes will come. */
  ended = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #buffer: ByteBuffer;
  #failure: Failure | undefined;
  #isReading = false;
  #wake: ((failure?: Failure) => void) | undefined;

  constructor(stream: ReadableStream<Uint8Array>, buffer: ByteBuffer) {
    this.#reader = stream.getReader();
    this.#buffer = buffer;
  }

  /**
   * Resolves when something has arrived or the stream has ended; rejects with
   * the stream's error, the signal's reason, or `timeoutError()`.
   */
  more(
    waitMs: number,
    timeoutError: () => Error,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.ended) return Promise.resolve();
    // Aborted as the last bytes woke the read: no event will tell of it again.
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!this.#isReading) this.#read();
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = (failure?: Failure) => {
        this.#wake = undefined;
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        if (failure) reject(failure.error);
        else resolve();
      };
      const abort = () => finish({ error: signal?.reason });
      signal?.addEventListener("abort", abort);
      if (waitMs !== Infinity) {
        timer = setTimeout(() => finish({ error: timeoutError() }), waitMs);
      }
      this.#wake = finish;
    });
  }

  /** Gives the stream up and drops what has arrived; quiet if it had failed. */
  async cancel(reason?: unknown): Promise<void> {
    this.arrivedBytes -= this.#buffer.length;
    this.#buffer.clear();
    this.ended = true;
    this.#failure = undefined;
    this.#wake?.();
    try {
      await this.#reader.cancel(reason);
    } catch (error) {
      if (!await this.#hasFailed()) throw error;
    }
  }

  /** Whether it is the stream that failed, and not its cancelling. */
  #hasFailed(): Promise<boolean> {
    return this.#reader.closed.then(() => false, () => true);
  }

  #read(): void {
    this.#isReading = true;
    this.#reader.read().then(this.#land, this.#fail);
  }

  #land = (result: ReadableStreamReadResult<Uint8Array>): void => {
    this.#isReading = false;
    if (this.ended) return;
    if (result.done) {
      this.ended = true;
      this.#wake?.();
      return;
    }
    const chunk: unknown = result.value;
    if (!(chunk instanceof Uint8Array)) {
      this.#refuse(
        new TypeError(
          `Cannot read as every chunk must be a Uint8Array: current value is ${typeof chunk}`,
        ),
      );
      return;
    }
    if (chunk.length === 0) {
      // An empty chunk means nothing; waking for it would look like the end.
      this.#read();
      return;
    }
    try {
      this.#buffer.append(chunk);
    } catch (error) {
      // No memory for what a call collects: to go on would lose this chunk.
      this.#refuse(error);
      return;
    }
    this.arrivedBytes += chunk.length;
    this.#wake?.();
  };

  #fail = (error: unknown): void => {
    this.#isReading = false;
    if (this.ended) return;
    this.#failure = { error };
    this.#wake?.(this.#failure);
  };

  #refuse(error: unknown): void {
    this.#reader.cancel(error).catch(() => {});
    this.#fail(error);
  }
}
