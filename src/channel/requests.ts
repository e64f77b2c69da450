import {
  checkAbortSignal,
  checkInteger,
  checkKeys,
  checkMs,
  checkType,
} from "../check.ts";
import { quote } from "../text_safety.ts";
import { DONE } from "../write/queue.ts";
import { AHEAD_BYTES, AHEAD_MESSAGES, type Bounded } from "./ahead.ts";
import { RequestError, timeoutError } from "./errors.ts";
import {
  cancelled,
  type Envelope,
  envelope,
  failed,
  type Id,
  invalid,
  isAnswer,
  isEnvelope,
  isId,
  isParams,
  isRefusal,
  isThenable,
  mend,
  needsAnswer,
  succeeded,
} from "./json_rpc.ts";

/** Options of {@linkcode Channel.request}. */
export interface RequestOptions {
  /**
   * Milliseconds (0 to 2,147,483,647) until the request rejects with a
   * `DOMException` named `TimeoutError`. Default: no limit.
   */
  timeoutMs?: number;
  /** Ends the wait: the request rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Gets what the handler of the other side gives to `call.progress`. */
  onProgress?: (value: unknown) => void;
}

/** Options of {@linkcode Channel.serve}. */
export interface ServeOptions {
  /**
   * How many handlers of requests run at a time (1 to 2,147,483,647). More
   * requests wait: up to 4,096, or 1 MiB of them; then the other side does. While
   * this side waits for an answer itself, which may come after them, 16 times as
   * many wait, and those above are answered with the error -32000. Answers that
   * the pipe has not accepted count as running.
   *
   * @default {1_024}
   */
  maxInFlight?: number;
}

/** One request, or notification, as its handler sees it. */
export interface Call {
  /**
   * Aborted when the other side cancels the request, or has ended. It is never
   * for a notification.
   */
  readonly signal: AbortSignal;
  /**
   * Sends something to the `onProgress` of the other side.
   *
   * @param value What JSON can carry.
   * @returns As `send` does.
   */
  progress(value: unknown): Promise<void>;
}

/**
 * The methods of one side.
 *
 * `params` is what the other side sent: believed, not checked.
 */
export type Handlers = Readonly<
  // deno-lint-ignore no-explicit-any -- each handler says what it expects
  Record<string, (params: any, call: Call) => unknown>
>;

/** A request of ours that has no answer so far. */
class Pending {
  readonly method: string;
  readonly promise: Promise<unknown>;
  readonly onProgress: ((value: unknown) => void) | undefined;
  readonly #settle = Promise.withResolvers<unknown>();
  /** Leaves no timer and no listener behind. */
  #stopWaiting: (() => void) | undefined;

  constructor(method: string, onProgress?: (value: unknown) => void) {
    this.method = method;
    this.onProgress = onProgress;
    this.promise = this.#settle.promise;
  }

  /** Calls `cancel` when its time is up, or its signal is aborted. */
  wait(options: RequestOptions, cancel: (error: unknown) => void): void {
    const { timeoutMs, signal } = options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (timeoutMs !== undefined) {
      const late = timeoutError(asked(this.method), timeoutMs);
      timer = setTimeout(() => cancel(late), timeoutMs);
    }
    const abort = () => cancel(signal!.reason);
    signal?.addEventListener("abort", abort);
    this.#stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
  }

  resolve(result: unknown): void {
    this.#stopWaiting?.();
    this.#settle.resolve(result);
  }

  reject(error: unknown): void {
    this.#stopWaiting?.();
    this.#settle.reject(error);
  }
}

/** Where an answer goes: to the channel, or into that of a batch. */
type Reply = (answer: Envelope) => Promise<void>;

/** Makes the error of what could not be done as the other side has gone. */
type Disconnected = (purpose: string) => Promise<Error>;

/** While an answer is awaited, so many times as much is read ahead. */
const AHEAD_OF_ANSWERS = 16;
/** The first of the codes that JSON-RPC leaves to servers. */
const TOO_MANY = -32000;

const NO_HANDLERS: Handlers = {};

/**
 * JSON-RPC 2.0 in both directions (jsonrpc.org/specification), with what the
 * Language Server Protocol adds: `$/cancelRequest` and `$/progress`, whose token
 * is the id of the request.
 */
