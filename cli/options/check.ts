import { checkText, CHILD_OPTIONS } from "../child/child_program.ts";
import type { PARENT_OPTIONS, ParentSettings } from "./parent.ts";
import type { CommandLine } from "./parse.ts";
import { UsageError } from "./option.ts";

type ParentName = keyof ParentSettings;

/** Options that contradict others, or do nothing beside them. */
interface Contradiction {
  /** They do, if one of them was given: with its default it is as vain. */
  readonly given: readonly ParentName[];
  /** And if this holds. */
  readonly holds: (settings: ParentSettings, hasCommand: boolean) => boolean;
  /** Why, to end the sentence "Cannot take --name as …". */
  readonly as: string;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    given: ["frame"],
    holds: ({ lines, frame }) => lines && frame !== "lines",
    as: "it names another rule than --lines",
  },
  {
    given: ["fill"],
    holds: isFramed,
    as: "only slices can be filled, and frames are asked for",
  },
  {
    given: ["marks"],
    holds: isFramed,
    as: "they show slices of one read, and frames are asked for",
  },
  {
    given: ["lines", "frame"],
    holds: (settings) => isRaw(settings) && isFramed(settings),
    as: "--format raw shows no borders",
  },
  {
    given: ["label", "marks", "slow", "utc"],
    holds: isRaw,
    as: "--format raw adds nothing to the bytes",
  },
  // Beside raw, --time none, --stderr inherit and --color auto or never are
  // kept to: a script that always has them may ask for raw.
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
    as: "--format raw has no marks to tell the two pipes apart",
  },
  {
    given: ["max-size"],
    holds: ({ output }) => output === null,
    as: "it is for a file: add --output FILE",
  },
  {
    given: ["keep"],
    holds: (settings) => settings["max-size"] === null,
    as: "nothing is rotated: add --max-size SIZE",
  },
  {
    given: ["utc"],
    holds: ({ time }) => time !== "iso",
    as: "it is for --time iso",
  },
  {
    given: ["max-frame"],
    holds: (settings) => !isFramed(settings),
    as: "slices are asked for: add --frame RULE",
  },
  {
    given: ["quiet"],
    holds: ({ summary, progress }) => summary || progress,
    as: "--summary and --progress are said on stderr",
  },
  {
    given: Object.keys(CHILD_OPTIONS) as (keyof typeof CHILD_OPTIONS)[],
    holds: (_, hasCommand) => hasCommand,
    as: "it is for the child of our own, and a command is given",
  },
];

function isRaw({ format }: ParentSettings): boolean {
  return format === "raw";
}

function isFramed({ lines, frame }: ParentSettings): boolean {
  return lines || frame !== "slice";
}

/**
 * Refuses what was given and contradicts itself, or would do nothing; `--lines`
 * becomes the rule that it names.
 */
export function checkSettings(
  { settings, given, command }: CommandLine<typeof PARENT_OPTIONS>,
): ParentSettings {
  for (const { given: names, holds, as } of CONTRADICTIONS) {
    const name = names.find((name) => given.has(name));
    if (name !== undefined && holds(settings, command !== null)) {
      throw new UsageError(`Cannot take --${name} as ${as}`);
    }
  }
  const checked: ParentSettings = settings.lines
    ? { ...settings, frame: "lines" }
    : settings;
  checkText(checked);
  return checked;
}
