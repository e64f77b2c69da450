import { LOG_START } from "../main/launch.ts";
import { checkText, CHILD_OPTIONS } from "../child/child_program.ts";
import {
  count,
  duration,
  file,
  flag,
  GIB,
  MIB,
  oneOf,
  PROGRAM_OPTIONS,
  type Settings,
  SHELLS,
  size,
  STDERR_WORDS,
  UsageError,
  valued,
  withDefaults,
} from "./option.ts";
import { COMMAND_OPTIONS, LINE_OPTIONS } from "./shared.ts";
import type { CommandLine } from "./parse.ts";

/** The options of `main.ts`, in the order of `--help`. */
export const PARENT_OPTIONS = {
  slice: valued(size(1, MIB), 32, {
    short: "s",
    group: "cut",
    help: "log slices of at most SIZE bytes, as soon as anything has arrived",
  }),
  fill: flag({
    group: "cut",
    help: "wait until a slice is full; the last may be short",
  }),
  lines: flag({
    short: "l",
    group: "cut",
    help: "write a log line for each line of output, as --frame=lines",
  }),
  ...LINE_OPTIONS,
  stderr: valued(oneOf("WHAT", STDERR_WORDS), "inherit", {
    group: "cut",
    help: "inherit: leave it as it is; log: log it beside stdout, in the " +
      "order of arrival; null: drop it",
  }),
  unfinished: valued(duration(0), 0, {
    group: "cut",
    help: "log what stands without an end of line after DURATION of silence, " +
      "marked; its rest follows as its own line, and a CR ends a line; 0: wait",
  }),
  output: valued(file("FILE"), null, {
    short: "o",
    group: "file",
    help: "append the log to FILE; needs --allow-write",
  }),
  record: valued(file("FILE"), null, {
    group: "file",
    help: "also record what passes, byte by byte with its times, in a new " +
      "FILE; %t is the start time, %p the process id",
  }),
  "max-size": valued(size(1, 1024 * GIB), null, {
    group: "file",
    help: "start a new FILE above SIZE, and rename the old one to FILE.1; " +
      "needs --allow-read as well",
  }),
  keep: valued(count(1, 999), 5, {
    group: "file",
    help: "keep N old files",
  }),
  ...COMMAND_OPTIONS,
  tty: flag({
    group: "command",
    help: Deno.build.os === "windows"
      ? "not on Windows, which has no script(1)"
      : "give it a terminal of its own as stdout, by script(1), so that it " +
        "does not hold its output back",
  }),
  count: valued(count(1), null, {
    short: "n",
    group: "end",
    help: "stop after N slices or frames; status 0",
  }),
  idle: valued(duration(1), null, {
    group: "end",
    help: "stop the command after DURATION without output; status 124. An " +
      "inherited stderr does not count as output",
  }),
  summary: flag({
    group: "messages",
    help: "tell at the end what came when, in what pieces, and what is wrong",
  }),
  progress: flag({
    group: "messages",
    help: "show a live line of what comes, if stderr is a terminal and the " +
      "log is not",
  }),
  quiet: flag({
    short: "q",
    group: "messages",
    help: "write only errors to stderr",
  }),
  ...PROGRAM_OPTIONS,
  completions: valued(oneOf("SHELL", SHELLS), null, {
    group: "messages",
    help: `print the completions for ${SHELLS.join(", ")}`,
  }),
  ...CHILD_OPTIONS,
};

/** The same of `main.ts log`, a log for people. */
export const LOG_OPTIONS: typeof PARENT_OPTIONS = withDefaults(PARENT_OPTIONS, {
  ...LOG_START,
  unfinished: 500,
  format: "text",
  time: "iso",
  ansi: "auto",
});

/** What the options of `main.ts` are. */
export type ParentSettings = Settings<typeof PARENT_OPTIONS>;

type ParentName = keyof ParentSettings;

/** What else decides whether an option can be taken. */
interface Line {
  readonly hasCommand: boolean;
  readonly os: typeof Deno.build.os;
}