export class Requests implements Bounded {
  readonly #write: (message: unknown) => Promise<void>;
  readonly #pending = new Map<Id, Pending>();
  readonly #inFlight = new Map<Id, RunningCall>();
  readonly #end = Promise.withResolvers<void>();
  /** Requests that wait, and their order, from `#next` on. */
  readonly #waiting = new Map<Id, RunningCall>();
  #order: RunningCall[] = [];
  #next = 0;
  #isStarting = false;
  #queuedBytes = 0;
  #handlers = NO_HANDLERS;
  #maxInFlight = 1_024;
  #lastId = 0;
  #wake: (() => void) | undefined;
  /** Set when no answer will come any more. */
  #failure: ((purpose: string) => Promise<unknown>) | undefined;

  constructor(write: (message: unknown) => Promise<void>) {
    this.#write = write;
    this.#end.promise.catch(() => {});
  }

  /**
   * Whether no more may be read. While an answer is awaited, reading goes on: it
   * may come after the requests that fill the queue, and the handlers that run
   * may wait for it.
   */
  get isFull(): boolean {
    return this.#pending.size === 0 && this.#isQueueFull(1);
  }

  get limit(): number {
    return Math.max(1, AHEAD_MESSAGES - this.#waiting.size);
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** Throws what {@linkcode Channel.request} rejects with at once. */
  request(
    method: string,
    params: object | undefined,
    options: RequestOptions | undefined,
  ): Promise<unknown> {
    if (options !== undefined) checkRequest(options);
    const id = ++this.#lastId;
    const message = envelope(method, params, id);
    if (this.#failure !== undefined) {
      return this.#failure(asked(method)).then((error) =>
        Promise.reject(error)
      );
    }
    const pending = new Pending(method, options?.onProgress);
    const sent = this.#write(message);
    this.#pending.set(id, pending);
    if (options !== undefined) {
      pending.wait(options, (error) => {
        this.#pending.delete(id);
        pending.reject(error);
        this.#quietly(envelope("$/cancelRequest", { id }));
      });
    }
    this.#readOn();
    // Whether the other side has gone is seen where its answers come from, which
    // may still hold some; a refusal of the format is seen here.
    if (sent !== DONE) {
      sent.catch((error) => {
        if (!isRefusal(error)) return;
        this.#pending.delete(id);
        pending.reject(error);
      });
    }
    return pending.promise;
  }

  async notify(method: string, params: object | undefined): Promise<void> {
    const message = envelope(method, params);
    if (this.#failure !== undefined) {
      throw await this.#failure(`notify of "${quote(method)}"`);
    }
    await this.#write(message);
  }

  serve(handlers: Handlers, options: ServeOptions): Promise<void> {
    checkKeys("serve", options, ["maxInFlight"]);
    const { maxInFlight = 1_024 } = options;
    checkInteger("serve", "maxInFlight", maxInFlight, 1, 0x7fff_ffff);
    if (this.#handlers !== NO_HANDLERS) {
      throw new TypeError("Cannot serve after serve()");
    }
    this.#handlers = handlers;
    this.#maxInFlight = maxInFlight;
    return this.#end.promise;
  }

  /** Takes what has arrived; `false` if it is no JSON-RPC object. */
  take(message: unknown, bytes: number): boolean {
    if (Array.isArray(message)) return this.#takeBatch(message, bytes);
    if (!isEnvelope(message)) return false;
    // The other side could not read what it got, and does not know the request.
    if (isAnswer(message) && (message.id ?? null) === null) return false;
    this.#takeOne(message, bytes, this.#reply);
    return true;
  }

  /** Nothing will arrive any more. */
  end(error: unknown, disconnected: Disconnected | undefined): void {
    if (this.#failure !== undefined) return;
    const failure = disconnected ?? (() => Promise.resolve(error));
    this.#failure = failure;
    for (const pending of this.#pending.values()) {
      failure(asked(pending.method)).then((error) => pending.reject(error));
    }
    this.#pending.clear();
    this.#waiting.clear();
    for (const call of this.#inFlight.values()) call.cancel();
    if (error === undefined) this.#end.resolve();
    else this.#end.reject(error);
  }

  #takeBatch(messages: unknown[], bytes: number): boolean {
    if (messages.length === 0) {
      this.#quietly(failed(null, invalid("a batch must not be empty")));
      return true;
    }
    // A stray array is noise; one with a single envelope is meant as a batch.
    if (!messages.some(isEnvelope)) return false;
    const answers: Envelope[] = [];
    let missing = messages.filter(needsAnswer).length;
    const reply: Reply = (answer) => {
      answers.push(answer);
      // Only the last one is waited for: while the others are, no further
      // handler might run.
      return --missing === 0 ? this.#quietly(answers) : DONE;
    };
    const each = bytes / messages.length;
    for (const message of messages) {
      if (isEnvelope(message)) this.#takeOne(message, each, reply);
      else reply(failed(null, invalid("a request must be an object")));
    }
    return true;
  }

  #takeOne(message: Envelope, bytes: number, reply: Reply): void {
    const { id, method, params } = message;
    if (isAnswer(message)) this.#takeAnswer(message);
    else if (typeof method !== "string" || !isParams(params) || !isId(id)) {
      const why = invalid(
        "method must be a text, params an array or an object, id a text or a number",
      );
      reply(failed(isId(id) ? id ?? null : null, why));
    } else if (id === undefined) this.#takeNotification(method, params);
    else this.#takeRequest(id, method, params, bytes, reply);
  }

  #takeAnswer({ id, result, error }: Envelope): void {
    // An answer that nobody waits for: it was cancelled.
    const pending = this.#pending.get(id ?? null);
    if (pending === undefined) return;
    this.#pending.delete(id ?? null);
    if (error === undefined) return pending.resolve(result);
    const { code, message, data } = Object(error);
    pending.reject(new RequestError(Number(code), String(message), data));
  }

