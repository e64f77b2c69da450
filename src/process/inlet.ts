/** What can be given to a child as its whole stdin. */
export type Input = Uint8Array | ReadableStream<Uint8Array>;

/** What one write takes at most, so that it is known how much has gone. */
const PIECE_BYTES = 65_536;

/** The writing end of a child's stdin. */
export class Inlet {
  /** Takes bytes for the child; one write is in flight at most. */
  readonly stream: WritableStream<Uint8Array>;
  readonly #raw: WritableStreamDefaultWriter<Uint8Array>;
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #bytes = 0;
  #isWriting = false;
  #isClosed = false;
  /** Rejects the write under way. */
  #giveUp: ((error: Error) => void) | undefined;

  constructor(raw: WritableStream<Uint8Array>) {
    this.#raw = raw.getWriter();
    // The reader of the pipe leaves when it likes; each write tells it.
    this.#raw.closed.catch(() => {});
    this.stream = new WritableStream<Uint8Array>({
      write: (chunk) => this.#write(chunk),
      close: () => this.close(),
      abort: () => this.close(),
    });
  }

  /** Bytes written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a write of the caller waits for the child to read. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Ends the child's stdin; never throws, and does nothing the second time. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#source?.cancel().catch(() => {});
    this.#giveUp?.(closed());
    // The child may have ended before: then there is nobody to be told.
    await (this.#isWriting ? this.#raw.abort() : this.#raw.close())
      .catch(() => {});
  }

  /**
   * Writes all of the source and ends stdin. A child that stops reading ends
   * it without an error; only the source's own failure rejects, and a chunk of
   * it that is no bytes.
   */
  async feed(source: Input): Promise<void> {
    if (!(source instanceof ReadableStream)) {
      if (source.length > 0) await this.#write(source).catch(() => {});
      return await this.close();
    }
    const reader = this.#source = source.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done || this.#isClosed) break;
        checkBytes(value);
        if (!await this.#write(value).then(() => true, () => false)) break;
      }
    } finally {
      await this.close();
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#isClosed) throw closed();
    this.#isWriting = true;
    try {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        await this.#writePiece(piece);
        this.#bytes += piece.length;
      }
    } finally {
      this.#isWriting = false;
    }
  }

  /**
   * A descendant that holds the pipe and does not read would block the write as
   * long as it lives, and Deno cannot end it: `close` rejects it here.
   *
   * A race against one promise of the pipe's whole life would leave 300 bytes
   * there with each write.
   */
  async #writePiece(piece: Uint8Array): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#giveUp = reject;
        this.#raw.write(piece).then(resolve, reject);
      });
    } finally {
      this.#giveUp = undefined;
    }
  }
}

function checkBytes(chunk: unknown): void {
  if (chunk instanceof Uint8Array) return;
  throw new TypeError(
    "Cannot write to the child as every chunk of its stdin must be a " +
      `Uint8Array: current value is ${typeof chunk}`,
  );
}

function closed(): Error {
  return new Deno.errors.BrokenPipe(
    "Cannot write to the child as its stdin is closed",
  );
}
