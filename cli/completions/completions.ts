import { bashCompletions } from "./bash.ts";
import { fishCompletions } from "./fish.ts";
import type { CompletionPage } from "./page.ts";
import { zshCompletions } from "./zsh.ts";

const SCRIPTS = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** The shells that have completions. */
export type Shell = keyof typeof SCRIPTS;

/** Their names, for an option. */
export const SHELLS = Object.keys(SCRIPTS) as Shell[];

/**
 * A script that makes a shell complete the program: its options, their values
 * where those are few words, files or folders, and after `--` the command, as
 * the shell completes it alone. All of it follows from the table of options.
 */
export function completions(shell: Shell, page: CompletionPage): string {
  return SCRIPTS[shell](page);
}
