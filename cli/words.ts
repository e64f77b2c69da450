import type { ExitReason, ExitStatus } from "../src/exit_status.ts";
import type {
  NoiseReason,
  RpcId,
  RpcMessage,
  SessionItem,
  SessionMessage,
} from "../src/recording/session_item.ts";
import type { RecordedStatus } from "../src/recording/event.ts";
import { escapeText } from "../src/text_safety.ts";

/** A count with commas: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count in at most six columns: `99,999`, `356 k`, `1.2 M`. */
export function shortCount(count: number): string {
  if (count < 99_999.5) return formatCount(count);
  const [unit, name] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  return `${digits(count / unit, 1)} ${name}`;
}

/** A count and what is counted: `1 read`, `1,234 reads`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes in powers of 1024: `0 B`, `1023 B`, `1.2 MiB`, `123 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1023.5) return `${Math.round(bytes)} B`;
  let amount = bytes / 1024;
  let unit = 0;
  // 1024 of one unit is shown as 1.0 of the next.
  while (amount >= 1023.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${digits(amount, 1)} ${UNITS[unit]}`;
}

/** A length of time: `250 µs`, `1.5 ms`, `12.3 s`, `2 min 5 s`, `1 h 2 min`. */
export function formatMs(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms, 2)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000, 2)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three digits, at most `decimals` of them after the point. */
function digits(amount: number, decimals: number): string {
  const shown = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
  return amount.toFixed(Math.min(shown, decimals));
}

/** East Asian and emoji characters, which take two columns of a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u;

/** How many columns of a terminal a text takes, at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A text of at most so many columns, cut with `…` where it is longer. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let cut = "";
  let room = columns - 1;
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    cut += character;
  }
  return `${cut}…`;
}

/**
 * Why the program stopped the child itself: the log had all that `--count`
 * asked for, or its reader had left.
 */
export type StoppedFor = "count" | "reader";

/** How the child ended, or why the program stopped it. */
export type Ending = ExitStatus | StoppedFor;

const WHY_WE_STOPPED: Record<StoppedFor, string> = {
  count: "--count was reached",
  reader: "the reader of the log had left",
};

/** Each reason, for a person who does not know the library. */
const WHY: Record<ExitReason, string> = {
  exited: "by itself",
  signaled: "a signal from elsewhere",
  timeout: "stopped by --timeout",
  idle: "stopped by --idle",
  aborted: "stopped by this program",
  stopped: "stopped by this program",
  disposed: "stopped by this program",
  received: "stopped as this program had to end",
  input: "stopped as its input failed",
  lost: "the system did not tell how",
};

/** Whether the program ended the child, without a failure of either. */
export function isOurStop(ending: Ending): ending is StoppedFor {
  return typeof ending === "string";
}

/** Less than this after the child's end, the log's end is the same moment. */
const SAME_MS = 500;

/**
 * How the child ended, in words: `after 2.00 s by itself, with exit status 0`.
 *
 * `durationMs` is the time until all was logged. It is told as a second time only
 * where it is at least half a second more than the child's own.
 */
export function describeEnding(ending: Ending, durationMs: number): string {
  if (isOurStop(ending)) {
    const after = formatMs(durationMs);
    return `after ${after}, stopped by this program: ${WHY_WE_STOPPED[ending]}`;
  }
  const isLater = durationMs - ending.durationMs >= SAME_MS;
  const after = formatMs(isLater ? ending.durationMs : durationMs);
  const later = isLater
    ? `; the log was complete after ${formatMs(durationMs)}`
    : "";
  return `after ${after} ${how(ending)}, ${why(ending)}${later}`;
}

function how({ signal, code }: ExitStatus): string {
  if (signal === null) return `with status ${code}`;
  return `by ${typeof signal === "number" ? `signal ${signal}` : signal}`;
}

function why({ reason, signal, receivedSignal }: ExitStatus): string {
  if (receivedSignal === null) return WHY[reason];
  // On a terminal both may have got it from there: "passed on" would be a guess.
  if (reason === "signaled" && signal === receivedSignal) {
    return "the signal that this program was sent";
  }
  return reason === "exited"
    ? `by itself, after this program was sent ${receivedSignal}`
    : WHY[reason];
}

/** What is shown of a method, an id or a reason that somebody else has chosen. */
const MAX_LENGTH = 120;

/** How many entries of a batch are named. */
const MAX_ENTRIES = 4;

const NOISE: Record<NoiseReason, string> = {
  between: "noise between frames",
  blank: "empty line",
  json: "noise, no JSON",
  rpc: "noise, no JSON-RPC",
};

