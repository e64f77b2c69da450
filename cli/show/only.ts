import type { SessionItem } from "../../src/recording/session_item.ts";
import { kindsOf } from "./words.ts";

/** The words that `--only` takes: streams, and kinds of lines. */
export const ONLY_WORDS = [
  "in",
  "out",
  "err",
  "requests",
  "answers",
  "errors",
  "noise",
  "pending",
] as const;

/** A word of `--only`. */
export type OnlyWord = typeof ONLY_WORDS[number];

/** The words of `--only` that name a stream. */
export const ONLY_STREAMS: readonly OnlyWord[] = ["in", "out", "err"];

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
export function isShown(item: SessionItem, filter: Filter): boolean {
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
