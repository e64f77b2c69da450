import { checkInteger, checkKeys, checkOneOf } from "../check.ts";
import {
  type Cut,
  type DelimitedKind,
  DelimitedStreamCutter,
  parseJson,
  type StreamCutter,
  type TakeCut,
} from "./stream_cutter.ts";
import {
  RECORDED_STREAMS,
  type RecordedEvent,
  type RecordedStream,
  type RecordingHeader,
} from "./event.ts";
import { FrameGuess } from "./frame_ends.ts";
import { roundMs } from "./line.ts";
import { type MeasuredKind, MeasuredStreamCutter } from "./measured_cutter.ts";
import { type RpcPlace, RpcReader, type ToldPending } from "./rpc.ts";
import {
  type RpcMessage,
  SESSION_FRAMES,
  type SessionFrame,
  type SessionItem,
  type SessionTotals,
  type StreamTotals,
} from "./session_item.ts";

/** Options of {@linkcode analyse}. */
export interface AnalyseOptions {
  /**
   * Where one message ends, in both directions; stderr has lines.
   *
   * @default What the header of the recording says, if it has one, else `auto`.
   */
  frame?: SessionFrame;
  /**
   * The most bytes of a payload (1 to 2,147,483,647): a longer one is broken, a
   * longer line of text is cut.
   *
   * @default {16_777_216} 16 MiB.
   */
  maxFrameBytes?: number;
  /**
   * How many requests without an answer are remembered (1 to 1,000,000): above
   * it the oldest is told as pending and forgotten.
   *
   * @default {10_000}
   */
  maxPending?: number;
}

const MAX_BYTES = 0x7fff_ffff;

/** What an item has before it has its number. */
type Unnumbered = SessionItem extends infer Item
  ? Item extends SessionItem ? Omit<Item, "index"> : never
  : never;

/**
 * Cuts the events of a session into items, one event at a time.
 *
 * {@linkcode analyse} does this for a whole recording. Use the class where
 * events come from elsewhere, or where a pause in them means something.
 *
 * Memory: for each stream one maximal frame, and the requests that are pending.
 */
export class Session {
  /** The counts so far. They change with each event. */
  readonly totals: SessionTotals = newTotals();
  readonly #maxFrameBytes: number;
  readonly #rpc: RpcReader;
  #frame: SessionFrame;
  #guess: FrameGuess | null;
  /** Events that wait for the rule of their frames. */
  #held: RecordedEvent[] = [];
  #cutters: Record<RecordedStream, StreamCutter> | undefined;
  #items: SessionItem[] = [];
  #now: RecordedStream = "in";

  /**
   * Begins a session.
   *
   * @param options Where messages end, and the bounds.
   * @throws {RangeError} If a bound is out of its range.
   * @throws {TypeError} If an option is unknown, or `frame` no rule.
   */
  constructor(options: AnalyseOptions = {}) {
    const purpose = "analyse a recording";
    checkKeys(purpose, options, ["frame", "maxFrameBytes", "maxPending"]);
    const { frame = "auto", maxFrameBytes = 16_777_216, maxPending = 10_000 } =
      options;
    checkOneOf(purpose, "frame", frame, SESSION_FRAMES);
    checkInteger(purpose, "maxFrameBytes", maxFrameBytes, 1, MAX_BYTES);
    checkInteger(purpose, "maxPending", maxPending, 1, 1_000_000);
    this.#frame = frame;
    this.#maxFrameBytes = maxFrameBytes;
    this.#guess = frame === "auto" ? new FrameGuess(maxFrameBytes) : null;
    this.#rpc = new RpcReader(maxPending);
  }

  /** Where messages end; `auto` as long as that is not known. */
  get frame(): SessionFrame {
    return this.#frame;
  }

  /**
   * Takes the next event.
   *
   * @param event What the recording says.
   * @returns The items that are complete with it, in their order.
   */
  take(event: RecordedEvent): SessionItem[] {
    if (this.#guess === null) {
      this.#take(event);
    } else {
      this.#held.push(event);
      const guess = this.#guess.take(event);
      if (guess !== null) this.#decide(guess);
    }
    return this.#taken();
  }

  /**
   * Decides for lines if nothing that came so far looks like a message: there
   * is a pause, and a person waits to see what is here.
   *
   * @returns The items that waited for that.
   */
  settle(): SessionItem[] {
    if (this.#held.length > 0 && this.#guess?.isOpen === false) {
      this.#decide("lines");
    }
    return this.#taken();
  }

  /**
   * Ends the session: the recording says no more.
   *
   * @returns What was unfinished, and the pending requests, the oldest first.
   */
  end(): SessionItem[] {
    if (this.#guess !== null) {
      const last = this.#guess.rest("in") ?? this.#guess.rest("out");
      this.#decide(last ?? "lines");
    }
    const { ms } = this.totals;
    for (const from of RECORDED_STREAMS) {
      this.#now = from;
      this.#cutters?.[from].end(ms, "cut");
    }
    for (const request of this.#rpc.pending()) this.#pending(request);
    return this.#taken();
  }

  #taken(): SessionItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #decide(frame: SessionFrame): void {
    this.#guess = null;
    this.#frame = frame;
    const held = this.#held;
    this.#held = [];
    for (const event of held) this.#take(event);
  }

