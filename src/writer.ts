/** Writes bytes to a pipe. */
export class PipeWriter {
  readonly #sink: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#sink = stream.getWriter();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes);
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }
}
