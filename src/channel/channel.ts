import { checkAbortSignal, checkKeys, checkMs } from "../check.ts";
import { UnexpectedEndError } from "../errors.ts";
import { ExitError } from "../exit_status.ts";
import type { Child } from "../process/child.ts";
import type { WaitOptions } from "../read/read_options.ts";
import type { PipeReader } from "../read/reader.ts";
import { settlesWithin } from "../wait.ts";
import { DONE } from "../write/queue.ts";
import type { PipeWriter } from "../write/writer.ts";
import type { RequestOptions } from "./asking.ts";
import { DisconnectedError, NoiseError } from "./errors.ts";
import { type Batch, type Codec, type Format, openCodec } from "./format.ts";
import { Inbox } from "./inbox.ts";
import { Requests } from "./requests.ts";
import type { Handlers, ServeOptions } from "./serving.ts";

/** How long the child's status, or the last write, is waited for at the end. */
const END_WAIT_MS = 1_000;

/** The two directions of a {@linkcode Channel}. */
export interface ChannelPipes {
  /** Where messages come from. From now on it is the channel's alone. */
  readonly reader: PipeReader;
  /** Where messages go. From now on it is the channel's alone. */
  readonly writer: PipeWriter;
  /** The child on the other side, whose status the errors then have. */
  readonly child?: Child;
}

/** Options of a {@linkcode Channel}. */
export interface ChannelOptions {
  /**
   * Gets what arrives and is no message, mostly a line that the other side has
   * printed, and the channel goes on. With requests, a JSON value that is no
   * JSON-RPC object is such noise, too.
   *
   * Without it, noise ends the channel with a {@linkcode NoiseError}. What has
   * no end that can be found (a length that is none) ends it in any case.
   *
   * @param noise As text; what is not UTF-8 is U+FFFD. Escape it before it goes
   * to a terminal.
   */
  onNoise?: (noise: string) => void;
}

/**
 * Messages both ways over a pair of pipes, in the {@linkcode Format} that the
 * other side speaks, in whatever language that is written.
 *
 * There are two ways to use it, and a channel is used in one of them:
 *
 * - **Messages**: `send` and `receive`, in order, each once.
 * - **Requests**: `request`, `notify` and `serve`, as JSON-RPC 2.0 has them.
 *   They need a format that carries objects, such as `jsonLines()`.
 *
 * The first message of an idle writer leaves at once, and what is sent while it
 * is being written leaves together. From its first use on, the channel reads ahead: at most 4,096 messages, or
 * 1 MiB of them and one more read (64 KiB, or one message). Then the pipe fills
 * up, and the other side's `send` waits.
 *
 * @typeParam Message What is sent and received.
 *
 * @example Two ends in one program
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Channel, jsonLines, PipeReader, PipeWriter } from "@basic-pipes/basic-pipes";
 *
 * const there = new TransformStream<Uint8Array, Uint8Array>();
 * const back = new TransformStream<Uint8Array, Uint8Array>();
 * const a = new Channel({
 *   reader: new PipeReader(back.readable),
 *   writer: new PipeWriter(there.writable),
 * }, jsonLines());
 * const b = new Channel({
 *   reader: new PipeReader(there.readable),
 *   writer: new PipeWriter(back.writable),
 * }, jsonLines());
 *
 * b.serve({ add: ([x, y]: [number, number]) => x + y });
 * assertEquals(await a.request("add", [1, 2]), 3);
 * await a.close();
 * await b.close();
 * ```
 */
export class Channel<Message = unknown> implements AsyncDisposable {
  readonly #reader: PipeReader;
  readonly #writer: PipeWriter;
  readonly #child: Child | undefined;
  readonly #codec: Codec<Message>;
  readonly #onNoise: ((noise: string) => void) | undefined;
  readonly #inbox = new Inbox<Message>();
  #requests: Requests | undefined;
  #isReading = false;
  #hasReceived = false;
  #isClosed = false;
  #isDisposed = false;
  /** Set when no more will arrive; with why, if that is not a clean end. */
  #end: { error: unknown } | undefined;

  /**
   * Makes a channel. Nothing is read or written yet.
   *
   * @param pipes The two directions, and the child if there is one.
   * @param format What the other side speaks.
   * @param options What becomes of noise.
   * @throws {TypeError} If an option is unknown.
   */
  constructor(
    pipes: ChannelPipes,
    format: Format<Message>,
    options: ChannelOptions = {},
  ) {
    checkKeys("make a channel", options, ["onNoise"]);
    this.#reader = pipes.reader;
    this.#writer = pipes.writer;
    this.#child = pipes.child;
    this.#codec = openCodec(format, pipes.reader, pipes.writer);
    this.#onNoise = options.onNoise;
  }

