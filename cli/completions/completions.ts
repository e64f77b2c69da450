import type { Kind, Option, OptionTable, Shell } from "../options/option.ts";

/** What is completed: a command, its options and its subcommands. */
export interface CompletionPage {
  /** The name of the command. */
  readonly name: string;
  /** Its options without a subcommand. */
  readonly table: OptionTable;
  /** Its subcommands: programs of their own behind the first word. */
  readonly programs?: readonly CompletionProgram[];
}

/** A subcommand, as it is completed. */
export interface CompletionProgram {
  /** The word for it. */
  readonly name: string;
  /** What it does, in one line. */
  readonly about: string;
  /** Its options. */
  readonly table: OptionTable;
  /** Whether its other words are files, and not a command behind `--`. */
  readonly takesFile?: boolean;
}

/** What a completion needs of an option. */
export interface Completed {
  /** `--name` and, where there is one, `-n`. */
  readonly spellings: readonly [long: string, ...short: string[]];
  readonly help: string;
  /** The kind of its value; `null` for a flag. */
  readonly kind:
    | Pick<Kind<unknown>, "placeholder" | "words" | "completes">
    | null;
  readonly isRepeated: boolean;
}

/** The options of a table, in its order. */
export function completed(table: OptionTable): Completed[] {
  return Object.entries(table).map(([name, option]: [string, Option]) => ({
    spellings: option.short === undefined
      ? [`--${name}`]
      : [`--${name}`, `-${option.short}`],
    help: option.help,
    kind: option.kind,
    isRepeated: "repeated" in option,
  }));
}

/** The name of a shell function for `name`, which may have a hyphen. */
export function functionName(name: string): string {
  return `_${name.replaceAll(/\W/g, "_")}`;
}

/** Makes the script of a shell. */
type Script = (page: CompletionPage) => string;

const SCRIPTS: Record<Shell, () => Promise<Script>> = {
  bash: async () => (await import("./bash.ts")).bashCompletions,
  zsh: async () => (await import("./zsh.ts")).zshCompletions,
  fish: async () => (await import("./fish.ts")).fishCompletions,
};

/**
 * A script that makes a shell complete the program: its options, their values
 * (words, files or folders), and after `--` the command, as the shell completes
 * it alone. It is made from the table of options.
 */
export async function completions(
  shell: Shell,
  page: CompletionPage,
): Promise<string> {
  const script = await SCRIPTS[shell]();
  return script(page);
}
