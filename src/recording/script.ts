import { ByteBuffer } from "../read/byte_buffer.ts";
import type { RecordedPiece, RecordedStatus, RecordedStream } from "./event.ts";
import type { Playable } from "./recorded_child.ts";
import { hasRedacted, type SameParams } from "./same_params.ts";
import { Session, sessionFrameOf } from "./session.ts";
import type {
  RpcMessage,
  SessionFrame,
  SessionItem,
  SessionMessage,
} from "./session_item.ts";

/** Something that the recorded server wrote: a message, a line, a stray print. */
export interface Line {
  /** Its place among all that passed. */
  readonly position: number;
  /** When it was complete. */
  readonly ms: number;
  readonly from: "out" | "err";
  /** What travelled; `null` for an entry of a batch. */
  readonly raw: Uint8Array | null;
  /** The message in it. */
  readonly payload: Uint8Array;
  /** Its JSON, if it is a message of JSON-RPC. */
  readonly json: unknown;
  /** It is a request, and the client has answered it. */
  isAnswered: boolean;
  /** An answer: the server's own requests that were answered before it. */
  readonly waitsFor: readonly Line[];
  /** How often it was written again. */
  sent: number;
}

/** Something that the client wrote, and what the server wrote after it. */
export interface Cue {
  readonly kind:
    | "start"
    | "request"
    | "notification"
    | "answer"
    | "frame"
    | "end";
  readonly position: number;
  /** When it was complete. */
  readonly ms: number;
  readonly method: string;
  readonly params: unknown;
  /** What followed, in its order; the answer to it as well. */
  readonly lines: Line[];
  /** The answer to a request. */
  answer: Line | null;
  /** A request that the client cancelled, or that the server's end left open. */
  isLeft: boolean;
  /** How often it has come again. */
  uses: number;
}

/** How the recorded server ended. */
export interface ScriptEnd {
  readonly status: RecordedStatus["status"];
  readonly ms: number;
  /**
   * What it ended after by itself, though the client could still write; `null` if
   * it ended as its stdin did, or was made to end.
   */
  readonly cue: Cue | null;
}

/** Ends that a client or a person brings about, not the server. */
const ASKED_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"];

/** What is told of a script when it is read. */
export interface ScriptOptions {
  frame: SessionFrame | undefined;
  maxFrameBytes: number | undefined;
  same: SameParams;
}

/**
 * A recorded session as a script: what the server wrote, sorted by what the
 * client had written before it.
 *
 * What was not asked for (a notification, a request of the server, a line of
 * stderr) belongs to the last message of the client before it. An answer belongs
 * to its request. It is held in memory as a whole.
 */
export class Script {
  /** Where messages end. */
  frame: SessionFrame = "auto";
  /** Whether it speaks JSON-RPC. */
  isRpc = false;
  /** What the server wrote before the client did. */
  readonly start: Cue = cue("start", 0, 0);
  /** The end of the client's messages, if it is in the recording. */
  stop: Cue | null = null;
  /** How the server ended, if it is in the recording. */
  end: ScriptEnd | null = null;
  /** Messages without JSON-RPC, in their order. */
  readonly frames: Cue[] = [];
  /** The methods of all requests. */
  readonly requests = new Map<string, Cue[]>();
  readonly #same: SameParams;
  readonly #byKey = new Map<string, Cue[]>();
  readonly #notifications = new Map<string, Cue[]>();
  readonly #byAnswered = new Map<Line, Cue>();
  /** What was not asked for, in its order. */
  readonly #unasked: Line[] = [];
  #position = 1;
  #last: Cue = this.start;
  readonly #outFrames: Line[] = [];
  /** What each read of stdout gave, as long as nothing is known of messages. */
  #pieces: RecordedPiece[] = [];
  readonly #asked = new Map<string, Cue>();
  readonly #askedBack = new Map<string, Line>();
  /** The server's requests that were answered, in their order. */
  readonly #answeredBack: Line[] = [];

  private constructor(same: SameParams) {
    this.#same = same;
  }

  /** Reads all of a recording. */
  static async read(
    recording: Playable,
    { frame, maxFrameBytes, same }: ScriptOptions,
  ): Promise<Script> {
    const { header } = recording;
    const session = new Session({
      frame: frame ?? (header && sessionFrameOf(header.frame)),
      maxFrameBytes,
    });
    const script = new Script(same);
    const bytes = {
      in: new ByteBuffer(),
      out: new ByteBuffer(),
      err: new ByteBuffer(),
    };
    const take = (items: readonly SessionItem[]) => {
      for (const item of items) {
        const raw = "size" in item
          ? bytes[item.from].take(Math.min(item.size, bytes[item.from].length))
          : new Uint8Array(0);
        script.#take(item, raw);
      }
    };
    for await (const event of recording) {
      if (event.kind === "piece") {
        bytes[event.from].append(event.bytes);
        if (event.from === "out" && !script.isRpc) script.#pieces.push(event);
      }
      take(session.take(event));
    }
    take(session.end());
    script.frame = session.frame === "auto" ? "lines" : session.frame;
    script.#close();
    return script;
  }

