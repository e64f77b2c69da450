import { CHILD_OPTIONS } from "./child_options.ts";
import type { ParentSettings } from "./parent_options.ts";
import { UsageError } from "./usage_error.ts";

/** What can't be asked for together, and why. */
const CONTRADICTIONS: readonly {
  holds(settings: ParentSettings): boolean;
  says: string;
}[] = [
  {
    holds: ({ lines, frame }) =>
      lines && frame !== "slice" && frame !== "lines",
    says: "Cannot take --lines as --frame names another rule",
  },
  {
    holds: ({ fill, lines, frame }) => fill && (lines || frame !== "slice"),
    says:
      "Cannot take --fill as only slices can be filled, and frames are asked for",
  },
  {
    holds: ({ marks, lines, frame }) => marks && (lines || frame !== "slice"),
    says:
      "Cannot take --marks as they show slices of one read, and frames are asked for",
  },
  {
    holds: ({ format, lines, frame }) =>
      format === "raw" && (lines || frame !== "slice"),
    says:
      "Cannot take --format raw as it shows no borders, and frames are asked for",
  },
  {
    holds: ({ format, label, marks, slow, stderr }) =>
      format === "raw" &&
      (label !== null || marks || slow !== null || stderr === "log"),
    says:
      "Cannot take --format raw as it adds nothing to the bytes: --label, --marks, --slow and --stderr=log would",
  },
  {
    holds: (settings) =>
      settings["max-size"] !== null && settings.output === null,
    says: "Cannot take --max-size as it is for a file: add --output FILE",
  },
  {
    holds: (settings) => settings["max-size"] === null && settings.keep !== 5,
    says: "Cannot take --keep as nothing is rotated: add --max-size SIZE",
  },
  {
    holds: ({ utc, time }) => utc && time !== "iso",
    says: "Cannot take --utc as it is for --time iso",
  },
  {
    holds: (settings) =>
      settings["max-frame"] !== 1024 ** 2 && !settings.lines &&
      settings.frame === "slice",
    says: "Cannot take --max-frame as slices are asked for: add --frame RULE",
  },
  {
    holds: ({ quiet, summary, progress }) => quiet && (summary || progress),
    says: "Cannot take --quiet as --summary and --progress are said on stderr",
  },
];

/**
 * Refuses what contradicts itself, or would do nothing; `--lines` becomes the
 * rule that it names.
 */
export function checkSettings(
  settings: ParentSettings,
  hasCommand: boolean,
): ParentSettings {
  for (const { holds, says } of CONTRADICTIONS) {
    if (holds(settings)) throw new UsageError(says);
  }
  for (const [name, { initial }] of Object.entries(CHILD_OPTIONS)) {
    if (hasCommand && settings[name as keyof ParentSettings] !== initial) {
      throw new UsageError(
        `Cannot take --${name} as it is for the child of our own, and a command is given`,
      );
    }
  }
  return settings.lines ? { ...settings, frame: "lines" } : settings;
}
