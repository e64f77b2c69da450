import { BrokenPipeError } from "../../src/errors.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { analyse, sessionFrameOf } from "../../src/recording/session.ts";
import {
  type NoiseReason,
  type RpcMessage,
  SESSION_FRAMES,
  type SessionItem,
  type SessionTotals,
} from "../../src/recording/session_item.ts";
import { escapeText } from "../../src/text_safety.ts";
import { stdoutWriter } from "../../src/write/stdout.ts";
import type { PipeWriter } from "../../src/write/writer.ts";
import { type ProgramPage, runProgram } from "../main/program.ts";
import { listenWithoutChild } from "../main/without_child.ts";
import {
  duration,
  GIB,
  MIB,
  oneOf,
  PROGRAM_OPTIONS,
  type Settings,
  size,
  someOf,
  valued,
} from "../options/option.ts";
import { openRecording, STDIN } from "../recording/open_recording.ts";
import {
  countOf,
  endOf,
  failureOf,
  formatBytes,
  formatMs,
  isExcused,
  messagesOf,
  methodAndId,
  safe,
} from "../words.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { print, talk } from "../stderr/talk.ts";
import type { RecordedStream } from "../../src/recording/event.ts";
import { roundMs } from "../../src/recording/line.ts";
import { safeJson, showBytes } from "../formats/escape.ts";

/** The exit status when something was found. */
const FOUND = 1;

/** So many bytes of lines are collected before they are waited for. */
const COLLECTED_BYTES = 65_536;

/** The words that `--fail-on` takes. */
const FAIL_WORDS = [
  "noise",
  "broken",
  "pending",
  "error",
  "gap",
] as const;

/** The options of `main.ts check`, in the order of `--help`. */
export const CHECK_OPTIONS = {
  "fail-on": valued(someOf(FAIL_WORDS), ["noise", "broken", "pending"], {
    group: "check",
    help: "what is a finding: noise (bytes that are no message), broken " +
      "(frames), pending (requests without an answer that were not " +
      "cancelled), error (answers), gap (what is not in the recording)",
  }),
  "max-duration": valued(duration(0), null, {
    group: "check",
    help: "an answer that took longer is a finding as well",
  }),
  format: valued(oneOf("NAME", ["text", "json"]), "text", {
    short: "f",
    group: "check",
    help: "text: a line for each finding, or one of totals; json: an object " +
      "for each finding, and one of totals",
  }),
  frame: valued(oneOf("RULE", SESSION_FRAMES), null, {
    group: "cut",
    help: `where one message ends: as the recording says, or ${
      SESSION_FRAMES.join(", ")
    }`,
  }),
  "max-frame": valued(size(1, GIB), 16 * MIB, {
    group: "cut",
    help: "a longer frame is broken",
  }),
  ...PROGRAM_OPTIONS,
};

/** What the options of `main.ts check` are. */
type CheckSettings = Settings<typeof CHECK_OPTIONS>;

const PAGE: ProgramPage<typeof CHECK_OPTIONS> = {
  usage: [`${PROGRAM_NAME} check [options] FILE`],
  about:
    "Judges a recording by its exit status, for tests and CI. FILE is - for " +
    "stdin. Needs --allow-read.",
  examples: [
    `${PROGRAM_NAME} check session.jsonl`,
    `${PROGRAM_NAME} check --fail-on noise,error,gap session.jsonl`,
    `${PROGRAM_NAME} check --max-duration 500ms --format json session.jsonl`,
  ],
  table: CHECK_OPTIONS,
  operands: ["FILE"],
  print,
  say: talk,
  statuses: [
    ["0", "nothing was found"],
    ["1", "something was found"],
    ["2", "wrong usage"],
    ["125", "the recording cannot be read, or is none"],
  ],
};

/** Runs `main.ts check` on its arguments; resolves to its exit status. */
export function runCheck(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async ({ settings, operands: [path = ""] }) => {
    using _ = listenWithoutChild();
    await using recording = await openRecording(path);
    return await checkRecording(recording, path, settings);
  });
}

