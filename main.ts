/**
 * The parent: it launches a child with a piped stdout and logs what arrives.
 *
 * It reads at most 32 bytes as soon as anything is there, and prints its own
 * process id, the bytes as Python prints them, and the wall time in seconds:
 *
 * ```text
 * Parent 4711 got [b'Spam 0'] as 1795393202.244190
 * ```
 *
 * Without a command the child is `child.ts` beside this file, or beside this
 * URL; any command goes after `--`. Needs `--allow-run`.
 *
 * @module
 */
import { CHILD_MODE, runChild } from "./child.ts";
import { Clock } from "./cli/arrival.ts";
import { launchChild, launchCommand } from "./cli/main/launch.ts";
import type { ParentLine } from "./cli/main/parent_program.ts";

/** Launches the child, logs its pipes, and ends as the child ended. */
async function runParent(line: ParentLine): Promise<number> {
  const { settings, command } = line;
  const clock = new Clock();
  const child = command === null
    ? launchChild(import.meta.resolve("./child.ts"), CHILD_MODE, settings)
    : launchCommand(command, settings);
  // Loaded while the child starts.
  const { logChild } = await import("./cli/log/log_child.ts");
  return await logChild(child, line, clock);
}

/** Runs the program on its arguments; resolves to its exit status. */
async function main(args: readonly string[]): Promise<number> {
  // The arguments of a compiled program that is its own child.
  if (args[0] === CHILD_MODE) return await runChild(args);
  const { runParentProgram } = await import("./cli/main/parent_program.ts");
  return await runParentProgram(args, runParent);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
