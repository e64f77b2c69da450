import { type ProgramPage, runProgram } from "../main/program.ts";
import { listenWithoutChild } from "../main/without_child.ts";
import {
  duration,
  flag,
  type Kind,
  oneOf,
  PROGRAM_OPTIONS,
  repeated,
  type Settings,
  UsageError,
  valued,
} from "../options/option.ts";
import type { CommandLine } from "../options/parse.ts";
import { keys } from "../options/shared.ts";
import { openRecording, STDIN } from "../recording/open_recording.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { flushed, print, talk } from "../stderr/talk.ts";
import type { ExitStatus } from "../../src/exit_status.ts";
import { stdinReader } from "../../src/read/stdin_reader.ts";
import type { RecordedGap } from "../../src/recording/event.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { replay } from "../../src/recording/replay.ts";
import { standIn } from "../../src/recording/stand_in.ts";
import { decodeText } from "../../src/bytes.ts";
import { quote } from "../../src/text_safety.ts";
import { copy } from "../../src/write/copy.ts";
import type { PipeWriter } from "../../src/write/writer.ts";
import { stderrWriter, stdoutWriter } from "../../src/write/stdout.ts";
import { exitStatusOf } from "../log/wait_for_end.ts";

const MAX_SPEED = "max";

/** How many times as fast; `max` is without end. */
const SPEED: Kind<number> = {
  placeholder: "X",
  rule: `a number above 0 and up to 1000000, such as 2 or 0.5, or ${MAX_SPEED}`,
  read(text) {
    if (text === MAX_SPEED) return Infinity;
    if (!/^(?=\.?[0-9])[0-9]{0,7}(\.[0-9]{1,9})?$/.test(text)) return undefined;
    const speed = Number(text);
    return speed > 0 && speed <= 1_000_000 ? speed : undefined;
  },
  write: (speed) => speed === Infinity ? MAX_SPEED : String(speed),
};

/** The options of `main.ts replay`, in the order of `--help`. */
export const REPLAY_OPTIONS = {
  stream: valued(oneOf("STREAM", ["out", "err", "in"]), "out", {
    group: "play",
    help: "what is written to stdout: the command's stdout, its stderr, or " +
      "what its client wrote",
  }),
  speed: valued(SPEED, 1, {
    group: "play",
    help: "2 is twice as fast; max does not wait",
  }),
  "max-gap": valued(duration(0), null, {
    group: "play",
    help: "cut longer pauses to DURATION",
  }),
  from: valued(duration(0), null, {
    group: "play",
    help: "leave out what came before DURATION",
  }),
  to: valued(duration(0), null, {
    group: "play",
    help: "leave out what came after DURATION",
  }),
  serve: flag({
    group: "serve",
    help: "answer what comes on stdin as the recorded server did",
  }),
  strict: flag({
    group: "serve",
    help: "status 1 at the end if the recording did not know a request",
  }),
  ignore: repeated(keys("timestamp,seed"), {
    group: "serve",
    help: "keys of parameters in which equal requests may differ",
  }),
  ...PROGRAM_OPTIONS,
};

/** The value of each option of `main.ts replay`. */
type ReplaySettings = Settings<typeof REPLAY_OPTIONS>;

const PAGE: ProgramPage<typeof REPLAY_OPTIONS> = {
  usage: [
    `${PROGRAM_NAME} replay [options] FILE`,
    `${PROGRAM_NAME} replay --serve [options] FILE`,
  ],
  about:
    "Writes what a recorded command wrote, in the same pieces at the same " +
    "times, and ends as it did. With --serve it stands in for a recorded " +
    "server, so that a client can be tested without it. FILE is a recording of " +
    `${PROGRAM_NAME} tap or --record, - is stdin; it needs --allow-read.`,
  examples: [
    `${PROGRAM_NAME} replay session.jsonl`,
    `${PROGRAM_NAME} replay --speed 4 --max-gap 1s --stream err session.jsonl`,
    `${PROGRAM_NAME} replay --serve --strict --speed max session.jsonl`,
  ],
  table: REPLAY_OPTIONS,
  operands: ["FILE"],
  print,
  say: talk,
  statuses: [
    ["n", "the recorded one; 128+n where signal n ended the command"],
    [
      "0",
      "also: the reader of stdout has left, or the recording has no status",
    ],
    ["1", "also: a request was not in the recording, with --strict"],
    ["2", "wrong usage"],
    ["124", "also: --timeout had stopped the command"],
    ["125", "the recording cannot be read"],
  ],
};

/** Runs `main.ts replay` on its arguments; resolves to the exit status. */
export function runReplay(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async (line) => {
    const [path = STDIN] = line.operands;
    check(line, path);
    using _ = listenWithoutChild();
    await using recording = await openRecording(path);
    return await (line.settings.serve ? serve : play)(recording, line.settings);
  });
}

const OF_PLAYING = ["stream", "max-gap", "from", "to"] as const;
const OF_SERVING = ["strict", "ignore"] as const;