  /**
   * Sends a message.
   *
   * @param message The message. Bytes of 16 KiB and more, and messages of
   * `structured()`, must not be changed before the promise has resolved.
   * @returns Resolves when there is room for more: a slow reader slows the
   * sender down. Rejects with a `TypeError` or `RangeError` if the message cannot
   * travel, in which case nothing was sent, with a `TypeError` after `close`, and
   * with a {@linkcode DisconnectedError} if nobody reads any more.
   */
  send(message: Message): Promise<void> {
    try {
      const sent = this.#write(message);
      return sent === DONE ? sent : this.#sending(sent);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits for the next message.
   *
   * @param options How long, and what may end the wait. A wait that was ended
   * takes no message.
   * @returns The message; `null` at the end. Rejects with a
   * {@linkcode NoiseError} at noise without `onNoise`, and with the reader's
   * error where the stream is broken: `UnexpectedEndError` within a message,
   * `TooLongError`, `FramingError`. All that came before is given first.
   */
  receive(options?: WaitOptions): Promise<Message | null> {
    try {
      this.#checkMessages("receive");
      checkAbortSignal("receive", options?.signal);
      checkMs("receive", "timeoutMs", options?.timeoutMs);
      options?.signal?.throwIfAborted();
    } catch (error) {
      return Promise.reject(error);
    }
    const received = this.#inbox.receive(options);
    this.#read();
    return received;
  }

  /**
   * Takes the next message if it has arrived, without waiting.
   *
   * @returns The message; `undefined` if there is none: more may come, or not;
   * only {@linkcode receive} says so.
   */
  tryReceive(): Message | undefined {
    this.#checkMessages("receive");
    this.#read();
    return this.#inbox.take();
  }

  /** Iterates the messages up to the end. A `break` leaves the channel open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    const iterator: AsyncIterableIterator<Message, undefined> = {
      next: async () => {
        const value = await this.receive();
        return value === null
          ? { value: undefined, done: true }
          : { value, done: false };
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Asks the other side, and waits for its answer.
   *
   * @typeParam Result What the answer is: it is believed, not checked.
   * @param method What is asked for.
   * @param params An array or an object.
   * @param options How long, what may end the wait, and who sees progress. When
   * the wait ends early, the other side gets `$/cancelRequest`.
   * @returns The result. Rejects with a {@linkcode RequestError} if the other
   * side answers with an error, with a {@linkcode DisconnectedError} if it ends,
   * with a `TypeError` if the request cannot travel.
   */
  request<Result = unknown>(
    method: string,
    params?: object,
    options?: RequestOptions,
  ): Promise<Result> {
    try {
      const requests = this.#useRequests("request");
      const answer = requests.request(method, params, options);
      return answer as Promise<Result>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends the other side something that has no answer.
   *
   * @param method What it is about.
   * @param params An array or an object.
   * @returns As {@linkcode send}.
   */
  notify(method: string, params?: object): Promise<void> {
    try {
      const requests = this.#useRequests("notify");
      return this.#sending(requests.notify(method, params));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Answers the requests of the other side, and hears its notifications.
   *
   * A method that is not among the handlers is answered with "method not found".
   * Call it before the first `request`, if the other side may ask at once.
   *
   * @param handlers A function for each method. What it returns is the result
   * (`undefined` is `null`), also by a promise. What it throws is an error of the
   * other side: a {@linkcode RequestError} as it is, all else as "internal
   * error" with its message. What the handler of a notification throws has
   * nobody to go to: it is an unhandled rejection.
   * @param options How many handlers run at a time.
   * @returns Resolves when the other side has ended. Rejects as
   * {@linkcode receive} does.
   */
  serve(handlers: Handlers, options: ServeOptions = {}): Promise<void> {
    try {
      return this.#useRequests("serve").serve(handlers, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends what was sent, without waiting for the end of the turn.
   *
   * @returns Resolves when the pipe has accepted all that was sent before: it is
   * not lost when this program ends. Rejects as {@linkcode send} does.
   */
  flush(): Promise<void> {
    this.#codec.leave();
    return this.#sending(this.#writer.flush());
  }

  /**
   * Flushes, and ends this side: the other one meets the end of the channel. What
   * it sends until it ends as well can still be received.
   *
   * @returns Resolves when all has left, or the other side has gone.
   */
  close(): Promise<void> {
    this.#codec.leave();
    this.#isClosed = true;
    return this.#writer.close();
  }

  /**
   * Closes, and reads no more: what waits meets the end, and pending requests
   * reject. Waits at most a second for what has not left.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const closing = this.close();
    closing.catch(() => {});
    this.#finish(undefined);
    await this.#reader.cancel().catch(() => {});
    await settlesWithin(closing, END_WAIT_MS);
  }

  /** What `console.log` shows: its state, and its two directions. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    const state = this.#isClosed ? "closed" : "open";
    const facts = { state, reader: this.#reader, writer: this.#writer };
    return `Channel ${inspect(facts, options)}`;
  }

  #write(message: Message): Promise<void> {
    if (this.#isClosed) throw new TypeError("Cannot send after close()");
    // A child that nobody listens to may be blocked on its stdout, and then it
    // reads no more: what it has written would be dropped to let it go on.
    this.#read();
    return this.#codec.write(message);
  }

  /** A promise of the writer, whose error then says how the other side ended. */
  #sending(sent: Promise<void>): Promise<void> {
    const said = sent.catch(async (error) => {
      if (this.#writer.broken === undefined) throw error;
      throw await this.#disconnected("send", error);
    });
    // As the writer has it: a sender need not await each send.
    said.catch(() => {});
    return said;
  }

  #checkMessages(purpose: string): void {
    this.#hasReceived = true;
    if (this.#requests === undefined) return;
    throw new TypeError(
      `Cannot ${purpose} after request(), notify() or serve()`,
    );
  }

  #useRequests(purpose: string): Requests {
    if (this.#requests !== undefined) return this.#requests;
    if (this.#hasReceived) {
      throw new TypeError(`Cannot ${purpose} after receive()`);
    }
    const requests = this.#requests = new Requests(
      (message) => this.#write(message as Message),
    );
    for (;;) {
      const message = this.#inbox.take();
      if (message === undefined) break;
      this.#request(requests, message, 0);
    }
    if (this.#end !== undefined) this.#endRequests(requests, this.#end.error);
    // What was sent before may still be answered, but not for long: a child may
    // have closed its stdin, and live on.
    this.#writer.closed.catch(async (error) => {
      const disconnected = await this.#disconnected("send", error);
      const { cause } = disconnected;
      requests.end(
        undefined,
        (purpose) => Promise.resolve(new DisconnectedError(purpose, { cause })),
      );
    });
    this.#read();
    return requests;
  }

  /** Begins to read, if that has not begun. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    if (this.#end === undefined) this.#readAll();
  }

  async #readAll(): Promise<void> {
    try {
      for (;;) {
        const buffer = this.#requests ?? this.#inbox;
        if (buffer.isFull) await buffer.room();
        const batch = await this.#codec.read(buffer.limit);
        if (batch === null || this.#end !== undefined) break;
        this.#arrive(batch);
      }
      this.#finish(undefined);
    } catch (error) {
      this.#finish(error);
    }
  }

  #arrive(batch: Batch<Message>): void {
    const { messages, bytes, noise } = batch;
    if (this.#requests !== undefined) {
      const each = bytes / messages.length;
      for (const message of messages) {
        this.#request(this.#requests, message, each);
      }
    } else if (messages.length > 0) {
      this.#inbox.add(batch);
    }
    if (noise !== undefined) this.#hear(noise.bytes, noise.cause);
  }

  #request(requests: Requests, message: Message, bytes: number): void {
    if (requests.take(message, bytes)) return;
    this.#hear(textOf(message));
  }

  #hear(noise: Uint8Array | string, cause?: unknown): void {
    const error = new NoiseError(noise, { cause });
    if (this.#onNoise === undefined) throw error;
    this.#onNoise(error.noise);
  }

  /** No more will arrive. */
  #finish(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#inbox.end(error);
    if (this.#requests !== undefined) this.#endRequests(this.#requests, error);
  }

  #endRequests(requests: Requests, error: unknown): void {
    const isCut = error === undefined || error instanceof UnexpectedEndError;
    requests.end(
      error,
      isCut ? (purpose) => this.#disconnected(purpose, error) : undefined,
    );
  }

  async #disconnected(
    purpose: string,
    cause: unknown,
  ): Promise<DisconnectedError> {
    const child = this.#child;
    if (child !== undefined && !this.#isDisposed) {
      const { status } = child;
      if (await settlesWithin(status, END_WAIT_MS)) {
        cause = new ExitError(child.command, child.args, await status);
      }
    }
    return new DisconnectedError(purpose, { cause });
  }
}

/** What arrived, as its sender may have written it. */
function textOf(message: unknown): string {
  try {
    return JSON.stringify(message);
  } catch {
    return Deno.inspect(message); // A cycle, a bigint: not from JSON.
  }
}
