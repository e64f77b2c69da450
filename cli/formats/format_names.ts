/** The names that `--format` takes. */
export const FORMAT_NAMES = ["seed", "text", "hex", "json", "raw"] as const;

/** The name of a format. */
export type FormatName = typeof FORMAT_NAMES[number];
