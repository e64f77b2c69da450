import {
  RECORDED_STREAMS,
  type RecordedEvent,
  type RecordedStream,
  type RecordingHeader,
} from "../../src/recording/event.ts";
import { Session, sessionFrameOf } from "../../src/recording/session.ts";
import type {
  SessionItem,
  SessionMessage,
} from "../../src/recording/session_item.ts";
import { talk } from "../stderr/talk.ts";
import type { ShowLines } from "./show_lines.ts";
import type { ShowSettings } from "./show_program.ts";

/** What becomes of the events of a recording. */
export interface View {
  /** Takes the next event. */
  event(event: RecordedEvent): Promise<void>;
  /** There is a pause: what waits to be understood is shown as it is. */
  pause(): Promise<void>;
  /** The recording says no more. */
  end(): Promise<void>;
}

/** How a recording is shown by the options of the command line. */
export function viewOf(
  settings: ShowSettings,
  header: RecordingHeader,
  lines: ShowLines,
): View {
  const { only, from, to, format, frame } = settings;
  const filter = { only, fromMs: from ?? 0, toMs: to ?? Infinity };
  if (format === "raw") return new RawView(lines, filter);
  if (only === null) lines.add({ kind: "recording", ...header }, 0);
  if (frame === "slice") return new ReadView(lines, filter);
  const session = new Session({
    frame: frame ?? sessionFrameOf(header.frame),
    maxFrameBytes: settings["max-frame"],
  });
  return new SessionView(lines, filter, session);
}

/** Messages, and all that is none. */
class SessionView implements View {
  readonly #lines: ShowLines;
  readonly #filter: Filter;
  readonly #session: Session;

  constructor(lines: ShowLines, filter: Filter, session: Session) {
    this.#lines = lines;
    this.#filter = filter;
    this.#session = session;
  }

  event(event: RecordedEvent): Promise<void> {
    return this.#add(this.#session.take(event));
  }

  pause(): Promise<void> {
    return this.#add(this.#session.settle());
  }

  end(): Promise<void> {
    return this.#add(this.#session.end());
  }

  async #add(items: readonly SessionItem[]): Promise<void> {
    const lines = this.#lines;
    for (const item of items) {
      if (!isShown(item, this.#filter)) continue;
      const full = lines.add(item, item.ms, this.#offsetOf(item));
      if (full !== null) await full;
    }
    await lines.send();
  }

  /** Where the payload stands in its stream, behind a header if there is one. */
  #offsetOf(item: SessionItem): number {
    if (!("offset" in item)) return 0;
    const { frame } = this.#session;
    const isBehind = item.kind === "message" &&
      (frame === "header" || frame === "length" || frame === "connection");
    return isBehind
      ? item.offset + item.size - item.payload.length
      : item.offset;
  }
}

/** `--frame slice`: what each read gave. */
class ReadView implements View {
  readonly #lines: ShowLines;
  readonly #filter: Filter;
  #index = 0;
  readonly #offsets = { in: 0, out: 0, err: 0 };

  constructor(lines: ShowLines, filter: Filter) {
    this.#lines = lines;
    this.#filter = filter;
  }