  /**
   * The recorded request that asks for the same: the first that was not asked
   * for again so far, or else the last one.
   */
  request(method: string, params: unknown): Cue | undefined {
    const same = this.#byKey.get(this.#same.keyOf(method, params)) ??
      this.requests.get(method)?.filter((each) =>
        hasRedacted(each.params) && this.#same.fits(each.params, params)
      );
    return same === undefined || same.length === 0
      ? undefined
      : same.find(({ uses }) => uses === 0) ?? same.at(-1);
  }

  /** The recorded notification that is meant, if it has not come again so far. */
  notification(method: string, params: unknown): Cue | undefined {
    const all = this.#notifications.get(method) ?? [];
    const fresh = all.filter(({ uses }) => uses === 0);
    const key = this.#same.keyOf(method, params);
    return fresh.find((each) =>
      this.#same.keyOf(method, each.params) === key
    ) ?? fresh[0];
  }

  /** What the client's answer to a request of the server is followed by. */
  answerTo(line: Line): Cue | undefined {
    return this.#byAnswered.get(line);
  }

  /** What was not asked for between two places, in its order. */
  *unasked(from: number, to: number): Generator<Line> {
    let low = 0;
    let high = this.#unasked.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#unasked[middle]!.position > from) high = middle;
      else low = middle + 1;
    }
    for (let at = low; at < this.#unasked.length; at++) {
      const line = this.#unasked[at]!;
      if (line.position >= to) return;
      yield line;
    }
  }

  #take(item: SessionItem, raw: Uint8Array): void {
    if (item.kind === "status") {
      this.#end(item.status, item.ms);
    } else if (item.kind === "end") {
      if (item.from === "in") this.stop = this.#cue("end", item.ms);
    } else if (item.kind === "pending") {
      const key = askedKey(item.requestIndex, item.id);
      const left = item.from === "in" ? this.#asked.get(key) : undefined;
      if (left !== undefined) {
        left.isLeft = item.isCancelled || (this.end?.cue ?? null) !== null;
      }
    } else if (item.kind !== "gap") {
      if (item.from === "in") this.#takeIn(item);
      else this.#takeOut(item, raw, item.from);
    }
  }

  #takeIn(item: Exclude<SessionItem, { kind: "gap" | "pending" }>): void {
    if (item.kind === "text") {
      this.frames.push(this.#cue("frame", item.ms));
    } else if (item.kind === "message") {
      const { json, rpc, ms, index } = item;
      if (rpc === null) this.frames.push(this.#cue("frame", ms));
      else for (const each of entriesOf(rpc, json)) this.#ask(each, ms, index);
    }
  }

  #ask([rpc, json]: Entry, ms: number, index: number): void {
    this.isRpc = true;
    const { params } = json;
    const method = rpc.method ?? "";
    if (rpc.kind === "request") {
      const asked = this.#cue("request", ms, method, params);
      this.#asked.set(askedKey(index, rpc.id), asked);
      push(this.requests, method, asked);
      push(this.#byKey, this.#same.keyOf(method, params), asked);
    } else if (rpc.kind === "notification") {
      push(
        this.#notifications,
        method,
        this.#cue("notification", ms, method, params),
      );
    } else {
      const answer = this.#cue("answer", ms);
      const line = this.#askedBack.get(askedKey(rpc.requestIndex, rpc.id));
      if (line === undefined) return;
      line.isAnswered = true;
      this.#answeredBack.push(line);
      this.#byAnswered.set(line, answer);
    }
  }

  #takeOut(
    item: Exclude<SessionItem, { kind: "gap" | "pending" | "end" | "status" }>,
    raw: Uint8Array,
    from: RecordedStream,
  ): void {
    const isLost = item.kind === "broken" &&
      (item.reason === "gap" || item.reason === "cut");
    if (isLost || from === "in") return;
    const { ms, payload } = item;
    const rpc = item.kind === "message" ? item.rpc : null;
    if (rpc === null) {
      const line = this.#line({ ms, from, raw, payload, json: undefined });
      const isFrame = from === "out" &&
        (item.kind === "message" || item.kind === "text");
      if (isFrame) this.#outFrames.push(line);
      this.#unask(line);
      return;
    }
    for (const entry of entriesOf(rpc, (item as SessionMessage).json)) {
      // An entry of a batch travels by itself unless a batch is answered.
      const written = rpc.kind === "batch"
        ? {
          raw: null,
          payload: new TextEncoder().encode(JSON.stringify(entry[1])),
        }
        : { raw, payload };
      this.#say(entry, { ms, from: "out", ...written }, item.index);
    }
  }

  #say(
    [rpc, json]: Entry,
    written: Pick<Line, "ms" | "from" | "raw" | "payload">,
    index: number,
  ): void {
    const isAnswer = rpc.kind === "answer" || rpc.kind === "error";
    const asked = isAnswer
      ? this.#asked.get(askedKey(rpc.requestIndex, rpc.id))
      : undefined;
    if (asked === undefined) {
      const line = this.#line({ ...written, json });
      if (rpc.kind === "request") {
        this.#askedBack.set(askedKey(index, rpc.id), line);
      }
      this.#unask(line);
      return;
    }
    const waitsFor = this.#answeredBack.filter(({ position }) =>
      position > asked.position
    );
    asked.answer = this.#line({ ...written, json }, waitsFor);
    asked.lines.push(asked.answer);
  }

  #unask(line: Line): void {
    this.#unasked.push(line);
    this.#last.lines.push(line);
  }

  #end(status: RecordedStatus["status"], ms: number): void {
    const last = this.#last;
    const isOwn = status.reason === "exited" ||
      (status.reason === "signaled" &&
        !ASKED_SIGNALS.includes(status.signal ?? ""));
    // After an answer a server waits: its client has let it end.
    const isAfter = last.kind === "start" || last.kind === "notification" ||
      (last.kind === "request" && last.answer === null);
    this.end = { status, ms, cue: isOwn && isAfter ? last : null };
  }

  #close(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.isRpc) return;
    const { frames } = this;
    const isFirst = this.start.lines.every(({ from }) => from === "err") &&
      (pieces[0]?.ms ?? 0) >= (frames[0]?.ms ?? 0);
    const cues = [this.start, ...frames, ...this.stop ? [this.stop] : []];
    if (isFirst && frames.length === this.#outFrames.length) {
      // Each is answered by one: so it is also where the client did not wait.
      const answers = new Set(this.#outFrames);
      leave(cues, (line) => !answers.has(line));
      this.#outFrames.forEach((line, at) => frames[at]!.lines.push(line));
    } else if (this.frame === "lines") {
      // A prompt has no end of line, and a client may wait for it.
      leave(cues, ({ from }) => from === "err");
      let at = 0;
      for (const { ms, bytes } of pieces) {
        while (at + 1 < cues.length && cues[at + 1]!.ms <= ms) at++;
        const said = { from: "out", payload: bytes, json: undefined } as const;
        cues[at]!.lines.push(this.#line({ ms, raw: bytes, ...said }));
      }
    }
    for (const { lines } of cues) lines.sort((one, two) => one.ms - two.ms);
  }

  #cue(kind: Cue["kind"], ms: number, method = "", params?: unknown): Cue {
    this.#last = cue(kind, this.#position++, ms, method, params);
    return this.#last;
  }

  #line(
    written: Pick<Line, "ms" | "from" | "raw" | "payload" | "json">,
    waitsFor: readonly Line[] = [],
  ): Line {
    const position = this.#position++;
    return { ...written, position, waitsFor, isAnswered: false, sent: 0 };
  }
}

