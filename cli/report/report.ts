import page from "./page.html" with { type: "text" };
import style from "./page.css" with { type: "text" };
import session from "./session.js" with { type: "text" };
import timeLine from "./time_line.js" with { type: "text" };
import table from "./table.js" with { type: "text" };
import detail from "./detail.js" with { type: "text" };
import wiring from "./page.js" with { type: "text" };
import {
  RECORDED_STREAMS,
  type RecordedEvent,
} from "../../src/recording/event.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { analyse, sessionFrameOf } from "../../src/recording/session.ts";
import type {
  RpcId,
  RpcMessage,
  SessionItem,
  SessionMessage,
  SessionPending,
} from "../../src/recording/session_item.ts";
import { escapeText, shellWord } from "../../src/text_safety.ts";
import { Columns, type Request, type Row } from "./columns.ts";
import { endingOf, Findings } from "./findings.ts";

/** More rows would make a page that no browser likes to open. */
const MAX_ROWS = 300_000;
/** The most reads that the time line has. */
const MAX_READS = 300_000;
/** The most bytes of the streams that the page holds. */
const MAX_BYTES = 64 * 2 ** 20;
/** More than there are rows. */
const MAX_PENDING = 1_000_000;

/** What bounds a page. */
export interface ReportOptions {
  /** What stands at the top. */
  title: string;
  /** The most rows. Default: 300,000. */
  maxRows?: number;
  /** The most bytes of the streams. Default: 64 MiB. */
  maxBytes?: number;
}

/** The page of a recording, as its parts. Reads the recording to its end. */
export async function reportOf(
  recording: Recording,
  { title, maxRows = MAX_ROWS, maxBytes = MAX_BYTES }: ReportOptions,
): Promise<string[]> {
  const { program, command, startedAt, frame } = recording.header;
  const columns = new Columns();
  const findings = new Findings();
  const requests = new Requests();
  const leftOut = { rows: 0, reads: 0, bytes: 0 };
  /** Passes the events on, and keeps the pieces. */
  async function* events(): AsyncGenerator<RecordedEvent> {
    for await (const event of recording) {
      if (event.kind === "piece") {
        const { from, ms, offset, bytes } = event;
        findings.piece(event);
        if (columns.reads < MAX_READS) {
          columns.addRead(from, ms, offset, bytes.length);
        } else leftOut.reads++;
        const keeps = columns.keptBytes + bytes.length <= maxBytes;
        // From the first that is left out on: only the end is missing.
        if (leftOut.bytes === 0 && keeps) columns.addBytes(from, offset, bytes);
        else leftOut.bytes += bytes.length;
      }
      yield event;
    }
  }
  const session = analyse(events(), {
    frame: sessionFrameOf(frame),
    maxPending: MAX_PENDING,
  });
  for await (const item of session) {
    const row = columns.rows;
    if (item.kind === "pending") {
      requests.pending(item);
      findings.pending(item, requests.rowOf(item.requestIndex));
      continue;
    }
    if (row === maxRows) {
      leftOut.rows++;
    } else {
      columns.addRow(rowFor(item));
      if (item.kind === "message") requests.message(item, row);
    }
    findings.item(item, row, session.totals.pending);
  }
  for (const request of requests.all) columns.addRequest(request);
  const { totals } = session;
  const meta = {
    title,
    program,
    command: commandText(command),
    startedAt,
    ending: totals.status === null ? "no end" : endingOf(totals.status),
    frame: session.frame,
    durationMs: totals.ms,
    streams: RECORDED_STREAMS.map((each) => ({
      ...totals.streams[each],
      ...findings.passed[each],
      parts: columns.partsOf(each),
    })),
    findings: findings.sentences(
      recording.cut,
      totals,
      (index) => requests.rowOf(index),
    ),
    leftOut,
    ...columns.describe(),
  };
  return await writePage(title, meta, await columns.pack());
}

/** A command as a shell takes it. */
export function commandText(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** The requests of a session, and what has become of each. */
class Requests {
  /** In the order of their rows. */
  readonly all: Request[] = [];
  readonly #open = new Map<string, Request>();
  /** The numbers of items that are no rows, in their order. */
  readonly #unlisted: number[] = [];

  /** The row of an item: those before it that are no rows do not count. */
  rowOf(index: number): number {
    // There are some before a row only above the bound of pending requests.
    let [low, high] = [0, this.#unlisted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#unlisted[middle]! < index) low = middle + 1;
      else high = middle;
    }
    return index - low;
  }

  message({ rpc }: SessionMessage, row: number): void {
    if (rpc === null) return;
    if (rpc.kind !== "batch") this.#add(rpc, row, undefined);
    for (const entry of rpc.entries) {
      this.#add(entry, row, JSON.stringify(entry.id));
    }
  }

  pending(
    { index, requestIndex, id, durationMs, isCancelled }: SessionPending,
  ): void {
    this.#unlisted.push(index);
    const request = this.#open.get(key(this.rowOf(requestIndex), id));
    if (request === undefined) return;
    request.tookMs = durationMs;
    // Nobody waits for it, and a server of MCP does not answer it.
    if (isCancelled) request.outcome = "cancelled";
  }

  #add(message: RpcMessage, row: number, batchId: string | undefined): void {
    const { kind, method, id, requestIndex, durationMs } = message;
    if (kind === "request" && method !== null) {
      const request: Request = {
        row,
        method,
        id: batchId,
        outcome: "pending",
        tookMs: 0,
      };
      this.all.push(request);
      this.#open.set(key(row, id), request);
    }
    const isAnswer = kind === "answer" || kind === "error";
    if (!isAnswer || requestIndex === null) return;
    const place = key(this.rowOf(requestIndex), id);
    const request = this.#open.get(place);
    if (request === undefined) return;
    this.#open.delete(place);
    request.outcome = message.isCancelled ? "cancelled" : kind;
    request.answer = row;
    request.tookMs = durationMs ?? 0;
  }
}

