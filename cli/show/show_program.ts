import { RecordingError } from "../../src/recording/line.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { type ProgramPage, runProgram } from "../main/program.ts";
import { listenWithoutChild } from "../main/without_child.ts";
import {
  duration,
  flag,
  FRAME_RULES,
  GIB,
  MIB,
  oneOf,
  PROGRAM_OPTIONS,
  type Settings,
  size,
  someOf,
  UsageError,
  valued,
} from "../options/option.ts";
import type { CommandLine } from "../options/parse.ts";
import { LINE_OPTIONS } from "../options/shared.ts";
import { openRecording, STDIN } from "../recording/open_recording.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { print, talk, talkAs } from "../stderr/talk.ts";
import { countOf } from "../words.ts";
import { ONLY_STREAMS, ONLY_WORDS, viewOf } from "./show.ts";
import { ShowLines } from "./show_lines.ts";

/** The options of `main.ts show`, in the order of `--help`. */
export const SHOW_OPTIONS = {
  only: valued(someOf(ONLY_WORDS), null, {
    group: "cut",
    help: `only these: ${ONLY_WORDS.join(", ")}; in, out and err choose ` +
      "streams, the others choose lines",
  }),
  from: valued(duration(0), null, {
    group: "cut",
    help: "from DURATION after the start of the recording",
  }),
  to: valued(duration(0), null, {
    group: "cut",
    help: "up to DURATION after its start",
  }),
  follow: flag({
    short: "F",
    group: "cut",
    help: "go on while the recording grows, until the command has ended or " +
      "Ctrl-C; wait for FILE if it is not there",
  }),
  frame: valued(oneOf("RULE", ["auto", "slice", ...FRAME_RULES]), null, {
    group: "cut",
    help: "where one message ends: as the recording says, or auto, slice " +
      `(what one read gave), ${FRAME_RULES.join(", ")}`,
  }),
  "max-frame": valued(size(1, GIB), 16 * MIB, {
    group: "cut",
    help: "split lines longer than SIZE; a longer frame is broken",
  }),
  payload: valued(size(0, GIB), null, {
    group: "line",
    help: "show at most SIZE of each message; 0 shows only what it is",
  }),
  format: { ...LINE_OPTIONS.format, initial: "text" },
  time: { ...LINE_OPTIONS.time, initial: "iso" },
  utc: LINE_OPTIONS.utc,
  slow: LINE_OPTIONS.slow,
  ansi: { ...LINE_OPTIONS.ansi, initial: "auto" },
  color: LINE_OPTIONS.color,
  label: LINE_OPTIONS.label,
  marks: LINE_OPTIONS.marks,
  ...PROGRAM_OPTIONS,
} as const;

/** What the options of `main.ts show` are. */
export type ShowSettings = Settings<typeof SHOW_OPTIONS>;

const PAGE: ProgramPage<typeof SHOW_OPTIONS> = {
  usage: [`${PROGRAM_NAME} show [options] FILE`],
  about:
    "Shows a recording as log lines, also while it is being written. -> is to " +
    "the command, <- from it, err its stderr. Messages of JSON-RPC show method " +
    "and id first, answers the time since their request. FILE is - for stdin. " +
    "Needs --allow-read.",
  examples: [
    `${PROGRAM_NAME} show session.jsonl`,
    `${PROGRAM_NAME} show --payload 0 --time elapsed session.jsonl`,
    `${PROGRAM_NAME} show --follow --only errors,noise session.jsonl`,
    `${PROGRAM_NAME} show --format json session.jsonl | jq .rpc.method`,
    `${PROGRAM_NAME} show --format raw --only in session.jsonl`,
  ],
  table: SHOW_OPTIONS,
  operands: ["FILE"],
  print,
  say: talk,
  statuses: [
    ["0", "also: the reader of the lines has left"],
    ["2", "wrong usage"],
    ["125", "the recording cannot be read, or is none"],
  ],
};

/** Runs `main.ts show` on its arguments; resolves to its exit status. */
export function runShow(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async (line) => {
    const settings = check(line);
    talkAs(settings.label);
    using _ = listenWithoutChild(!settings.follow);
    const [path = ""] = line.operands;
    if (settings.follow) {
      const { followRecording } = await import("./follow_recording.ts");
      return await followRecording(path, settings);
    }
    await using recording = await openRecording(path);
    return await showRecording(recording, settings);
  });
}

/** Shows a recording from its header to its end. */
async function showRecording(
  recording: Recording,
  settings: ShowSettings,
): Promise<number> {
  const { header } = recording;
  const lines = await ShowLines.open(settings, header.startedAt);
  const view = viewOf(settings, header, lines);
  const all = async () => {
    try {
      for await (const event of recording) await view.event(event);
      return undefined;
    } catch (error) {
      if (error instanceof RecordingError) return error;
      throw error;
    }
  };
  const failure = await Promise.race([all(), lines.failure]);
  await view.end();
  await lines.close();
  // All lines before it are shown first.
  if (failure !== undefined) throw failure;
  if (recording.cut > 0) await talk(cutSentence(recording.cut));
  return 0;
}

/** What is said of a last line that is not whole. */
function cutSentence(bytes: number): string {
  return `the last line of the recording is cut: its ${
    countOf(bytes, "byte")
  } are left out; its recorder was killed, or still writes`;
}

function check(
  { settings, given, operands }: CommandLine<typeof SHOW_OPTIONS>,
): ShowSettings {
  const { only, from, to, format, time, frame } = settings;
  const refuse = (name: keyof ShowSettings, as: string): never => {
    throw new UsageError(`Cannot take --${name} as ${as}`);
  };
  const isRaw = format === "raw";
  const idle = (["utc", "slow", "marks", "ansi", "payload", "frame"] as const)
    .find((name) => given.has(name));
  if (isRaw && idle !== undefined) {
    refuse(idle, "--format raw adds nothing to the bytes");
  }
  if (isRaw && only !== null) {
    const isStream = only.length === 1 && ONLY_STREAMS.includes(only[0]!);
    if (!isStream) {
      refuse("only", "--format raw writes one stream: in, out or err");
    }
  }
  const isKind = only?.some((word) => !ONLY_STREAMS.includes(word)) ?? false;
  const isIdle = isKind ? "only" : given.has("payload") ? "payload" : null;
  if (frame === "slice" && isIdle !== null) {
    refuse(isIdle, "--frame slice shows reads, which are no messages");
  }
  if (given.has("marks") && frame !== "slice") {
    refuse("marks", "it marks what one read gave: add --frame slice");
  }
  if (given.has("max-frame") && (frame === "slice" || isRaw)) {
    refuse("max-frame", "nothing is cut into messages");
  }
  if (given.has("ansi") && format !== "text") {
    refuse("ansi", "it needs --format text");
  }
  if (given.has("utc") && time !== "iso") refuse("utc", "it needs --time iso");
  if (from !== null && to !== null && from > to) {
    refuse("to", "it must not be before --from");
  }
  if (given.has("follow") && operands[0] === STDIN) {
    refuse("follow", "stdin is read to its end in any case");
  }
  return settings;
}
