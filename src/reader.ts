/** One wait of a {@linkcode PipeReader}: how long, and who may end it. */
export interface WaitOptions {
  /** Ends the wait; the read rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Reads a byte stream in the shape that the caller asks for. */
export class PipeReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#source = stream.getReader();
  }

  /** Up to `max` bytes of what has arrived, or `undefined`: nothing yet. */
  tryRead(max: number): Uint8Array | undefined {
    const start = this.#start;
    const end = Math.min(start + max, this.#end);
    if (end === start) return undefined;
    this.#start = end;
    return this.#buffer.subarray(start, end);
  }

  /** Up to `max` bytes as soon as there are any, or `null`: the end. */
  async read(max: number): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.tryRead(max);
      if (bytes) return bytes;
      const { value, done } = await this.#source.read();
      if (done) return null;
      this.#buffer = value as Uint8Array<ArrayBuffer>;
      this.#start = 0;
      this.#end = value.length;
    }
  }

  /** Gives the stream up. */
  async cancel(reason?: unknown): Promise<void> {
    await this.#source.cancel(reason);
  }
}
