import { type ProgramPage, runProgram } from "../main/program.ts";
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
import { openRecording, STDIN } from "../recording/open_recording.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { talk } from "../stderr/talk.ts";

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

/** Names of JSON keys, with commas between. */
const NAMES: Kind<readonly string[]> = {
  placeholder: "NAME,…",
  rule: "names of JSON keys with commas between, as in timestamp,seed",
  read(text) {
    const names = text.split(",");
    return names.includes("") ? undefined : names;
  },
  write: (names) => names.join(","),
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
  ignore: repeated(NAMES, {
    group: "serve",
    help: "keys of parameters in which equal requests may differ",
  }),
  ...PROGRAM_OPTIONS,
};

/** The value of each option of `main.ts replay`. */
export type ReplaySettings = Settings<typeof REPLAY_OPTIONS>;

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
    const [recording, { play, serve }] = await Promise.all([
      openRecording(path),
      import("./play.ts"),
    ]);
    await using _ = recording;
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

async function print(text: string): Promise<void> {
  const { stdoutWriter } = await import("../../src/write/stdout.ts");
  await using stdout = stdoutWriter();
  await stdout.write(text);
  await stdout.flush();
}