function check(
  { settings, given }: CommandLine<typeof REPLAY_OPTIONS>,
  path: string,
): void {
  const { serve, from, to } = settings;
  const idle = (serve ? OF_PLAYING : OF_SERVING).find((name) =>
    given.has(name)
  );
  if (idle !== undefined) {
    throw new UsageError(
      `Cannot take --${idle} as ${
        serve ? "--serve answers by what is asked" : "it needs --serve"
      }`,
    );
  }
  if (serve && path === STDIN) {
    throw new UsageError(
      "Cannot serve the recording on stdin as the client writes there",
    );
  }
  if (from !== null && to !== null && from > to) {
    throw new UsageError("Cannot take --to as it is before --from");
  }
}

/** The status when `--strict` was broken. */
const UNKNOWN = 1;
/** How many requests that were not in the recording are said one by one. */
const MAX_SAID = 20;
/** How much of a stray print of the client is quoted. */
const QUOTED_BYTES = 120;

/** Writes one stream of a recording to stdout; resolves to the exit status. */
async function play(
  recording: Recording,
  { stream, speed, from, to, "max-gap": maxGap }: ReplaySettings,
): Promise<number> {
  const gaps: RecordedGap[] = [];
  await using child = replay(recording, {
    streams: [stream],
    speed,
    maxGapMs: maxGap ?? Infinity,
    fromMs: from ?? 0,
    toMs: to ?? Infinity,
    onGap(gap) {
      if (gaps.push(gap) === 1) void talk(gapSentence(gap));
    },
  });
  const reader = stream === "out"
    ? child.stdout
    : stream === "err"
    ? child.stderr
    : child.input;
  const stdout = stdoutWriter();
  await copy(reader, speed === Infinity ? joined(stdout) : stdout);
  // The reader of our output has left.
  if (stdout.broken !== undefined) return 0;
  if (gaps.length > 1) {
    const bytes = gaps.reduce((sum, gap) => sum + gap.bytes, 0);
    await talk(
      `${gaps.length} parts of "${stream}" are missing in the recording, ${bytes} bytes in all`,
    );
  }
  return await endAsRecorded(recording, await child.status);
}

/** Answers a client as the recorded server did; resolves to the exit status. */
async function serve(
  recording: Recording,
  { speed, strict, ignore }: ReplaySettings,
): Promise<number> {
  let hasNoise = false;
  let unsaid = 0;
  let said = 0;
  await using server = await standIn(recording, {
    speed,
    ignore: ignore.flat(),
    onUnknown(sentence) {
      // Each line waits in memory for stderr, and a client may ask for ever.
      if (said === MAX_SAID) unsaid++;
      else {
        said++;
        void talk(sentence);
      }
    },
    onNoise(bytes) {
      if (hasNoise || bytes.length === 0) return;
      hasNoise = true;
      const start = decodeText(bytes.subarray(0, QUOTED_BYTES));
      void talk(
        `what the client wrote is no message: it begins with "${quote(start)}"`,
      );
    },
  });
  // Not awaited: the server may end while the client still holds stdin.
  copy(stdinReader(), server.stdin).catch((error) => talk(error.message));
  const stdout = stdoutWriter();
  const passed = copy(
    server.stdout,
    speed === Infinity ? joined(stdout) : stdout,
  );
  const all = Promise.all([passed, copy(server.stderr, stderrWriter())]);
  // Nobody reads the answers any more: a client may hold stdin for ever.
  await Promise.race([
    all,
    passed.then<unknown>(() => stdout.broken ?? all),
  ]);
  if (unsaid > 0) await talk(`and ${unsaid} more requests were not in it`);
  if (strict && server.unknown.length > 0) {
    await flushed();
    return UNKNOWN;
  }
  if (stdout.broken !== undefined) return 0;
  return await endAsRecorded(recording, await server.status);
}

/**
 * The same writer for what comes without pauses: pieces become one write, as the
 * pipe would join them. A write for each takes five times as long.
 */
function joined(
  writer: PipeWriter,
): Pick<PipeWriter, "writeNow" | "close" | "closed"> {
  return {
    closed: writer.closed,
    async writeNow(pieces) {
      for (const piece of pieces) await writer.write(piece);
    },
    close: () => writer.close(),
  };
}

async function endAsRecorded(
  { cut }: Recording,
  status: ExitStatus,
): Promise<number> {
  if (cut > 0) {
    await talk(
      `the last line of the recording is cut, and its ${cut} bytes are left out`,
    );
  }
  if (status.reason === "lost") {
    await talk(
      "the recording does not say how the command ended: this ends with 0",
    );
    return 0;
  }
  await flushed();
  const { SIGNAL_NUMBERS, signalCode } = await import(
    "../../src/process/system_signals.ts"
  );
  const { signal } = status;
  const isHere = typeof signal === "string" &&
    Object.hasOwn(SIGNAL_NUMBERS, signal);
  // A status has eight bits here: a failure of Windows must not end in 0.
  const isLost = status.code !== 0 && status.code % 256 === 0 &&
    Deno.build.os !== "windows";
  return await exitStatusOf({
    // A signal of another system cannot end this program.
    status: isHere
      ? { ...status, code: signalCode(signal) }
      : { ...status, signal: null, code: isLost ? 1 : status.code },
    stoppedFor: null,
    logIncomplete: false,
  });
}

function gapSentence({ from, bytes, why }: RecordedGap): string {
  return `a part of "${from}" is missing in the recording, ${bytes} bytes, as ${why}`;
}