  #take(event: RecordedEvent): void {
    const { totals } = this;
    const { ms } = event;
    totals.ms = Math.max(totals.ms, ms);
    if (event.kind === "status") {
      totals.status = event.status;
      this.#add({
        kind: "status",
        ms,
        status: event.status,
        bytes: event.bytes,
      });
      return;
    }
    const { from } = event;
    this.#now = from;
    const counts = totals.streams[from];
    const cutter = (this.#cutters ??= this.#newCutters())[from];
    if (event.kind === "piece") {
      const missing = event.offset - cutter.position;
      if (missing > 0) {
        this.#gap(from, ms, missing, "the next offset says so");
      }
      counts.pieces++;
      counts.bytes += event.bytes.length;
      cutter.piece(event.bytes, ms);
    } else if (event.kind === "gap") {
      this.#gap(from, ms, event.bytes, event.why);
    } else {
      cutter.end(ms, "end");
      counts.hasEnded = true;
      this.#add({ kind: "end", ms, from, offset: cutter.position });
    }
  }

  #gap(from: RecordedStream, ms: number, bytes: number, why: string): void {
    const counts = this.totals.streams[from];
    counts.gaps++;
    counts.missingBytes += bytes;
    const cutter = this.#cutters![from];
    const offset = cutter.position;
    cutter.gap(bytes, ms);
    this.#add({ kind: "gap", ms, from, offset, bytes, why });
  }

  #newCutters(): Record<RecordedStream, StreamCutter> {
    const rule = this.#frame as MeasuredKind | DelimitedKind;
    const take: TakeCut = (cut) => this.#cut(cut, this.#now);
    const max = this.#maxFrameBytes;
    const make = () =>
      rule === "lines" || rule === "json" || rule === "nul"
        ? new DelimitedStreamCutter(rule, max, take)
        : new MeasuredStreamCutter(rule, max, take);
    const err = new DelimitedStreamCutter("lines", max, take);
    return { in: make(), out: make(), err };
  }

  #cut(cut: Cut, from: RecordedStream): void {
    const counts = this.totals.streams[from];
    const { startMs, ms, offset, size, payload } = cut;
    const span = { from, startMs, ms, offset, size, payload };
    switch (cut.kind) {
      case "text":
        counts.lines++;
        this.#add({ ...span, kind: "text", isWhole: cut.isWhole });
        return;
      case "noise":
        counts.noise++;
        this.#add({ ...span, kind: "noise", reason: cut.reason });
        return;
      case "broken": {
        const { reason, why, isRest } = cut;
        if (!isRest) counts.broken++;
        this.#add({ ...span, kind: "broken", reason, why, isRest });
        return;
      }
    }
    const json = parseJson(payload);
    const place = { from, ms, index: this.totals.items };
    const rpc = json === undefined ? null : this.#rpc.read(json, place);
    const isLine = this.#frame === "json";
    if (isLine && json === undefined && isBlank(payload)) {
      this.#add({ ...span, kind: "noise", reason: "blank" });
    } else if (json === undefined && (isLine || this.#rpc.hasSeen)) {
      counts.noise++;
      this.#add({ ...span, kind: "noise", reason: "json" });
    } else if (rpc === null && this.#rpc.hasSeen) {
      counts.noise++;
      this.#add({ ...span, kind: "noise", reason: "rpc" });
    } else {
      counts.messages++;
      if (rpc !== null) this.#count(rpc, place);
      this.#add({ ...span, kind: "message", json, rpc });
      while (this.#rpc.forgotten.length > 0) {
        this.#pending(this.#rpc.forgotten.shift()!);
      }
    }
    this.totals.pending = this.#rpc.pendingCount;
  }

  #count(rpc: RpcMessage, place: RpcPlace): void {
    const { totals } = this;
    switch (rpc.kind) {
      case "batch":
        for (const entry of rpc.entries) this.#count(entry, place);
        return;
      case "notification":
        totals.notifications++;
        if (rpc.about === "cancel" && rpc.requestIndex !== null) {
          totals.cancelled++;
        }
        return;
      case "request":
        totals.requests++;
        if (rpc.isDuplicate) totals.duplicates++;
        return;
    }
    if (rpc.kind === "error") totals.errors++;
    const { durationMs, method, id } = rpc;
    if (durationMs === null || method === null) {
      totals.unasked++;
      return;
    }
    totals.answered++;
    if (totals.slowest === null || durationMs > totals.slowest.durationMs) {
      const { index, from } = place;
      totals.slowest = { index, from, method, id: id ?? null, durationMs };
    }
  }

  #pending({ sinceMs, ...request }: ToldPending): void {
    const { ms } = this.totals;
    this.#add({
      ...request,
      ms,
      durationMs: roundMs(Math.max(0, ms - sinceMs)),
    });
  }

  #add(item: Unnumbered): void {
    const index = this.totals.items++;
    this.#items.push({ ...item, index } as SessionItem);
  }
}

