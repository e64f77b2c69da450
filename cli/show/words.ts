import type {
  NoiseReason,
  RpcId,
  RpcMessage,
  SessionItem,
} from "../../src/recording/session_item.ts";
import type { RecordedStatus } from "../../src/recording/event.ts";
import { escapeText } from "../../src/text_safety.ts";
import { formatBytes, formatMs } from "../summary/words.ts";

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
  if (id !== undefined) words.push(`#${cut(JSON.stringify(id))}`);
  return words.join(" ");
}

/** A method as one word: in quotes if it could be taken for more. */
function methodWord(method: string): string {
  return /^[!-~]+$/.test(method) && !method.startsWith('"')
    ? cut(method)
    : cut(JSON.stringify(method));
}

function safe(text: string): string {
  return cut(text);
}

/** Text that cannot act on a terminal, of at most 120 characters. */
export function cut(text: string): string {
  const line = escapeText(text.slice(0, MAX_LENGTH).toWellFormed());
  return text.length > MAX_LENGTH ? `${line}…` : line;
}

/** What an error answer of JSON-RPC says, or nothing. */
export function failureOf(json: unknown, { id }: RpcMessage): string {
  const all: unknown[] = Array.isArray(json) ? json : [json];
  for (const each of all) {
    const { id: other, error } = Object(each) as Record<string, unknown>;
    if (other !== id) continue;
    const { message } = Object(error) as Record<string, unknown>;
    if (typeof message === "string") return cut(message);
  }
  return "";
}