/** Several requests of a batch are in one row: their ids tell them apart. */
function key(row: number, id: RpcId | undefined): string {
  return `${row} ${JSON.stringify(id)}`;
}

/** What `noise` is called in the page, by its reason. */
const NOISE = {
  between: "between frames",
  blank: "an empty line",
  json: "no JSON",
  rpc: "no JSON-RPC",
};

/** An item as a row. */
function rowFor(item: Exclude<SessionItem, { kind: "pending" }>): Row {
  const { kind, ms } = item;
  switch (kind) {
    case "status":
      return {
        kind,
        from: "out",
        ms,
        offset: 0,
        size: 0,
        word: endingOf(item.status),
      };
    case "end":
      return {
        kind,
        from: item.from,
        ms,
        offset: item.offset,
        size: 0,
        word: "end of the stream",
      };
    case "gap": {
      const { from, offset, bytes, why } = item;
      const word = `${bytes} bytes passed and were not recorded: ${why}`;
      return { kind, from, ms, offset, size: bytes, word };
    }
  }
  const { from, offset, size, payload } = item;
  const word = kind === "broken"
    ? item.why
    : kind === "noise"
    ? NOISE[item.reason]
    : undefined;
  const row: Row = { kind, from, ms, offset, size, word };
  const extra = size - payload.length;
  // A delimiter has one byte, or two as CR and LF; each header has more.
  if (extra <= 2) row.tail = extra;
  else row.lead = extra;
  if (item.kind !== "message") return row;
  const { rpc } = item;
  if (rpc === null) return row;
  row.kind = rpc.kind;
  row.method = rpc.method ?? undefined;
  if (rpc.id !== undefined) row.id = JSON.stringify(rpc.id);
  row.word = wordOf(rpc);
  return row;
}

/** What is said of a message beside what stands in it. */
function wordOf(rpc: RpcMessage): string | undefined {
  if (rpc.kind === "batch") return `batch of ${rpc.entries.length}`;
  if (rpc.isDuplicate) return "an id that was pending already";
  if (rpc.isCancelled) return "after its cancellation";
  if (rpc.about === "cancel") return "cancels a request";
  const isAnswer = rpc.kind === "answer" || rpc.kind === "error";
  return isAnswer && rpc.requestIndex === null
    ? "to no known request"
    : undefined;
}

/** One script of all files, in the order in which they use each other. */
const SCRIPT = [
  session,
  table,
  timeLine,
  detail,
  wiring,
].map(withoutImports).join("");

/** In one script every name is known: no line imports or exports. */
function withoutImports(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

/**
 * The parts of a page, one file that loads nothing and holds its own policy, in
 * their order. `meta` is what the script reads first,
 * `packed` the columns and streams that it unpacks.
 */
async function writePage(
  title: string,
  meta: unknown,
  packed: Uint8Array<ArrayBuffer>,
): Promise<string[]> {
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(SCRIPT)}'`,
    `style-src '${await hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    // No text can become markup, whatever a line of the script does.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const head = `<meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>${escapeMarkup(title)}</title>
    <style>${style}</style>`;
  const [start = "", middle = "", end = ""] = page
    .split(/<!-- (?:head|script) -->/);
  return [
    ...[start, head, middle],
    `<script type="application/json" id="meta">${escapeJson(meta)}</script>\n`,
    '    <script type="text/plain" id="packed">',
    packed.toBase64(),
    `</script>\n    <script>${SCRIPT}</script>`,
    end,
  ];
}

/** The name of an inline script or style in a policy, by what it holds. */
async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256-${new Uint8Array(hash).toBase64()}`;
}

/** What must not stand in a page: what ends an element, reorders or hides. */
const ACTING = /[<\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** JSON within a script element, which it cannot end: it holds no `<`. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(ACTING, (character) => {
    const units = Array.from(
      { length: character.length },
      (_, i) => character.charCodeAt(i).toString(16).padStart(4, "0"),
    );
    return `\\u${units.join("\\u")}`;
  });
}

function escapeMarkup(text: string): string {
  return escapeText(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