/** Options that contradict others, or do nothing beside them. */
interface Contradiction {
  /** Applies if one of these was given, even with its default value, */
  readonly given: readonly ParentName[];
  /** and if this holds. */
  readonly holds: (settings: ParentSettings, line: Line) => boolean;
  /** Why, to end the sentence "Cannot take --name as …". */
  readonly as: string;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    given: ["frame"],
    holds: ({ lines, frame }) => lines && frame !== "lines",
    as: "--lines names another rule",
  },
  {
    given: ["frame"],
    holds: ({ frame }, { hasCommand }) => frame === "auto" && !hasCommand,
    as: "auto is for a command, and the built-in child is told its rule",
  },
  // After a broken frame with a header or a NUL, the rest is logged as slices.
  {
    given: ["slice"],
    holds: ({ lines, frame }) => lines || frame === "lines" || frame === "json",
    as: "lines are logged, and no slices: add --frame slice",
  },
  {
    given: ["fill"],
    holds: isFramed,
    as: "frames are logged, and only slices can be filled: add --frame slice",
  },
  {
    given: ["marks"],
    holds: isFramed,
    as:
      "it marks the slices of a read, and frames are logged: add --frame slice",
  },
  {
    given: ["lines", "frame"],
    holds: (settings) => isRaw(settings) && isFramed(settings),
    as: "--format raw does not show where a frame ends",
  },
  {
    given: ["marks", "slow", "utc"],
    holds: isRaw,
    as: "--format raw adds nothing to the bytes",
  },
  // --time none, --stderr inherit and --color auto or never ask raw for nothing:
  // a script that always gives them can give --format raw as well.
  {
    given: ["time"],
    holds: (settings) => isRaw(settings) && settings.time !== "none",
    as: "--format raw adds nothing to the bytes",
  },
  {
    given: ["color"],
    holds: (settings) => isRaw(settings) && settings.color === "always",
    as: "--format raw adds nothing to the bytes",
  },
  {
    given: ["stderr"],
    holds: (settings) => isRaw(settings) && settings.stderr === "log",
    as: "--format raw does not show which pipe a byte came from",
  },
  {
    given: ["ansi"],
    holds: ({ format }) => format !== "text",
    as: "only text has the command's own colours: add --format text",
  },
  {
    given: ["color"],
    holds: ({ format, color }) => format === "json" && color === "always",
    as: "a line with colours is no JSON",
  },
  {
    given: ["max-size"],
    holds: ({ output }) => output === null,
    as: "it limits a file: add --output FILE",
  },
  {
    given: ["keep"],
    holds: (settings) => settings["max-size"] === null,
    as: "no old files are kept without --max-size SIZE",
  },
  {
    given: ["utc"],
    holds: ({ time }) => time !== "iso",
    as: "it needs --time iso",
  },
  {
    given: ["max-frame"],
    holds: (settings) => !isFramed(settings),
    as: "it needs --lines or --frame RULE",
  },
  {
    given: ["unfinished"],
    holds: (settings) => !isFramed(settings) || !hasLines(settings),
    as: "only a line can be unfinished: add --lines",
  },
  {
    given: ["quiet"],
    holds: ({ summary, progress }) => summary || progress,
    as: "--summary and --progress write to stderr",
  },
  {
    given: ["group"],
    holds: (_, { os }) => os === "windows",
    as: "Windows has no process groups",
  },
  {
    given: ["tty"],
    holds: (_, { os }) => os === "windows",
    as: "Windows has no script(1)",
  },
  {
    given: ["tty"],
    holds: (_, { hasCommand }) => !hasCommand,
    as: "it is for a command: add -- command",
  },
  {
    given: ["group"],
    holds: ({ tty }) => tty,
    as: "--tty gives the command a group of its own already",
  },
  {
    given: Object.keys(CHILD_OPTIONS) as (keyof typeof CHILD_OPTIONS)[],
    holds: (_, { hasCommand }) => hasCommand,
    as: "it is for the built-in child, and a command is given",
  },
];

function isRaw({ format }: ParentSettings): boolean {
  return format === "raw";
}

/** Whether a pipe is logged line by line; stderr always is, beside frames. */
function hasLines({ lines, frame, stderr }: ParentSettings): boolean {
  return lines || frame === "lines" || frame === "auto" || stderr === "log";
}

function isFramed({ lines, frame }: ParentSettings): boolean {
  return lines || frame !== "slice";
}

/** What is a default of `main.ts log` and means nothing beside `--format raw`. */
const NOT_RAW = ["frame", "stderr", "unfinished", "ansi"] as const;

/** The settings without the defaults that `--format raw` does not go with. */
function settle(
  { settings, given }: CommandLine<typeof PARENT_OPTIONS>,
): ParentSettings {
  if (!isRaw(settings)) return settings;
  const unmeant = NOT_RAW.filter((name) => !given.has(name)).map((name) => [
    name,
    PARENT_OPTIONS[name].initial,
  ]);
  return { ...settings, ...Object.fromEntries(unmeant) };
}

/**
 * Refuses options that contradict each other or would do nothing, and replaces
 * `--lines` by the rule that it names.
 */
export function checkSettings(
  commandLine: CommandLine<typeof PARENT_OPTIONS>,
  os: typeof Deno.build.os = Deno.build.os,
): ParentSettings {
  const { given, command } = commandLine;
  const settings = settle(commandLine);
  const line = { hasCommand: command !== null, os };
  for (const { given: names, holds, as } of CONTRADICTIONS) {
    const name = names.find((name) => given.has(name));
    if (name !== undefined && holds(settings, line)) {
      throw new UsageError(`Cannot take --${name} as ${as}`);
    }
  }
  const checked: ParentSettings = settings.lines
    ? { ...settings, frame: "lines" }
    : settings;
  checkText(checked);
  return checked;
}
