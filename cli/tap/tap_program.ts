import { start } from "../../src/process/start.ts";
import { startOptions } from "../main/launch.ts";
import { type ProgramPage, runProgram } from "../main/program.ts";
import {
  file,
  flag,
  FRAME_RULES,
  GIB,
  type Kind,
  oneOf,
  PROGRAM_OPTIONS,
  repeated,
  type Settings,
  size,
  UsageError,
  valued,
} from "../options/option.ts";
import type { CommandLine } from "../options/parse.ts";
import { COMMAND_OPTIONS, keys } from "../options/shared.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { print, talk } from "../stderr/talk.ts";

/** The word for no recording. */
const NONE = "none";

/** A regular expression of JavaScript. */
const REGEX: Kind<RegExp> = {
  placeholder: "REGEX",
  rule: "a regular expression of JavaScript",
  read: (text) => {
    try {
      return new RegExp(text);
    } catch {
      return undefined;
    }
  },
  write: ({ source }) => source,
};

/** The options of `main.ts tap`, in the order of `--help`. */
export const TAP_OPTIONS = {
  record: valued(file("FILE"), null, {
    group: "record",
    help: "where the recording goes, or none; %t is the start time, %p the " +
      "process id; a file that is there is kept; needs --allow-write",
  }),
  frame: valued(oneOf("RULE", ["auto", ...FRAME_RULES]), "auto", {
    group: "record",
    help: "where one message ends, for those who read the recording",
  }),
  redact: repeated(keys("token,password"), {
    group: "record",
    help: "record the values of these JSON keys as …; the stream keeps them",
  }),
  "redact-pattern": repeated(REGEX, {
    group: "record",
    help: "record what matches as a * for each byte",
  }),
  "max-record": valued(size(1, 1024 * GIB), null, {
    group: "record",
    help: "stop recording at SIZE; the stream goes on",
  }),
  ...COMMAND_OPTIONS,
  quiet: flag({
    short: "q",
    group: "messages",
    help: "write only errors to stderr",
  }),
  ...PROGRAM_OPTIONS,
};

/** What the command line of `main.ts tap` says. */
export interface TapLine {
  readonly settings: Settings<typeof TAP_OPTIONS>;
  readonly command: readonly [string, ...string[]];
  /** The file of the recording, or `null` for none. */
  readonly record: string | null;
}

const PAGE: ProgramPage<typeof TAP_OPTIONS> = {
  usage: [`${PROGRAM_NAME} tap --record FILE [options] -- command [argument…]`],
  about:
    "Stands between a client and a server that talk over stdin and stdout: " +
    "passes every byte on unchanged, and records both directions and stderr.",
  examples: [
    `${PROGRAM_NAME} tap --record mcp-%t.jsonl -- npx -y some-mcp-server`,
    `${PROGRAM_NAME} tap --record lsp.jsonl --redact token -- deno lsp`,
  ],
  table: TAP_OPTIONS,
  print,
  say: talk,
  statuses: [
    ["n", "the command's own; 128+n where signal n ended it"],
    ["2", "wrong usage: nothing was started"],
    ["124", "stopped by --timeout"],
    ["125", "the program itself failed"],
    ["126", "the command cannot be run"],
    ["127", "there is no such command"],
  ],
};

/** Runs `main.ts tap` on its arguments; resolves to the exit status. */
export function runTap(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async (parsed) => {
    const line = check(parsed);
    const { settings, command: [command, ...words], record } = line;
    using started = start(command, words, {
      ...startOptions(settings),
      stdin: "piped",
      // Without a recording nobody looks at it: it stays where it is.
      stderr: record === null ? "inherit" : "piped",
    });
    const { tapChild } = await import("./tap.ts");
    return await tapChild(started, line);
  });
}

function check(
  { settings, command, given }: CommandLine<typeof TAP_OPTIONS>,
): TapLine {
  if (command === null) {
    throw new UsageError(
      "Cannot tap as no command is given: it goes after --, as in: " +
        `tap --record FILE -- cat`,
    );
  }
  if (settings.record === null) {
    throw new UsageError(
      `Cannot tap as --record is missing: it takes the path of a file, or ${NONE}`,
    );
  }
  const record = settings.record === NONE ? null : settings.record;
  const idle = (["redact", "redact-pattern", "max-record", "frame"] as const)
    .find((name) => record === null && given.has(name));
  if (idle !== undefined) {
    throw new UsageError(`Cannot take --${idle} as nothing is recorded`);
  }
  if (settings.group && Deno.build.os === "windows") {
    throw new UsageError(
      "Cannot take --group as Windows has no process groups",
    );
  }
  return { settings, command, record };
}
