import type { ColorWord } from "../options/option.ts";

/**
 * Whether our own decorations have colour. `auto`: if stdout is a terminal,
 * `NO_COLOR` is not set to something, and TERM is not `dumb`, as far as we may
 * see it: Deno shows TERM only with `--allow-env`.
 */
export function shouldColor(
  when: ColorWord,
  isToStdout: boolean,
): boolean {
  if (when !== "auto") return when === "always";
  if (!isToStdout || !Deno.stdout.isTerminal() || Deno.noColor) return false;
  const term = { name: "env", variable: "TERM" } as const;
  if (Deno.permissions.querySync(term).state !== "granted") return true;
  try {
    return Deno.env.get("TERM") !== "dumb";
  } catch {
    return true; // Deno cannot read a value that is not UTF-8.
  }
}