/** Leaves of all lines those that are to stay. */
function leave(cues: readonly Cue[], stays: (line: Line) => boolean): void {
  for (const { lines } of cues) {
    lines.splice(0, Infinity, ...lines.filter(stays));
  }
}

function cue(
  kind: Cue["kind"],
  position: number,
  ms: number,
  method = "",
  params?: unknown,
): Cue {
  const lines: Line[] = [];
  const plain = { lines, answer: null, isLeft: false, uses: 0 };
  return { kind, position, ms, method, params, ...plain };
}

/** The fields of a message of JSON-RPC. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message of JSON-RPC, and its JSON. */
export type Entry = readonly [rpc: RpcMessage, json: Fields];

/** A message with its JSON; of a batch, each of its entries. */
export function entriesOf(rpc: RpcMessage, json: unknown): Entry[] {
  if (rpc.kind !== "batch") return [[rpc, json as Fields]];
  const values = json as readonly Fields[];
  const entries: Entry[] = [];
  let next = 0;
  for (const entry of rpc.entries) {
    // What is no message has no entry.
    while (next < values.length && !isOf(entry, values[next])) next++;
    const value = values[next++];
    if (value !== undefined) entries.push([entry, value]);
  }
  return entries;
}

function isOf({ kind, method, id }: RpcMessage, value: unknown): boolean {
  const fields = Object(value);
  return kind === "request" || kind === "notification"
    ? fields.method === method && fields.id === id
    : fields.method === undefined && fields.id === id;
}

function askedKey(index: number | null, id: unknown): string {
  return `${index} ${JSON.stringify(id)}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const all = map.get(key);
  if (all === undefined) map.set(key, [value]);
  else all.push(value);
}