function isBlank(payload: Uint8Array): boolean {
  return payload.every((byte) => byte === 0x20 || byte === 0x09);
}

function newTotals(): SessionTotals {
  const stream = (): StreamTotals => ({
    bytes: 0,
    pieces: 0,
    messages: 0,
    lines: 0,
    noise: 0,
    broken: 0,
    gaps: 0,
    missingBytes: 0,
    hasEnded: false,
  });
  return {
    ms: 0,
    items: 0,
    streams: { in: stream(), out: stream(), err: stream() },
    requests: 0,
    answered: 0,
    errors: 0,
    notifications: 0,
    unasked: 0,
    duplicates: 0,
    cancelled: 0,
    pending: 0,
    slowest: null,
    status: null,
  };
}

/** The events of a session: a `Recording`, or a list. */
export type EventsOfSession =
  & (AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>)
  & { readonly header?: RecordingHeader };

/**
 * The rule that a recording's header names: `auto` for a name that is none, as
 * `slice`.
 *
 * @param name The `frame` of the header.
 * @returns The rule.
 *
 * @example The rule of a recording
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sessionFrameOf } from "@basic-pipes/basic-pipes/recording";
 *
 * assertEquals(sessionFrameOf("header"), "header");
 * assertEquals(sessionFrameOf("slice"), "auto");
 * ```
 */
export function sessionFrameOf(name: string): SessionFrame {
  return SESSION_FRAMES.find((frame) => frame === name) ?? "auto";
}

/** The items of a recording, and what is known of all of them so far. */
export interface SessionItems extends AsyncIterableIterator<SessionItem> {
  /** The counts so far. They change while the items are read. */
  readonly totals: SessionTotals;
  /** Where messages end; `auto` as long as that is not known. */
  readonly frame: SessionFrame;
}

/**
 * Reads a recorded session as messages: cuts both directions by one rule, pairs
 * the answers of JSON-RPC with their requests, and marks what is no message.
 *
 * Each byte of a stream is in one item, or in a gap: `size` of all adds up. The
 * items come when they are complete, and do not depend on how the bytes were cut
 * into pieces. Pending requests come last.
 *
 * With `auto` the first line of the client decides, or the first message of the
 * server: a `Content-Length` header, a JSON object or array on a line, else
 * lines. Until then at most `maxFrameBytes` (64 KiB if that is less), 65,536
 * events and one second of the recording are held back.
 *
 * JSON-RPC is what has `"jsonrpc": "2.0"`. In a session without it also what has
 * only the keys of its messages, as the debugger of Chromium sends. An id is
 * `1` or `"1"`, not both. Of two pending requests with one id the older one is
 * answered first.
 *
 * Memory: for each stream one maximal frame and one piece; of a frame above the
 * bound 64 KiB; `maxPending` requests, of which ids, methods and tokens have at
 * most 4 Mi characters.
 *
 * @param recording The events, in their order: a `Recording`, or a list.
 * @param options Where messages end, and the bounds.
 * @returns The items, with the counts beside them.
 * @throws {RangeError} If a bound is out of its range.
 * @throws {TypeError} If an option is unknown, or `frame` no rule.
 *
 * @example The time that an answer took
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { analyse } from "@basic-pipes/basic-pipes/recording";
 *
 * const line = (message: object) =>
 *   new TextEncoder().encode(`${JSON.stringify(message)}\n`);
 * const session = analyse([
 *   {
 *     kind: "piece",
 *     ms: 10,
 *     from: "in",
 *     offset: 0,
 *     bytes: line({ jsonrpc: "2.0", id: 1, method: "ping" }),
 *   },
 *   {
 *     kind: "piece",
 *     ms: 12,
 *     from: "out",
 *     offset: 0,
 *     bytes: line({ jsonrpc: "2.0", id: 1, result: {} }),
 *   },
 * ]);
 * const seen = [];
 * for await (const item of session) {
 *   if (item.kind === "message") {
 *     seen.push([item.rpc?.kind, item.rpc?.method, item.rpc?.durationMs]);
 *   }
 * }
 * assertEquals(seen, [["request", "ping", null], ["answer", "ping", 2]]);
 * assertEquals(session.totals.pending, 0);
 * ```
 */
export function analyse(
  recording: EventsOfSession,
  options: AnalyseOptions = {},
): SessionItems {
  const { header } = recording;
  const frame = options.frame ?? (header && sessionFrameOf(header.frame));
  const session = new Session({ ...options, frame });
  return Object.defineProperties(itemsOf(recording, session), {
    totals: { get: () => session.totals },
    frame: { get: () => session.frame },
  }) as AsyncGenerator<SessionItem, undefined> & SessionItems;
}

async function* itemsOf(
  recording: EventsOfSession,
  session: Session,
): AsyncGenerator<SessionItem, undefined> {
  for await (const event of recording) yield* session.take(event);
  yield* session.end();
}