  #takeNotification(method: string, params: unknown): void {
    const { id, token, value } = Object(params);
    if (method === "$/cancelRequest" && this.#cancel(id)) return;
    if (method === "$/progress") {
      const pending = this.#pending.get(token);
      if (pending?.onProgress) return pending.onProgress(value);
    }
    const handler = this.#handlerOf(method);
    if (handler === undefined) return;
    // It has no answer: its failure is an unhandled rejection, which ends the
    // program.
    (async () => await handler(params, NOTIFICATION))();
  }

  #takeRequest(
    id: Id,
    method: string,
    params: unknown,
    bytes: number,
    reply: Reply,
  ): void {
    const handler = this.#handlerOf(method);
    if (handler === undefined) {
      const why = `there is no method "${quote(method)}"`;
      reply(failed(id, new RequestError(RequestError.METHOD_NOT_FOUND, why)));
      return;
    }
    if (this.#inFlight.has(id) || this.#waiting.has(id)) {
      reply(failed(id, invalid("its id must not be that of a pending one")));
      return;
    }
    const call = new RunningCall(
      id,
      bytes,
      handler,
      params,
      reply,
      this.#progress,
    );
    if (this.#inFlight.size < this.#maxInFlight && this.#waiting.size === 0) {
      this.#run(call);
    } else if (this.#isQueueFull(AHEAD_OF_ANSWERS)) {
      reply(failed(id, new RequestError(TOO_MANY, "too many requests wait")));
    } else {
      this.#waiting.set(id, call);
      this.#order.push(call);
      this.#queuedBytes += bytes;
    }
  }

  #run(call: RunningCall): void {
    this.#inFlight.set(call.id, call);
    let result: unknown;
    try {
      result = call.handler(call.params, call);
    } catch (error) {
      this.#answer(call, failed(call.id, error, call.isCancelled));
      return;
    }
    if (!isThenable(result)) {
      this.#answer(call, succeeded(call.id, result));
      return;
    }
    result.then(
      (value) => this.#answer(call, succeeded(call.id, value)),
      (error) => this.#answer(call, failed(call.id, error, call.isCancelled)),
    );
  }

  #answer(call: RunningCall, answer: Envelope): void {
    const sent = call.reply(answer);
    if (sent === DONE) this.#done(call);
    // Until the pipe has it, the answer is in memory: it counts as running.
    else sent.finally(() => this.#done(call));
  }

  #done(call: RunningCall): void {
    this.#inFlight.delete(call.id);
    // A handler that answers at once comes back to here from within the loop.
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#waiting.size > 0 && this.#inFlight.size < this.#maxInFlight) {
      const next = this.#order[this.#next++]!;
      if (this.#waiting.get(next.id) !== next) continue; // It was cancelled.
      this.#waiting.delete(next.id);
      this.#queuedBytes -= next.bytes;
      this.#run(next);
    }
    this.#isStarting = false;
    // Half of it at a time: each request is moved once, on average.
    if (this.#next > 0 && this.#next * 2 >= this.#order.length) {
      this.#order = this.#order.slice(this.#next);
      this.#next = 0;
    }
    this.#readOn();
  }

  #readOn(): void {
    if (this.#wake === undefined || this.isFull) return;
    const wake = this.#wake;
    this.#wake = undefined;
    wake();
  }

  #isQueueFull(times: number): boolean {
    return this.#waiting.size >= times * AHEAD_MESSAGES ||
      this.#queuedBytes >= times * AHEAD_BYTES;
  }

  #cancel(id: Id): boolean {
    const running = this.#inFlight.get(id);
    if (running !== undefined) {
      running.cancel();
      return true;
    }
    const call = this.#waiting.get(id);
    if (call === undefined) return false;
    this.#waiting.delete(id);
    this.#queuedBytes -= call.bytes;
    call.reply(failed(id, cancelled()));
    return true;
  }

  #handlerOf(method: string): Handlers[string] | undefined {
    // The other side chooses the name: it may be "constructor".
    return Object.hasOwn(this.#handlers, method)
      ? this.#handlers[method]
      : undefined;
  }

  readonly #progress = async (token: Id, value: unknown): Promise<void> =>
    await this.#write(envelope("$/progress", { token, value }));

  readonly #reply: Reply = (answer) => this.#quietly(answer);

  /** Sends; a failure is seen where the channel is read. Never rejects. */
  #quietly(message: Envelope | Envelope[]): Promise<void> {
    let sent: Promise<void>;
    try {
      sent = this.#write(message);
    } catch (error) {
      return this.#refused(message, error);
    }
    if (sent === DONE) return sent;
    return sent.catch((error) => this.#refused(message, error));
  }

  /**
   * Sends what is left of answers that the format refused: no request of the
   * other side may stay without one. A result becomes an error, and an error
   * loses its data.
   */
  #refused(message: Envelope | Envelope[], error: unknown): Promise<void> {
    if (!isRefusal(error)) return DONE;
    const refused = Array.isArray(message) ? message : [message];
    const mended = refused.map((answer) => mend(answer, error));
    if (mended.every((answer, at) => answer === refused[at])) return DONE;
    return this.#quietly(Array.isArray(message) ? mended : mended[0]!);
  }
}

