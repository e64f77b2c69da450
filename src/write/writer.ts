import { BrokenPipeError } from "../errors.ts";
import type { Framing } from "../frame/framing.ts";
import { type Sink, sinkOf } from "./sink.ts";
import { WriteBatch } from "./write_batch.ts";
import { DONE, WriteQueue } from "./write_queue.ts";

/** From here on a copy costs more than a write of its own. */
const LARGE_BYTES = 16_384;

const ENCODER = new TextEncoder();

/**
 * Writes bytes and text to a pipe, many small writes as one.
 *
 * Writes below 16 KiB are copied into a batch of 64 KiB, which leaves at the
 * end of the event loop's turn, or as soon as it is full. `await write(…)`
 * resolves at once while there is room, and waits for the pipe when one batch
 * is on the way and the next is full: a slow reader slows the writer, and the
 * memory of one who awaits is bounded by 192 KiB. Who does not await is not
 * slowed, and what he writes waits in memory.
 *
 * The order is kept, and a write below 16 KiB or a frame is never mixed with
 * another. A reader of the pipe that went away is a {@linkcode BrokenPipeError}
 * from every later `write` and `flush`; a rejection that nobody awaits does not
 * end the program, and `close` is quiet about it. A stream within the program
 * fails with whatever it was cancelled with.
 *
 * @example Many small writes, and the end
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeWriter } from "@basic-pipes/basic-pipes";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * {
 *   await using writer = new PipeWriter(writable);
 *   for (let n = 0; n < 3; n++) await writer.write(`Spam ${n}\n`);
 * }
 * assertEquals(await text, "Spam 0\nSpam 1\nSpam 2\n");
 * ```
 */
export class PipeWriter {
  readonly #sink: Sink;
  readonly #queue: WriteQueue;
  readonly #batch: WriteBatch;
  #isScheduled = false;
  #closing: Promise<void> | undefined;
  /** Whether a promise that the caller has told of the failure. */
  #isTold = false;

  /**
   * Locks the stream.
   *
   * @param stream Where the bytes go: a child's stdin, a file, a transform.
   * @throws {TypeError} If the stream is locked already.
   */
  constructor(stream: WritableStream<Uint8Array>) {
    this.#sink = sinkOf(stream);
    this.#queue = new WriteQueue(this.#sink, () => this.#batch.drop());
    this.#batch = new WriteBatch(this.#sink.givesBack);
  }

  /**
   * Why nothing can be written any more: a {@linkcode BrokenPipeError} if the
   * reader has gone, else what the stream failed with; `undefined` until then.
   * A reader that leaves is noticed at the next write, not before.
   */
  get broken(): Error | undefined {
    return this.#queue.error;
  }

  /**
   * Writes bytes, or text as UTF-8.
   *
   * Bytes below 16 KiB are copied and may be changed at once. Larger ones are
   * not copied: leave them alone until the promise has resolved, and for good
   * if the stream passes its chunks on, as a `TransformStream` does.
   *
   * @param bytes The bytes, or a text; a lone surrogate becomes U+FFFD.
   * @returns Resolves when there is room for more; for 16 KiB of bytes and more,
   * when the pipe has accepted them.
   * @throws {TypeError} At once, if it is neither bytes nor text, or after
   * `close`.
   */
  write(bytes: Uint8Array | string): Promise<void> {
    if (bytes instanceof Uint8Array) {
      // A large one would be promised to be accepted, and only be copied.
      return bytes.length < LARGE_BYTES && this.#batch.add(bytes)
        ? DONE
        : this.#add(bytes);
    }
    if (typeof bytes !== "string") {
      const type = bytes === null ? "null" : typeof bytes;
      throw new TypeError(
        `Cannot write as it must be a Uint8Array or a string: current value is ${type}`,
      );
    }
    return this.#batch.addText(bytes) ? DONE : this.#add(ENCODER.encode(bytes));
  }

