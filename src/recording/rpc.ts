import type { RecordedStream } from "./event.ts";
import { roundMs } from "./line.ts";
import type { RpcId, RpcMessage, SessionPending } from "./session_item.ts";

/** The most characters of ids, methods and tokens that are remembered. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** The keys of a message. A debugger of Chromium adds `sessionId`. */
const KEYS = new Set([
  "jsonrpc",
  "id",
  "method",
  "params",
  "result",
  "error",
  "sessionId",
]);

type Fields = Readonly<Record<string, unknown>>;

/** A request without an answer so far. */
interface Pending {
  /** Its number among all requests. */
  readonly number: number;
  readonly from: RecordedStream;
  readonly index: number;
  readonly ms: number;
  readonly method: string;
  readonly id: RpcId;
  /** How many characters of it are remembered. */
  readonly characters: number;
  readonly tokens: readonly string[];
  isCancelled: boolean;
  /** The next request with its id, from the same side. */
  next: Pending | undefined;
}

/** The requests with one id from one side. Most are alone. */
interface SameId {
  oldest: Pending;
  newest: Pending;
}

/** Where a message stands in its session. */
export interface RpcPlace {
  /** The stream that it came through. */
  readonly from: RecordedStream;
  /** When it was complete. */
  readonly ms: number;
  /** The number of its item. */
  readonly index: number;
}

/** A pending request as it is told; the session adds when and which number. */
export type ToldPending =
  & Omit<SessionPending, "index" | "ms" | "durationMs">
  & {
    /** When the request was complete. */
    readonly sinceMs: number;
  };

/**
 * Reads the JSON-RPC of a session, and pairs answers with their requests.
 *
 * Each side counts its own ids, so that a request is looked for in the stream
 * that the answer did not come through. Two requests with one id are answered in
 * their order, as nothing tells which is meant.
 *
 * Memory: `maxPending` requests and 4 Mi characters of their ids, methods and
 * tokens. Above that the oldest are forgotten.
 */
export class RpcReader {
  /** Whether a message with `"jsonrpc": "2.0"` was seen. */
  hasSeen = false;
  /** Requests that were forgotten and not told so far. */
  readonly forgotten: ToldPending[] = [];
  readonly #maxPending: number;
  /** By their numbers, the oldest first. */
  readonly #pending = new Map<number, Pending>();
  readonly #byId = new Map<string, SameId>();
  readonly #byToken = new Map<string, Pending>();
  #characters = 0;
  #requests = 0;
  /** No request with a smaller number is pending. */
  #oldest = 0;

  /** Remembers at most `maxPending` requests. */
  constructor(maxPending: number) {
    this.#maxPending = maxPending;
  }

  /** How many requests have no answer so far. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** The requests without an answer, the oldest first. */
  pending(): ToldPending[] {
    return Array.from(this.#pending.values(), (each) => told(each, false));
  }

  /** What a JSON value is in JSON-RPC; `null` if it is none. */
  read(json: unknown, place: RpcPlace): RpcMessage | null {
    if (!Array.isArray(json)) return this.#readOne(json, place);
    const entries: RpcMessage[] = [];
    for (const each of json) {
      const entry = this.#readOne(each, place);
      if (entry !== null) entries.push(entry);
    }
    if (entries.length === 0) return null;
    return { kind: "batch", ...PLAIN, entries };
  }

  #readOne(json: unknown, place: RpcPlace): RpcMessage | null {
    if (typeof json !== "object" || json === null) return null;
    const fields = json as Fields;
    const { id, method } = fields;
    if (fields.jsonrpc === "2.0") this.hasSeen = true;
    else if (
      this.hasSeen || !Object.keys(fields).every((key) => KEYS.has(key))
    ) {
      // Without the version it can be anything, as a line of a log in JSON.
      return null;
    }
    if (typeof method === "string") {
      if (id === undefined) return this.#notification(method, fields, place);
      return isId(id) ? this.#request(method, id, fields, place) : null;
    }
    if (method !== undefined || !isId(id)) return null;
    const isError = typeof fields.error === "object" && fields.error !== null;
    if (!isError && fields.result === undefined) return null;
    return this.#answer(isError ? "error" : "answer", id, place);
  }

