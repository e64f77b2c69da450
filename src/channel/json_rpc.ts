/** The objects of JSON-RPC 2.0 (jsonrpc.org/specification). */
import { RequestError } from "./errors.ts";

/** What travels. */
export interface Envelope {
  jsonrpc: "2.0";
  id?: Id;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** What an answer and its request have in common. */
export type Id = string | number | null;

/** A request; without an id a notification. */
export function envelope(method: string, params?: object, id?: Id): Envelope {
  const isText = typeof method === "string";
  if (!isText || (params !== undefined && !isParams(params))) {
    throw new TypeError(
      `Cannot request as ${
        isText ? "params must be an array or an object" : "method must be text"
      }: current value is ${isText ? typeof params : typeof method}`,
    );
  }
  // Not an object that gets its properties later, which would be slower; and
  // not a property that is undefined, which JSON could not carry.
  if (id === undefined) {
    return params === undefined
      ? { jsonrpc: "2.0", method }
      : { jsonrpc: "2.0", method, params };
  }
  return params === undefined
    ? { jsonrpc: "2.0", id, method }
    : { jsonrpc: "2.0", id, method, params };
}

/** The answer of a handler that has a result. */
export function succeeded(id: Id, result: unknown): Envelope {
  return { jsonrpc: "2.0", id, result: result === undefined ? null : result };
}

/** The answer of a handler that has failed. */
export function failed(id: Id, error: unknown, isCancelled = false): Envelope {
  const known = error instanceof RequestError
    ? error
    : isCancelled
    ? cancelled()
    : new RequestError(
      RequestError.INTERNAL_ERROR,
      error instanceof Error ? error.message : String(error),
    );
  const { code, message, data } = known;
  return {
    jsonrpc: "2.0",
    id,
    error: data === undefined ? { code, message } : { code, message, data },
  };
}

/** An answer without what the format has refused of it; itself if that is not. */
export function mend(answer: Envelope, refusal: unknown): Envelope {
  if (answer.result !== undefined) return failed(answer.id ?? null, refusal);
  if (answer.error?.data === undefined) return answer;
  const { code, message } = answer.error;
  return { ...answer, error: { code, message } };
}

/** The error of what is no request. */
export function invalid(why: string): RequestError {
  return new RequestError(RequestError.INVALID_REQUEST, why);
}

/** The error of a request that was cancelled. */
export function cancelled(): RequestError {
  const why = "the request was cancelled";
  return new RequestError(RequestError.REQUEST_CANCELLED, why);
}

/** Whether the format refused a message, so that nothing was sent. */
export function isRefusal(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

/** Whether it is an object of JSON-RPC. */
export function isEnvelope(message: unknown): message is Envelope {
  return typeof message === "object" && message !== null &&
    (message as Envelope).jsonrpc === "2.0";
}

/** Whether it answers a request. */
export function isAnswer(message: Envelope): boolean {
  return message.method === undefined &&
    (message.result !== undefined || message.error !== undefined);
}

/** Whether a part of a batch is answered. */
export function needsAnswer(message: unknown): boolean {
  if (!isEnvelope(message)) return true;
  if (isAnswer(message)) return false;
  const { id, method, params } = message;
  return id !== undefined || typeof method !== "string" || !isParams(params);
}

/** Whether it can be the parameters of a request. */
export function isParams(params: unknown): boolean {
  return params === undefined ||
    (typeof params === "object" && params !== null);
}

/** Whether it can be the id of a request; a notification has none. */
export function isId(id: unknown): id is Id | undefined {
  return id === undefined || id === null || typeof id === "string" ||
    typeof id === "number";
}

/** Whether a handler is not done yet. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function";
}
