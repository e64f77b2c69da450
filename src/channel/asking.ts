import { checkAbortSignal, checkKeys, checkMs, checkType } from "../check.ts";
import { quote } from "../text_safety.ts";
import { DONE } from "../write/queue.ts";
import { RequestError, timeoutError } from "./errors.ts";
import { type Envelope, envelope, type Id, isRefusal } from "./json_rpc.ts";
import { type Send, sendQuietly } from "./send_quietly.ts";

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

/** Makes the error of what is asked for when no answer can come any more. */
export type Failure = (purpose: string) => Promise<unknown>;

/** What this side asks of the other one: the client of JSON-RPC. */
export class Asking {
  readonly #send: Send;
  readonly #pending = new Map<Id, Pending>();
  #lastId = 0;
  /** Set when no answer will come any more. */
  #failure: Failure | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Whether an answer is awaited. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
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
    const sent = this.#send(message);
    this.#pending.set(id, pending);
    if (options !== undefined) {
      pending.wait(options, (error) => {
        this.#pending.delete(id);
        pending.reject(error);
        sendQuietly(this.#send, envelope("$/cancelRequest", { id }));
      });
    }
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
    await this.#send(message);
  }

  takeAnswer({ id, result, error }: Envelope): void {
    // An answer that nobody waits for: it was cancelled.
    const pending = this.#pending.get(id ?? null);
    if (pending === undefined) return;
    this.#pending.delete(id ?? null);
    if (error === undefined) return pending.resolve(result);
    const { code, message, data } = Object(error);
    pending.reject(new RequestError(Number(code), String(message), data));
  }

  /** Gives progress to who asked; `false` if nobody wants it. */
  takeProgress(params: unknown): boolean {
    const { token, value } = Object(params);
    const onProgress = this.#pending.get(token)?.onProgress;
    onProgress?.(value);
    return onProgress !== undefined;
  }

  /** No answer will come any more. */
  end(failure: Failure): void {
    this.#failure = failure;
    for (const pending of this.#pending.values()) {
      failure(asked(pending.method)).then((error) => pending.reject(error));
    }
    this.#pending.clear();
  }
}

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
