import { DONE } from "../write/queue.ts";
import type { Bounded } from "./ahead.ts";
import { Asking, type Failure, type RequestOptions } from "./asking.ts";
import {
  type Envelope,
  failed,
  invalid,
  isAnswer,
  isEnvelope,
  isId,
  isParams,
  needsAnswer,
} from "./json_rpc.ts";
import { type Send, sendQuietly } from "./send_quietly.ts";
import {
  type Handlers,
  type Reply,
  type ServeOptions,
  Serving,
} from "./serving.ts";

/**
 * JSON-RPC 2.0 in both directions (jsonrpc.org/specification), with what the
 * Language Server Protocol adds: `$/cancelRequest` and `$/progress`, whose token
 * is the id of the request.
 */
export class Requests implements Bounded {
  readonly #send: Send;
  readonly #asking: Asking;
  readonly #serving: Serving;
  readonly #end = Promise.withResolvers<void>();
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(send: Send) {
    this.#send = send;
    this.#asking = new Asking(send);
    this.#serving = new Serving(send, () => this.#readOn());
    this.#end.promise.catch(() => {});
  }

  /**
   * Whether no more may be read. While an answer is awaited, reading goes on: it
   * may come after the requests that fill the queue, and the handlers that run
   * may wait for it.
   */
  get isFull(): boolean {
    return !this.#asking.isWaiting && this.#serving.isFull;
  }

  get limit(): number {
    return this.#serving.limit;
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
    const answer = this.#asking.request(method, params, options);
    this.#readOn();
    return answer;
  }

  notify(method: string, params: object | undefined): Promise<void> {
    return this.#asking.notify(method, params);
  }

  serve(handlers: Handlers, options: ServeOptions): Promise<void> {
    this.#serving.serve(handlers, options);
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
  end(error: unknown, disconnected: Failure | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#asking.end(disconnected ?? (() => Promise.resolve(error)));
    this.#serving.end();
    if (error === undefined) this.#end.resolve();
    else this.#end.reject(error);
  }

  #takeBatch(messages: unknown[], bytes: number): boolean {
    if (messages.length === 0) {
      sendQuietly(
        this.#send,
        failed(null, invalid("a batch must not be empty")),
      );
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
      return --missing === 0 ? sendQuietly(this.#send, answers) : DONE;
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
    if (isAnswer(message)) this.#asking.takeAnswer(message);
    else if (typeof method !== "string" || !isParams(params) || !isId(id)) {
      const why = invalid(
        "method must be a text, params an array or an object, id a text or a number",
      );
      reply(failed(isId(id) ? id ?? null : null, why));
    } else if (id === undefined) this.#takeNotification(method, params);
    else this.#serving.takeRequest(id, method, params, bytes, reply);
  }

  #takeNotification(method: string, params: unknown): void {
    const { id } = Object(params);
    if (method === "$/cancelRequest" && this.#serving.cancel(id)) return;
    if (method === "$/progress" && this.#asking.takeProgress(params)) return;
    this.#serving.takeNotification(method, params);
  }

  #readOn(): void {
    if (this.#wake === undefined || this.isFull) return;
    const wake = this.#wake;
    this.#wake = undefined;
    wake();
  }

  readonly #reply: Reply = (answer) => sendQuietly(this.#send, answer);
}
