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
import { runChild } from "./child.ts";
import { Clock } from "./cli/clock.ts";
import { conclude } from "./cli/conclude.ts";
import { follow, followFull } from "./cli/follow.ts";
import { CHILD_MODE, launchChild, launchCommand } from "./cli/launch.ts";
import { createLog } from "./cli/log.ts";
import { PARENT_OPTIONS } from "./cli/parent_options.ts";
import { type CommandLine } from "./cli/parse.ts";
import { runProgram } from "./cli/program.ts";
import { endAs } from "./mod.ts";

/** Launches the child, logs its pipe, and ends as the child ended. */
async function runParent(
  { settings, command }: CommandLine<typeof PARENT_OPTIONS>,
): Promise<number> {
  const child = command === null
    ? launchChild(import.meta.resolve("./child.ts"), settings)
    : launchCommand(command);
  const log = createLog(settings);
  const clock = new Clock();
  const logging = settings.fill
    ? followFull(child.stdout, log, clock, settings.slice)
    : follow(child.stdout, log, clock);
  const status = await conclude(child, log, logging);
  return status === null ? 0 : endAs(status);
}

const PAGE = {
  usage: [
    "main.ts [options]                         log what child.ts writes",
    "main.ts [options] -- command [argument…]  log what any command writes",
  ],
  about:
    "Reads a child's pipe in slices, as they arrive, and logs each on a line.",
  examples: [
    "deno run --allow-run main.ts",
    "deno run --allow-run main.ts --tick 100ms --count 12",
    "deno run --allow-run main.ts --slice 8 -- echo 'a read is not a message'",
    "deno run --allow-run main.ts --format raw -- cat README.md",
  ],
  table: PARENT_OPTIONS,
  statuses: "the command's own; 128+n for signal n; 2 wrong usage; 125 we " +
    "failed;\n  126 it cannot be run; 127 no such command; 0 for --count, or " +
    "when our reader left",
};

if (import.meta.main) {
  const [mode, ...rest] = Deno.args;
  const status = mode === CHILD_MODE
    ? await runChild(rest)
    : await runProgram(Deno.args, PAGE, runParent);
  Deno.exit(status);
}
