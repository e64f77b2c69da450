import { bashCompletions } from "./bash.ts";
import { fishCompletions } from "./fish.ts";
import type { CompletionPage } from "./page.ts";
import type { Shell } from "../options/option.ts";
import { zshCompletions } from "./zsh.ts";

const SCRIPTS: Record<Shell, (page: CompletionPage) => string> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/**
 * A script that makes a shell complete the program: its options, their values
 * (words, files or folders), and after `--` the command, as the shell completes
 * it alone. It is made from the table of options.
 */
export function completions(shell: Shell, page: CompletionPage): string {
  return SCRIPTS[shell](page);
}
