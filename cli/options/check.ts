import { checkText, CHILD_OPTIONS } from "../child/child_program.ts";
import { PARENT_OPTIONS, type ParentSettings } from "./parent.ts";
import type { CommandLine } from "./parse.ts";
import { UsageError } from "./option.ts";

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
