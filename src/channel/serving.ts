import { checkInteger, checkKeys } from "../check.ts";
import { quote } from "../text_safety.ts";
import { DONE } from "../write/queue.ts";
import { AHEAD_BYTES, AHEAD_MESSAGES } from "./ahead.ts";
import { RequestError } from "./errors.ts";
import {
  cancelled,
  type Envelope,
  envelope,
  failed,
  type Id,
  invalid,
  isThenable,
  succeeded,
} from "./json_rpc.ts";
import type { Send } from "./send_quietly.ts";

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

/** Where an answer goes: to the channel, or into that of a batch. */
export type Reply = (answer: Envelope) => Promise<void>;

/** While an answer is awaited, so many times as much is read ahead. */
const AHEAD_OF_ANSWERS = 16;
/** The first of the codes that JSON-RPC leaves to servers. */
const TOO_MANY = -32000;

const NO_HANDLERS: Handlers = {};

/** What the other side asks of this one: the server of JSON-RPC. */
export class Serving {
  readonly #send: Send;
  /** Called when more requests have room. */
  readonly #onRoom: () => void;
  readonly #inFlight = new Map<Id, RunningCall>();
  /** Requests that wait, and their order, from `#next` on. */
  readonly #waiting = new Map<Id, RunningCall>();
  #order: RunningCall[] = [];
  #next = 0;
  #isStarting = false;
  #queuedBytes = 0;
  #handlers = NO_HANDLERS;
  #maxInFlight = 1_024;

  constructor(send: Send, onRoom: () => void) {
    this.#send = send;
    this.#onRoom = onRoom;
  }

  /** Whether the queue is full, if nothing else is waited for. */
  get isFull(): boolean {
    return this.#isQueueFull(1);
  }

  /** How many more requests have room. */
  get limit(): number {
    return Math.max(1, AHEAD_MESSAGES - this.#waiting.size);
  }

  serve(handlers: Handlers, options: ServeOptions): void {
    checkKeys("serve", options, ["maxInFlight"]);
    const { maxInFlight = 1_024 } = options;
    checkInteger("serve", "maxInFlight", maxInFlight, 1, 0x7fff_ffff);
    if (this.#handlers !== NO_HANDLERS) {
      throw new TypeError("Cannot serve after serve()");
    }
    this.#handlers = handlers;
    this.#maxInFlight = maxInFlight;
  }

  takeNotification(method: string, params: unknown): void {
    const handler = this.#handlerOf(method);
    if (handler === undefined) return;
    // It has no answer: its failure is an unhandled rejection, which ends the
    // program.
    (async () => await handler(params, NOTIFICATION))();
  }

  takeRequest(
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

  /** Cancels a request of the other side; `false` if there is none. */
  cancel(id: Id): boolean {
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

  /** Nobody waits for the answers any more. */
  end(): void {
    this.#waiting.clear();
    for (const call of this.#inFlight.values()) call.cancel();
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
    this.#onRoom();
  }

  #isQueueFull(times: number): boolean {
    return this.#waiting.size >= times * AHEAD_MESSAGES ||
      this.#queuedBytes >= times * AHEAD_BYTES;
  }

  #handlerOf(method: string): Handlers[string] | undefined {
    // The other side chooses the name: it may be "constructor".
    return Object.hasOwn(this.#handlers, method)
      ? this.#handlers[method]
      : undefined;
  }

  readonly #progress = async (token: Id, value: unknown): Promise<void> =>
    await this.#send(envelope("$/progress", { token, value }));
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
