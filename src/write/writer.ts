import { shown } from "../check.ts";
import { BrokenPipeError } from "../errors.ts";
import type { Framing } from "../frame/framing.ts";
import { DONE, LARGE_BYTES, sizeOf, WriteQueue } from "./queue.ts";
import { type Sink, sinkOf } from "./sink.ts";

const ENCODER = new TextEncoder();

/**
 * For channels: writes a message, now and as one write if nothing is queued,
 * else with all that is written until the write before has settled. A loop that
 * awaits each message does not wait for the pipe. A text with its end behind it
 * would be joined first, which costs as much as to encode it.
 *
 * @returns As `write` does, but for a message below 16 KiB that left now: it has
 * resolved, and the next write is told of a failure.
 */
export let writeMessage: (
  writer: PipeWriter,
  message: string | readonly Uint8Array[],
  ending?: Uint8Array,
) => Promise<void>;

/**
 * Writes bytes and text to a pipe, many small writes as one.
 *
 * Writes below 16 KiB are copied into a batch of 64 KiB. The batch leaves at
 * the end of the event loop's turn, or as soon as it is full. `await write(…)`
 * resolves at once while there is room. When one batch is pending and the next
 * is full, it waits for the pipe: a slow reader slows the writer down, and at
 * most 192 KiB are in memory. A caller that does not await is not slowed down:
 * all that it writes waits in memory.
 *
 * The order is kept, and a write below 16 KiB or a frame is never mixed with
 * another. When the reader of the pipe has gone, every later `write` and
 * `flush` rejects with a {@linkcode BrokenPipeError}. Such a rejection does not
 * end the program if nobody awaits it, and `close` resolves. A stream within
 * the program fails with the error that it was cancelled with.
 *
 * After any failure the stream or sink is ended at once.
 *
 * No method throws: a wrong argument rejects with a `TypeError`.
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
export class PipeWriter implements AsyncDisposable {
  readonly #sink: Sink;
  readonly #queue: WriteQueue;
  readonly #closed = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;
  #sinkEnd: Promise<void> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  /** Whether the caller has a promise that rejects with the failure. */
  #isReported = false;

  static {
    writeMessage = (writer, message, ending) =>
      writer.#writeMessage(message, ending);
  }

  /**
   * Locks the stream, if it is one.
   *
   * @param to Where the bytes go: a child's stdin, a file, a transform; or a
   * {@linkcode Sink} of your own.
   * @throws {TypeError} If the stream is locked already, or it is neither.
   */
  constructor(to: WritableStream<Uint8Array> | Sink) {
    this.#sink = sinkOf(to);
    this.#queue = new WriteQueue(this.#sink, (error) => {
      this.#closed.reject(error);
      // A child would wait for the end of its stdin, and a file stay open.
      this.#endSink(true, error).catch(() => {});
    });
    this.#closed.promise.catch(() => {});
  }

  /**
   * Why nothing can be written any more: a {@linkcode BrokenPipeError} if the
   * reader has gone, else the error of the stream; `undefined` until then.
   */
  get broken(): Error | undefined {
    return this.#queue.error;
  }

  /**
   * Resolves when the writer has closed. Rejects when nothing can be written
   * any more, with {@linkcode broken}: as soon as the system shows it. For most
   * pipes only a write does.
   *
   * A rejection that nobody awaits does not end the program.
   */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** How many bytes were written and have not been accepted by the pipe. */
  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  /**
   * The writer as a stream, for `pipeTo`: the same one each time. Its chunks
   * are written as {@linkcode write} does, and its end closes the writer. An
   * abort (the source of `pipeTo` has failed) drops what has not left.
   *
   * @example Everything of a stream, between two lines
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { PipeWriter } from "@basic-pipes/basic-pipes";
   *
   * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
   * const text = new Response(readable).text();
   * const writer = new PipeWriter(writable);
   * writer.write("first\n");
   * await new Blob(["second\n"]).stream()
   *   .pipeTo(writer.writable, { preventClose: true });
   * writer.write("third\n");
   * await writer.close();
   * assertEquals(await text, "first\nsecond\nthird\n");
   * ```
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream<Uint8Array>({
      // A source that is silent is cancelled as soon as the reader has gone.
      start: (controller) => {
        this.closed.catch((error) => controller.error(error));
      },
      write: (chunk) => this.write(chunk),
      close: () => this.close(),
      abort: (reason) => this.#abort(reason),
    });
  }

  /**
   * Writes bytes, or text as UTF-8.
   *
   * Bytes below 16 KiB are copied and may be changed at once. Larger ones are
   * not copied: do not change them before the promise has resolved, and never
   * if the stream passes its chunks on, as a `TransformStream` does.
   *
   * @param bytes The bytes, or a text; a lone surrogate becomes U+FFFD.
   * @returns Resolves when there is room for more; for 16 KiB of bytes and more,
   * when the pipe has accepted them. Rejects with a `TypeError` if it is neither
   * bytes nor text, or after `close`.
   */
  write(bytes: Uint8Array | string): Promise<void> {
    if (bytes instanceof Uint8Array) {
      // The promise means "accepted by the pipe": it may not just be copied.
      if (bytes.length >= LARGE_BYTES) return this.#push([bytes]);
      return this.#queue.add(bytes) ? DONE : this.#add([bytes], bytes.length);
    }
    if (typeof bytes !== "string") {
      return refusal("it must be a Uint8Array or a string", typeName(bytes));
    }
    if (this.#queue.addText(bytes)) return DONE;
    return this.write(ENCODER.encode(bytes));
  }

  /**
   * Writes one message as a frame: nothing else comes between its pieces, also
   * from another writer to the program's stdout. In all it counts as one write:
   * from 16 KiB on it is not copied, and waits for the pipe.
   *
   * @typeParam Frame What the framing takes: the payload, or more.
   * @param framing The rule, such as `lengthPrefix()`.
   * @param frame The payload, or what else the framing takes.
   * @returns Resolves as {@linkcode write} does. Rejects with a `RangeError` or
   * `TypeError` if the frame could not be read back, if the framing gives no
   * list of bytes, or after `close`; nothing was written then.
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
    let pieces;
    try {
      pieces = framing.encode(frame);
    } catch (error) {
      return Promise.reject(error);
    }
    const refused = wrongPieces(pieces);
    return refused ?? this.#writeTogether(pieces);
  }

  #writeTogether(pieces: readonly Uint8Array[]): Promise<void> {
    const size = sizeOf(pieces);
    // One write to the sink: another writer of the same stdout waits for it.
    if (size >= LARGE_BYTES) return this.#push(pieces);
    // A frame in two batches would be two writes, and another process that
    // writes to the same pipe could write between them (pipe(7), PIPE_BUF).
    if (!this.#queue.fits(size)) return this.#add(pieces, size);
    for (const piece of pieces) this.#queue.add(piece);
    return DONE;
  }

  /**
   * Writes bytes that leave now, after what was written before: as one write,
   * without a copy, and without waiting for the end of the turn. For a program
   * that collects its output itself, or that passes chunks on.
   *
   * @param pieces The bytes, in order. Do not change them before the promise
   * has resolved, and never if the stream passes its chunks on.
   * @returns Resolves when the pipe has accepted all of them. Rejects with a
   * `TypeError` if it is no list, if a piece is no bytes, or after `close`.
   *
   * @example A header and its payload
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { PipeWriter } from "@basic-pipes/basic-pipes";
   *
   * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
   * const text = new Response(readable).text();
   * await using writer = new PipeWriter(writable);
   * const [header, payload] = ["4:", "Spam"].map((each) =>
   *   new TextEncoder().encode(each)
   * );
   * await writer.writeNow([header!, payload!]);
   * await writer.close();
   * assertEquals(await text, "4:Spam");
   * ```
   */
  writeNow(pieces: readonly Uint8Array[]): Promise<void> {
    const refused = wrongPieces(pieces);
    if (refused !== undefined) return refused;
    return this.#push(pieces);
  }

  /**
   * Sends what was written, without waiting for the end of the turn.
   *
   * @returns Resolves when the pipe has accepted all that was written before:
   * not when it has been read.
   */
  flush(): Promise<void> {
    this.#queue.ship();
    return this.#report(this.#queue.last);
  }

  /**
   * Flushes and closes the stream. The second call gives the first one's
   * promise.
   *
   * @returns Resolves when the stream has closed, also if the reader has gone.
   * Rejects with any other failure that no `write` or `flush` has rejected with.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes it, as {@linkcode close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** What `console.log` shows: whether it is open, and what is queued. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options: unknown,
  ): string {
    const { broken, queuedBytes } = this;
    const state = broken?.message ??
      (this.#closing === undefined ? "open" : "closed");
    return `PipeWriter ${inspect({ state, queuedBytes }, options)}`;
  }

  async #close(): Promise<void> {
    this.#queue.ship();
    try {
      await this.#queue.last;
      // It may have failed since the last write.
      if (this.broken !== undefined) throw this.broken;
      await this.#endSink(false);
      this.#closed.resolve();
    } catch (error) {
      this.#queue.break(error);
      const isKnown = this.broken instanceof BrokenPipeError ||
        this.#isReported;
      await this.#sinkEnd?.catch(() => {});
      if (!isKnown) throw error;
    }
  }

  /** Ends the sink once: after a failure by its `abort`, if it has one. */
  #endSink(hasFailed: boolean, reason?: unknown): Promise<void> {
    const end = async () => {
      if (hasFailed && this.#sink.abort) await this.#sink.abort(reason);
      else await this.#sink.close();
    };
    return this.#sinkEnd ??= end();
  }

  async #abort(reason: unknown): Promise<void> {
    if (this.#closing !== undefined) return;
    this.#closing = DONE;
    // Before `break`, which would make an error of a reason that is none.
    const ended = this.#endSink(true, reason);
    this.#queue.break(reason);
    await ended;
  }

  /** A promise for the caller: `close` need not reject with the same again. */
  #report(promise: Promise<void>): Promise<void> {
    promise.catch(this.#markReported);
    return promise;
  }

  readonly #markReported = (): void => {
    this.#isReported = true;
  };

  #writeMessage(
    message: string | readonly Uint8Array[],
    ending?: Uint8Array,
  ): Promise<void> {
    const isText = typeof message === "string";
    const refused = isText ? undefined : wrongPieces(message);
    if (refused !== undefined) return refused;
    const queue = this.#queue;
    if (this.#closing === undefined && queue.tryNow(message, ending)) {
      return DONE;
    }
    if (isText && queue.addText(message, ending)) return DONE;
    const pieces = isText ? [ENCODER.encode(message)] : [...message];
    if (ending !== undefined) pieces.push(ending);
    return this.#writeTogether(pieces);
  }

  /** Collects what the open batch has no room for. */
  #add(pieces: readonly Uint8Array[], size: number): Promise<void> {
    if (this.#closing !== undefined) return lateWrite(size);
    const error = this.#queue.error;
    if (error !== undefined) return this.#report(Promise.reject(error));
    // Full: the caller waits until the batch before this one was accepted.
    const before = this.#queue.isBusy ? this.#report(this.#queue.last) : DONE;
    this.#queue.open();
    for (const piece of pieces) this.#queue.add(piece);
    return before;
  }

  /** Sends pieces as they are, after what was written before. */
  #push(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#closing !== undefined) return lateWrite(sizeOf(pieces));
    this.#queue.ship();
    return this.#report(this.#queue.push(pieces));
  }
}

function lateWrite(size: number): Promise<never> {
  return refusal("the writer is closed", `${size} bytes`);
}

function refusal(rule: string, value: string): Promise<never> {
  return Promise.reject(
    new TypeError(`Cannot write as ${rule}: current value is ${value}`),
  );
}

/** The refusal of pieces that cannot be written. */
function wrongPieces(pieces: readonly unknown[]): Promise<never> | undefined {
  if (!Array.isArray(pieces)) {
    return refusal("the pieces must be a list of Uint8Array", shown(pieces));
  }
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) continue;
    return refusal("each piece must be a Uint8Array", typeName(piece));
  }
  return undefined;
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}