  async event(event: RecordedEvent): Promise<void> {
    const index = this.#index++;
    const offset = "from" in event ? this.#offsets[event.from] : 0;
    if (event.kind === "piece") {
      this.#offsets[event.from] = event.offset + event.bytes.length;
      const { ms, from, offset, bytes } = event;
      if (!isInside(event, this.#filter)) return;
      const read = { ms, from, offset, size: bytes.length, payload: bytes };
      await this.#lines.addRead({ kind: "read", ...read });
    } else {
      const item: SessionItem = event.kind === "status"
        ? { ...event, index }
        : { ...event, index, offset };
      if (event.kind === "gap") this.#offsets[event.from] += event.bytes;
      if (!isShown(item, this.#filter)) return;
      if (item.kind === "end") await this.#lines.endReads(item, item.ms);
      this.#lines.add(item, item.ms);
    }
    await this.#lines.send();
  }

  pause(): Promise<void> {
    return this.#lines.send();
  }

  end(): Promise<void> {
    return this.#lines.send();
  }
}

function isInside(
  { ms, from }: { readonly ms: number; readonly from: RecordedStream },
  { only, fromMs, toMs }: Filter,
): boolean {
  return ms >= fromMs && ms <= toMs && (only === null || only.includes(from));
}

/** `--format raw`: the bytes of one stream, `out` if none is named. */
class RawView implements View {
  readonly #lines: ShowLines;
  readonly #filter: Filter;
  #missingBytes = 0;

  constructor(lines: ShowLines, filter: Filter) {
    this.#lines = lines;
    const only: readonly OnlyWord[] = filter.only ?? ["out"];
    this.#filter = { ...filter, only };
  }

  async event(event: RecordedEvent): Promise<void> {
    if (event.kind === "gap" && isInside(event, this.#filter)) {
      this.#missingBytes += event.bytes;
    }
    if (event.kind !== "piece" || !isInside(event, this.#filter)) return;
    const { ms, from, offset, bytes } = event;
    const read = { ms, from, offset, size: bytes.length, payload: bytes };
    this.#lines.add({ kind: "read", ...read }, ms, offset);
    await this.#lines.send();
  }

  pause(): Promise<void> {
    return this.#lines.send();
  }

  async end(): Promise<void> {
    await this.#lines.send();
    if (this.#missingBytes === 0) return;
    await talk(
      `bytes are missing in the stream: ${this.#missingBytes} of it passed and were not recorded`,
    );
  }
}

/** The words that `--only` takes: streams, and kinds of lines. */
export const ONLY_WORDS = [
  ...RECORDED_STREAMS,
  "requests",
  "answers",
  "errors",
  "noise",
  "pending",
] as const;

/** A word of `--only`. */
type OnlyWord = typeof ONLY_WORDS[number];

/** The words of `--only` that name a stream. */
export const ONLY_STREAMS: readonly OnlyWord[] = RECORDED_STREAMS;

/** Which items are shown. */
export interface Filter {
  /** The words of `--only`; `null` shows all. */
  readonly only: readonly OnlyWord[] | null;
  /** From so many milliseconds after the start. */
  readonly fromMs: number;
  /** Up to so many. */
  readonly toMs: number;
}

/**
 * Whether an item is shown. Words for streams choose among streams, words for
 * kinds among kinds: `out,errors` shows the errors that came through stdout.
 */
function isShown(item: SessionItem, filter: Filter): boolean {
  const { only, fromMs, toMs } = filter;
  // A pending request belongs to the time at which it was sent.
  const ms = item.kind === "pending" ? item.ms - item.durationMs : item.ms;
  if (ms < fromMs || ms > toMs) return false;
  if (only === null) return true;
  const streams = only.filter((word) => ONLY_STREAMS.includes(word));
  if (streams.length > 0) {
    if (!("from" in item) || !streams.includes(item.from)) return false;
    if (streams.length === only.length) return true;
  }
  return only.some((word) => isOfKind(item, word));
}

function isOfKind(item: SessionItem, word: OnlyWord): boolean {
  switch (word) {
    case "requests":
      return item.kind === "message" && kindsOf(item).has("request");
    case "answers":
      return item.kind === "message" &&
        (kindsOf(item).has("answer") || kindsOf(item).has("error"));
    case "errors":
      return item.kind === "message" && kindsOf(item).has("error");
    case "noise":
      return item.kind === "noise" || item.kind === "broken";
    case "pending":
      return item.kind === "pending";
  }
  return false;
}

/** What is said of a message in a batch or not, for a filter. */
function kindsOf({ rpc }: SessionMessage): ReadonlySet<string> {
  if (rpc === null) return new Set();
  return new Set([rpc, ...rpc.entries].map(({ kind }) => kind));
}