async function checkRecording(
  recording: Recording,
  path: string,
  settings: CheckSettings,
): Promise<number> {
  const { format, "fail-on": failOn, "max-duration": maxDuration } = settings;
  const isJson = format === "json";
  const name = path === STDIN ? "stdin" : escapeText(path);
  let count = 0;
  const out = stdoutWriter();
  /** The status counts, also where nobody reads the lines to their end. */
  const write = async (line: string) => {
    if (out.broken instanceof BrokenPipeError) return;
    out.write(`${line}\n`);
    if (out.queuedBytes > COLLECTED_BYTES) await flush(out);
  };
  const tell = async (finding: Finding) => {
    const isAsked = (failOn as readonly FindingKind[])
      .includes(finding.finding);
    if (finding.finding !== "slow" && !isAsked) return;
    count++;
    await write(isJson ? safeJson(finding) : lineOf(name, finding));
  };
  const session = analyse(recording, {
    frame: settings.frame ?? sessionFrameOf(recording.header.frame),
    maxFrameBytes: settings["max-frame"],
  });
  for await (const item of session) {
    for (const finding of findingsOf(item, maxDuration)) await tell(finding);
  }
  for (const what of incomplete(session.totals, recording.cut)) {
    await tell({ finding: "gap", ms: null, from: null, offset: null, what });
  }
  if (isJson) {
    const { totals: { ...totals }, frame } = session;
    await write(safeJson({ findings: count, frame, ...totals }));
  } else if (count === 0) {
    await write(`${name}: ${totalsLine(session.totals, recording.cut)}`);
  }
  await flush(out);
  return count === 0 ? 0 : FOUND;
}

/** Waits until all lines have left, or their reader has. */
async function flush(out: PipeWriter): Promise<void> {
  try {
    await out.flush();
  } catch (error) {
    if (!(error instanceof BrokenPipeError)) throw error;
  }
}

/** What a recording lacks at its end. */
function incomplete({ status }: SessionTotals, cutBytes: number): string[] {
  const found: string[] = [];
  if (cutBytes > 0) {
    found.push(`the last line is cut, ${countOf(cutBytes, "byte")} of it`);
  }
  if (status === null) {
    found.push(
      "the end of the command is not recorded: its recorder was killed, or " +
        "still writes",
    );
  }
  return found;
}

/** A finding as compilers write theirs: the file, the place, what it is. */
function lineOf(name: string, { finding, ms, from, offset, what }: Finding) {
  const places: string[] = [];
  if (from !== null) places.push(from);
  if (offset !== null) places.push(`at byte ${offset}`);
  if (ms !== null) places.push(`after ${formatMs(ms)}`);
  const place = places.length === 0 ? "" : ` ${places.join(" ")}:`;
  return `${name}: ${finding}:${place} ${what}`;
}

function totalsLine(totals: SessionTotals, cutBytes: number): string {
  const { streams, requests, answered, errors, pending, slowest } = totals;
  const { in: input, out } = streams;
  const parts = [
    countOf(input.messages + out.messages, "message"),
    `${countOf(requests, "request")}, ${answered} answered${
      errors > 0 ? ` (${countOf(errors, "error")})` : ""
    }`,
  ];
  if (pending > 0) parts.push(`${pending} pending`);
  if (totals.unasked > 0) {
    parts.push(`${countOf(totals.unasked, "answer")} to no request`);
  }
  const noise = input.noise + out.noise;
  if (noise > 0) parts.push(`${noise} times noise`);
  const broken = input.broken + out.broken;
  if (broken > 0) parts.push(countOf(broken, "broken frame"));
  const lines = input.lines + out.lines;
  if (lines > 0) parts.push(countOf(lines, "line"));
  if (streams.err.lines > 0) {
    parts.push(`${countOf(streams.err.lines, "line")} on stderr`);
  }
  if (slowest !== null) {
    parts.push(
      `the slowest answer ${methodAndId(slowest)} after ${
        formatMs(slowest.durationMs)
      }`,
    );
  }
  parts.push(
    ...totals.status === null
      ? incomplete(totals, cutBytes)
      : [endOf(totals.status)],
  );
  return parts.join("; ");
}

/** A kind of finding: a word of `--fail-on`, or `slow` of `--max-duration`. */
type FindingKind = typeof FAIL_WORDS[number] | "slow";

/** What is wrong with a session, in one line. */
interface Finding {
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
function findingsOf(
  item: SessionItem,
  maxDurationMs: number | null,
): Finding[] {
  if (isExcused(item)) return [];
  switch (item.kind) {
    case "noise": {
      const what = `${countOf(item.size, "byte")} ${NOISE[item.reason]}: ${
        showBytes(item.payload, COLUMNS)
      }`;
      return [at(item, "noise", what)];
    }
    case "broken": {
      const what = `a frame cannot be read as ${safe(item.why)}: ${
        showBytes(item.payload, COLUMNS)
      }`;
      return [at(item, "broken", what)];
    }
    case "gap": {
      const why = item.why === "" ? "" : `: ${safe(item.why)}`;
      const what = `${formatBytes(item.bytes)} were not recorded${why}`;
      return [at(item, "gap", what)];
    }
    case "pending": {
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
    case "message":
      return messagesOf(item).flatMap((rpc) =>
        rpcFindings(rpc, item.json, maxDurationMs).map(([kind, what]) =>
          at(item, kind, what)
        )
      );
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
