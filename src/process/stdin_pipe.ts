import { concat, NO_BYTES, PIPE_BYTES } from "../bytes.ts";
import type { Sink } from "../write/sink.ts";

/** What can be given to a child as its whole stdin. */
export type Input = Uint8Array | ReadableStream<Uint8Array>;

/**
 * After this many chunks of an input the event loop gets one turn. A stream of
 * empty chunks never waits for the pipe, and no timer could fire.
 */
const CHUNKS_PER_TURN = 128;

/**
 * Writes to the stdin of a child: for a `PipeWriter`, or all of an input.
 *
 * A large write is given to the pipe in parts of 64 KiB, so that `bytes` counts
 * what was written when the child leaves in the middle of it.
 */
export class StdinPipe implements Sink {
  readonly givesBack = true;
  /**
   * Resolves when `close` has ended stdin. Rejects when `end` has: the child has
   * exited, or is being stopped.
   */
  readonly closed: Promise<void>;
  /** Bytes that the pipe has taken. */
  bytes = 0;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array>;
  readonly #closed = Promise.withResolvers<void>();
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isClosed = false;
  /** Rejects the write that is pending. */
  #giveUp: ((error: Error) => void) | undefined;

  constructor(pipe: WritableStream<Uint8Array>) {
    this.#pipe = pipe.getWriter();
    // It rejects when the reader of the pipe has gone. So does each write.
    this.#pipe.closed.catch(() => {});
    this.closed = this.#closed.promise;
    this.closed.catch(() => {});
  }

  /** Whether a write waits for the child to read. */
  get isWriting(): boolean {
    return this.#giveUp !== undefined;
  }

  /**
   * A descendant that holds the pipe and does not read would block the write for
   * as long as it lives, and Deno cannot end it: `end` rejects it here.
   *
   * A race against one promise of the pipe's whole life would leave 300 bytes
   * behind with each write.
   */
  write(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError());
    let size = 0;
    for (const piece of pieces) size += piece.length;
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      const written = size > PIPE_BYTES
        ? this.#writeLarge(pieces)
        // A frame comes as two pieces, and a write costs more than the copy.
        : this.#writePart(pieces.length === 1 ? pieces[0]! : concat(pieces));
      written.then(() => {
        this.#giveUp = undefined;
        resolve();
      }, (error) => {
        this.#giveUp = undefined;
        reject(error);
      });
    });
  }

  /** Ends stdin after what was written. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve();
    // The child may have exited before.
    await this.#pipe.close().catch(() => {});
  }

  /**
   * Ends stdin at once, also while a write is pending: the child has exited, or
   * is to exit. Never rejects.
   */
  async end(): Promise<void> {
    const giveUp = this.#giveUp;
    if (this.#isClosed && giveUp === undefined) return;
    this.#isClosed = true;
    this.#closed.reject(closedError());
    this.#source?.cancel().catch(() => {});
    this.#giveUp = undefined;
    giveUp?.(closedError());
    await (giveUp ? this.#pipe.abort() : this.#pipe.close()).catch(() => {});
  }

  /** Ends stdin at once: what was to be written has failed. */
  abort(): Promise<void> {
    return this.end();
  }

  /**
   * Writes all of the input and ends stdin. A child that stops reading ends it
   * without an error. Rejects when the input fails, or has a chunk that is not
   * bytes.
   */
  async feed(input: Input): Promise<void> {
    try {
      if (!(input instanceof ReadableStream)) {
        if (input.length > 0) await this.#accepts(input);
        return;
      }
      const source = this.#source = input.getReader();
      for (let chunks = 1;; chunks++) {
        const { value, done } = await source.read();
        if (done || this.#isClosed) return;
        checkBytes(value);
        if (!await this.#accepts(value)) return;
        if (chunks % CHUNKS_PER_TURN === 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      await this.end();
    }
  }

  /** Writes a chunk of an input; `false` when nobody reads any more. */
  #accepts(chunk: Uint8Array): Promise<boolean> {
    return this.write([chunk]).then(() => true, () => false);
  }

  /** The next part is queued while one is being written: no time between them. */
  async #writeLarge(pieces: readonly Uint8Array[]): Promise<void> {
    let before: Promise<void> | undefined;
    for (const part of partsOf(pieces)) {
      const written = this.#writePart(part);
      written.catch(() => {}); // It may fail while the one before is awaited.
      await before;
      if (this.#isClosed) throw closedError();
      before = written;
    }
    await before;
  }

  #writePart(part: Uint8Array): Promise<void> {
    return this.#pipe.write(part).then(() => {
      this.bytes += part.length;
    });
  }
}

/** The same bytes in parts of 64 KiB. A header goes with what follows it. */
function* partsOf(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let rest: Uint8Array = NO_BYTES;
  for (const bytes of pieces) {
    let at = 0;
    if (rest.length > 0) {
      at = PIPE_BYTES - rest.length;
      rest = concat([rest, bytes.subarray(0, at)]);
      if (rest.length < PIPE_BYTES) continue;
      yield rest;
    }
    for (; at + PIPE_BYTES <= bytes.length; at += PIPE_BYTES) {
      yield bytes.subarray(at, at + PIPE_BYTES);
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) yield rest;
}

function checkBytes(chunk: unknown): void {
  if (chunk instanceof Uint8Array) return;
  throw new TypeError(
    "Cannot write to the child as every chunk of its stdin must be a " +
      `Uint8Array: current value is ${typeof chunk}`,
  );
}

function closedError(): Error {
  return new Deno.errors.BrokenPipe(
    "Cannot write to the child as its stdin is closed",
  );
}