/**
 * A request of the other side that waits, or whose handler runs. It has no
 * function of its own: there may be hundreds of thousands of them a second.
 */
class RunningCall implements Call {
  readonly id: Id;
  readonly bytes: number;
  readonly handler: Handlers[string];
  readonly params: unknown;
  readonly reply: Reply;
  isCancelled = false;
  readonly #progress: (token: Id, value: unknown) => Promise<void>;
  #controller: AbortController | undefined;

  constructor(
    id: Id,
    bytes: number,
    handler: Handlers[string],
    params: unknown,
    reply: Reply,
    progress: (token: Id, value: unknown) => Promise<void>,
  ) {
    this.id = id;
    this.bytes = bytes;
    this.handler = handler;
    this.params = params;
    this.reply = reply;
    this.#progress = progress;
  }

  /** Bound, as a handler may take it out of the call. */
  get progress(): (value: unknown) => Promise<void> {
    return (value) => this.#progress(this.id, value);
  }

  /** Made when it is first asked for: most handlers have no use for it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isCancelled) this.#controller.abort(cancelled());
    return this.#controller.signal;
  }

  cancel(): void {
    this.isCancelled = true;
    this.#controller?.abort(cancelled());
  }
}

const NOTIFICATION: Call = {
  get signal() {
    return new AbortController().signal;
  },
  progress: () => DONE,
};

function checkRequest(options: RequestOptions): void {
  checkKeys("request", options, ["timeoutMs", "signal", "onProgress"]);
  checkMs("request", "timeoutMs", options.timeoutMs);
  checkAbortSignal("request", options.signal);
  checkType("request", "onProgress", options.onProgress, "function");
  options.signal?.throwIfAborted();
}

function asked(method: string): string {
  return `get the answer to "${quote(method)}"`;
}
