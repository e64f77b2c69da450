import type { RecordedStream } from "../../src/recording/event.ts";
import { roundMs } from "../../src/recording/line.ts";
import type {
  NoiseReason,
  RpcMessage,
  SessionItem,
} from "../../src/recording/session_item.ts";
import { showBytes } from "../formats/escape.ts";
import { cut, failureOf, methodAndId } from "../show/words.ts";
import { countOf, formatBytes, formatMs } from "../summary/words.ts";

/** The words that `--fail-on` takes. */
export const FAIL_WORDS = [
  "noise",
  "broken",
  "pending",
  "error",
  "gap",
] as const;

/** A kind of finding: a word of `--fail-on`, or `slow` of `--max-duration`. */
export type FindingKind = typeof FAIL_WORDS[number] | "slow";

/** What is wrong with a session, in one line. */
export interface Finding {
  readonly finding: FindingKind;
  /** When, in milliseconds since the start; `null`: of the whole recording. */
  readonly ms: number | null;
  /** The stream; `null`: of the whole recording. */
  readonly from: RecordedStream | null;
  /** Where in the stream, or `null`. */
  readonly offset: number | null;
  /** What it is, in a sentence that cannot act on a terminal. */
  readonly what: string;
}

/** How much of what was found is quoted, in columns. */
const COLUMNS = 50;

const NOISE: Record<NoiseReason, string> = {
  between: "stand between frames",
  blank: "are an empty line",
  json: "are no JSON",
  rpc: "are JSON and no JSON-RPC",
};

/** What is found in an item, whatever is asked for. */
export function findingsOf(
  item: SessionItem,
  maxDurationMs: number | null,
): Finding[] {
  switch (item.kind) {
    case "noise": {
      // Most readers pass over an empty line.
      if (item.reason === "blank") return [];
      const what = `${countOf(item.size, "byte")} ${NOISE[item.reason]}: ${
        showBytes(item.payload, COLUMNS)
      }`;
      return [at(item, "noise", what)];
    }
    case "broken": {
      const isLost = item.reason === "gap" || item.reason === "cut";
      // The gap itself is told, and a recording that stops has no status.
      if (item.isRest || isLost) return [];
      const what = `a frame cannot be read as ${cut(item.why)}: ${
        showBytes(item.payload, COLUMNS)
      }`;
      return [at(item, "broken", what)];
    }
    case "gap": {
      const why = item.why === "" ? "" : `: ${cut(item.why)}`;
      const what = `${formatBytes(item.bytes)} were not recorded${why}`;
      return [at(item, "gap", what)];
    }
    case "pending": {
      // Nobody waits for an answer to it.
      if (item.isCancelled) return [];
      const since = formatMs(item.durationMs);
      const what = `${methodAndId(item)} had no answer for ${since}`;
      const { from, ms, durationMs } = item;
      return [{
        finding: "pending",
        ms: roundMs(ms - durationMs),
        from,
        offset: null,
        what,
      }];
    }
    case "message": {
      const { rpc, json } = item;
      if (rpc === null) return [];
      const jsons = rpc.kind === "batch" ? rpc.entries : [rpc];
      return jsons.flatMap((each) =>
        rpcFindings(each, json, maxDurationMs).map(([kind, what]) =>
          at(item, kind, what)
        )
      );
    }
  }
  return [];
}

function at(
  item: Extract<SessionItem, { offset: number }>,
  finding: FindingKind,
  what: string,
): Finding {
  const { ms, from, offset } = item;
  return { finding, ms, from, offset, what };
}

function rpcFindings(
  rpc: RpcMessage,
  json: unknown,
  maxDurationMs: number | null,
): [FindingKind, string][] {
  const found: [FindingKind, string][] = [];
  const { kind, durationMs } = rpc;
  if (kind === "error") {
    const why = failureOf(json, rpc);
    const what = `${methodAndId(rpc)} has failed${why && `: ${why}`}`;
    found.push(["error", what]);
  }
  const isSlow = maxDurationMs !== null && durationMs !== null &&
    durationMs > maxDurationMs;
  if (isSlow) {
    const most = formatMs(maxDurationMs);
    const what = `${methodAndId(rpc)} was answered after ${
      formatMs(durationMs)
    }, and ${most} is the most`;
    found.push(["slow", what]);
  }
  return found;
}