  #request(
    method: string,
    id: RpcId,
    { params }: Fields,
    { from, ms, index }: RpcPlace,
  ): RpcMessage {
    const key = keyOf(from, id);
    const tokens = tokensOf(params).map((token) => keyOf(from, token));
    let characters = method.length + key.length;
    for (const token of tokens) characters += token.length;
    const pending: Pending = {
      number: this.#requests++,
      from,
      index,
      ms,
      method,
      id,
      characters,
      tokens,
      isCancelled: false,
      next: undefined,
    };
    const others = this.#byId.get(key);
    if (others === undefined) {
      this.#byId.set(key, { oldest: pending, newest: pending });
    } else {
      others.newest = others.newest.next = pending;
    }
    for (const token of tokens) this.#byToken.set(token, pending);
    this.#pending.set(pending.number, pending);
    this.#characters += characters;
    this.#forget();
    const isDuplicate = others !== undefined;
    return { kind: "request", ...PLAIN, method, id, isDuplicate };
  }

  #answer(
    kind: "answer" | "error",
    id: RpcId,
    { from, ms }: RpcPlace,
  ): RpcMessage {
    const request = this.#byId.get(keyOf(other(from), id))?.oldest;
    if (request === undefined) return { kind, ...PLAIN, id };
    this.#remove(request);
    return {
      kind,
      ...PLAIN,
      id,
      method: request.method,
      durationMs: roundMs(Math.max(0, ms - request.ms)),
      requestIndex: request.index,
      isCancelled: request.isCancelled,
    };
  }

  #notification(
    method: string,
    { params }: Fields,
    { from }: RpcPlace,
  ): RpcMessage {
    const plain = { kind: "notification", ...PLAIN, method } as const;
    const given = (params ?? {}) as Fields;
    switch (method) {
      case "$/cancelRequest":
      case "notifications/cancelled": {
        const id = given[method === "$/cancelRequest" ? "id" : "requestId"];
        // The last one of that id: the others were cancelled, or are lost.
        const request = isId(id)
          ? this.#byId.get(keyOf(from, id))?.newest
          : undefined;
        if (request !== undefined) request.isCancelled = true;
        const requestIndex = request?.index ?? null;
        return { ...plain, about: "cancel", requestIndex };
      }
      case "$/progress":
      case "notifications/progress": {
        const token =
          given[method === "$/progress" ? "token" : "progressToken"];
        const request = isId(token)
          ? this.#byToken.get(keyOf(other(from), token))
          : undefined;
        const requestIndex = request?.index ?? null;
        return { ...plain, about: "progress", requestIndex };
      }
    }
    return plain;
  }

  /** Forgets the oldest requests above the bound. */
  #forget(): void {
    while (
      this.#pending.size > this.#maxPending ||
      this.#characters > MAX_CHARACTERS
    ) {
      // By its number: an iterator of a map walks over all that was removed
      // from it, for each request anew.
      const oldest = this.#pending.get(this.#oldest++);
      if (oldest === undefined) continue;
      this.#remove(oldest);
      this.forgotten.push(told(oldest, true));
    }
  }

  /** Removes a request, the oldest one with its id. */
  #remove(request: Pending): void {
    this.#pending.delete(request.number);
    this.#characters -= request.characters;
    const key = keyOf(request.from, request.id);
    if (request.next === undefined) this.#byId.delete(key);
    else this.#byId.get(key)!.oldest = request.next;
    for (const token of request.tokens) {
      // A later request may have taken the token over.
      if (this.#byToken.get(token) === request) this.#byToken.delete(token);
    }
  }
}

/** What most messages have of what only some have. */
const PLAIN: Omit<RpcMessage, "kind"> = {
  method: null,
  durationMs: null,
  requestIndex: null,
  isDuplicate: false,
  isCancelled: false,
  about: null,
  entries: [],
};

function told(
  { from, index, ms, method, id, isCancelled }: Pending,
  isForgotten: boolean,
): ToldPending {
  return {
    kind: "pending",
    from,
    requestIndex: index,
    method,
    id,
    isCancelled,
    isForgotten,
    sinceMs: ms,
  };
}

/** A key that tells `1` from `"1"`, and the ids of the two sides apart. */
function keyOf(from: RecordedStream, id: RpcId): string {
  return from + JSON.stringify(id);
}

function other(from: RecordedStream): RecordedStream {
  return from === "in" ? "out" : "in";
}

/** `1e400` is read as no finite number, which JSON would write as `null`. */
function isId(id: unknown): id is RpcId {
  return id === null || typeof id === "string" || Number.isFinite(id);
}

/** The tokens by which progress names its request, in LSP and in MCP. */
function tokensOf(params: unknown): RpcId[] {
  if (typeof params !== "object" || params === null) return [];
  const { workDoneToken, partialResultToken, _meta } = params as Fields;
  const meta = typeof _meta === "object" && _meta !== null
    ? (_meta as Fields).progressToken
    : undefined;
  return [workDoneToken, partialResultToken, meta].filter(isId);
}