/** What stands in front of the bytes of an item; empty for a plain text. */
export function headOf(item: SessionItem): string {
  switch (item.kind) {
    case "message":
      return item.rpc === null ? "" : rpcHead(item.rpc);
    case "text":
      return "";
    case "noise":
      return `${NOISE[item.reason]}${item.size > 0 ? ":" : ""}`;
    case "broken":
      return item.isRest
        ? "the rest of a broken frame:"
        : `broken frame, ${safe(item.why)}:`;
    case "gap": {
      const why = item.why === "" ? "" : `: ${safe(item.why)}`;
      return `gap, ${
        formatBytes(item.bytes)
      } passed and were not recorded${why}`;
    }
    case "end":
      return `end of stream after ${formatBytes(item.offset)}`;
    case "status":
      return endOf(item.status);
    case "pending": {
      const since = formatMs(item.durationMs);
      const state = item.isCancelled ? "cancelled, " : "";
      const why = item.isForgotten ? ", and is no longer looked for" : "";
      return `${
        methodAndId(item)
      } pending, ${state}no answer for ${since}${why}`;
    }
  }
}

/**
 * Why a recorded command ended, behind its status.
 *
 * It tells of the recorder, not of "this program": that would be the one which
 * reads the recording.
 */
export const WHY_ENDED: Readonly<Record<string, string>> = {
  exited: "by itself",
  signaled: "a signal from elsewhere",
  timeout: "as its time was up",
  idle: "as nothing came any more",
  received: "as its recorder was told to end",
  stopped: "as it was stopped",
  disposed: "as it was not needed any more",
  aborted: "as it was given up",
  input: "as its input failed",
  lost: "as far as the system told",
};

/** How the command ended. */
export function endOf({ code, signal, reason }: RecordedStatus["status"]) {
  const how = signal === null ? `status ${code}` : safe(signal);
  const why = Object.hasOwn(WHY_ENDED, reason)
    ? WHY_ENDED[reason]
    : safe(reason);
  return `the command ended with ${how}, ${why}`;
}

/** Method and id first: `initialize #0 request`. */
function rpcHead(rpc: RpcMessage): string {
  const { kind, entries, durationMs, requestIndex } = rpc;
  switch (kind) {
    case "batch": {
      const named = entries.slice(0, MAX_ENTRIES).map(rpcHead).join("; ");
      const more = entries.length > MAX_ENTRIES ? "; …" : "";
      return `batch of ${entries.length}: ${named}${more}`;
    }
    case "request": {
      const note = rpc.isDuplicate ? ", its id is pending already" : "";
      return `${methodAndId(rpc)} request${note}`;
    }
    case "notification": {
      const isLost = rpc.about === "cancel" && requestIndex === null;
      const note = isLost ? ", of no pending request" : "";
      return `${methodAndId(rpc)} notification${note}`;
    }
  }
  if (durationMs === null) return `${methodAndId(rpc)} ${kind} to no request`;
  const note = rpc.isCancelled ? ", cancelled before" : "";
  return `${methodAndId(rpc)} ${kind} after ${formatMs(durationMs)}${note}`;
}

/** `tools/call #3`, or `#"three"`; each as short as one line can hold. */
export function methodAndId(
  { method, id }: { readonly method: string | null; readonly id?: RpcId },
): string {
  const words: string[] = [];
  if (method !== null) words.push(methodWord(method));
  if (id !== undefined) words.push(`#${safe(JSON.stringify(id))}`);
  return words.join(" ");
}

/** A method as one word: in quotes if it could be taken for more. */
function methodWord(method: string): string {
  return /^[!-~]+$/.test(method) && !method.startsWith('"')
    ? safe(method)
    : safe(JSON.stringify(method));
}

/** Text that cannot act on a terminal, of at most 120 characters. */
export function safe(text: string): string {
  const line = escapeText(text.slice(0, MAX_LENGTH).toWellFormed());
  return text.length > MAX_LENGTH ? `${line}…` : line;
}

/** The messages of JSON-RPC in a frame: itself, or the entries of a batch. */
export function messagesOf({ rpc }: SessionMessage): readonly RpcMessage[] {
  if (rpc === null) return [];
  return rpc.kind === "batch" ? rpc.entries : [rpc];
}

/** Whether an item that is odd is excused: nobody has to look at it. */
export function isExcused(item: SessionItem): boolean {
  switch (item.kind) {
    case "noise":
      // Most readers pass over an empty line.
      return item.reason === "blank";
    case "broken":
      // A gap is told by itself, and the end of the recording as well.
      return item.isRest || item.reason === "gap" || item.reason === "cut";
    case "pending":
      // Nobody waits for an answer to it.
      return item.isCancelled;
  }
  return false;
}

/** What an error answer of JSON-RPC says, or nothing. */
export function failureOf(json: unknown, { id }: RpcMessage): string {
  const all: unknown[] = Array.isArray(json) ? json : [json];
  for (const each of all) {
    const { id: other, error } = Object(each) as Record<string, unknown>;
    if (other !== id) continue;
    const { message } = Object(error) as Record<string, unknown>;
    if (typeof message === "string") return safe(message);
  }
  return "";
}
