/** The shells that have completions: the names that `--completions` takes. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The name of a shell that has completions. */
export type Shell = typeof SHELLS[number];