  /**
   * Writes one message as a frame: nothing else comes between its pieces, also
   * from another writer to the program's stdout. In all it counts as one write:
   * from 16 KiB on it is not copied, and waits for the pipe.
   *
   * @typeParam Frame What the framing takes: the payload, or more.
   * @param framing The rule, such as `lengthPrefix()`.
   * @param frame The payload, or what else the framing takes.
   * @returns Resolves as {@linkcode write} does.
   * @throws {RangeError | TypeError} At once, if the frame could not be read
   * back, or after `close`; nothing was written then.
   *
   * @example A message in front of which stands its length
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { lengthPrefix, PipeReader, PipeWriter } from "@basic-pipes/basic-pipes";
   *
   * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
   * const reader = new PipeReader(readable);
   * await using writer = new PipeWriter(writable);
   *
   * await writer.writeFrame(lengthPrefix(), new TextEncoder().encode("Spam"));
   * const frame = await reader.readFrame(lengthPrefix());
   * assertEquals(new TextDecoder().decode(frame!), "Spam");
   * ```
   */
  writeFrame<Frame>(framing: Framing<Frame>, frame: Frame): Promise<void> {
    const pieces = framing.encode(frame);
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    // One write to the sink: another writer of the same stdout waits for it.
    if (bytes >= LARGE_BYTES) return this.#push(pieces, bytes);
    // A frame that two batches share would be two writes, and another process
    // that writes to the same pipe could get in between (pipe(7), PIPE_BUF).
    if (!this.#batch.fits(bytes)) this.#ship();
    let written = DONE;
    for (const piece of pieces) {
      const room = this.write(piece);
      if (room !== DONE) written = room;
    }
    return written;
  }

  /**
   * Sends what was written, without waiting for the end of the turn.
   *
   * @returns Resolves when the pipe has accepted all that was written before:
   * not when it has been read.
   */
  flush(): Promise<void> {
    this.#ship();
    return this.#give(this.#queue.last);
  }

  /**
   * Flushes and closes the stream. The second call gives the first one's
   * promise.
   *
   * @returns Resolves when the stream has closed, also if the reader went away;
   * rejects with any other failure that no `write` or `flush` has told.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes it, as {@linkcode close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#ship();
    const flushed = this.#queue.last;
    try {
      await flushed;
      await this.#sink.close();
    } catch (error) {
      const isGone = error instanceof BrokenPipeError ||
        error instanceof Deno.errors.BrokenPipe;
      if (!isGone && !this.#isTold) throw error;
    }
  }

  /** A promise for the caller, who need not await it. */
  #give(promise: Promise<void>): Promise<void> {
    promise.catch(() => this.#isTold = true);
    return promise;
  }

  /** Takes what does not fit into the batch as it is. */
  #add(bytes: Uint8Array): Promise<void> {
    const { length } = bytes;
    if (length >= LARGE_BYTES) return this.#push([bytes], length);
    this.#checkOpen(length);
    if (this.broken !== undefined) {
      return this.#give(Promise.reject(this.broken));
    }
    // Full: the caller waits until the batch before this one has been accepted.
    const before = this.#queue.isBusy ? this.#give(this.#queue.last) : DONE;
    this.#ship();
    this.#open();
    this.#batch.add(bytes);
    return before;
  }

  /** Sends pieces as they are, after what was written before. */
  #push(pieces: readonly Uint8Array[], length: number): Promise<void> {
    this.#checkOpen(length);
    this.#ship();
    return this.#give(this.#queue.push(pieces));
  }

  #checkOpen(length: number): void {
    if (this.#closing === undefined) return;
    throw new TypeError(
      `Cannot write as the writer is closed: current value is ${length} bytes`,
    );
  }

  #open(): void {
    this.#batch.open();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#leave);
  }

  /** Sends the batch, or lets it grow while another is on the way. */
  readonly #leave = (): void => {
    if (!this.#batch.isEmpty && this.#queue.isBusy) {
      this.#queue.last.then(this.#leave, this.#leave);
      return;
    }
    this.#isScheduled = false;
    this.#ship();
  };

  /** Gives the batch to the queue. */
  #ship(): void {
    const bytes = this.#batch.take();
    if (bytes === undefined) return;
    const sent = this.#queue.push([bytes]);
    if (!this.#sink.givesBack) return;
    sent.then(() => this.#batch.giveBack(bytes), () => {});
  }
}
