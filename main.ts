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
 * `log` is the same for people: lines, local times, both pipes. `tap` stands
 * between a client and a server and records what passes; `show`, `replay`,
 * `report` and `check` read a recording. REFERENCE.md has every option, and the
 * permissions of each.
 *
 * @module
 */
import { CHILD_MODE, runChild } from "./child.ts";
import { Clock } from "./cli/arrival.ts";
import {
  childLaunch,
  commandLaunch,
  type Launch,
  LOG_START,
  startChild,
} from "./cli/main/launch.ts";
import type { ParentLine } from "./cli/main/parent_program.ts";

const CHILD = import.meta.resolve("./child.ts");

/**
 * Runs the parent on its arguments, of which `log` can be the first; resolves to
 * its exit status.
 *
 * The child is started first, and the rest is loaded while the child starts. If
 * that fails, `using` kills the child.
 */
async function runParent(args: readonly string[]): Promise<number> {
  const clock = new Clock();
  const isLog = args[0] === "log";
  const own = isLog ? args.slice(1) : args;
  // Without arguments there is nothing to parse.
  using early = own.length === 0
    ? startChild(childLaunch(CHILD, CHILD_MODE, isLog ? LOG_START : {}))
    : undefined;
  const [{ runParentProgram }] = await Promise.all([
    import("./cli/main/parent_program.ts"),
    early && import("./cli/log/log_child.ts"),
  ]);
  return await runParentProgram(own, isLog, async (line) => {
    using started = early ?? startChild(await launchOf(line));
    const { logChild } = await import("./cli/log/log_child.ts");
    return await logChild(started, line, clock);
  });
}

/** What a command line starts, and how. */
async function launchOf(
  { settings, command }: ParentLine,
): Promise<Launch> {
  if (command === null) return childLaunch(CHILD, CHILD_MODE, settings);
  const launch = commandLaunch(command, settings);
  if (!settings.tty) return launch;
  const { inTerminal } = await import("./cli/log/terminal.ts");
  return inTerminal(launch);
}

/** Whether a first word names a program of its own: it is no option. */
function isSubcommand(word: string | undefined): boolean {
  return word !== undefined && /^[^-]/.test(word) && word !== "log";
}

/** Runs the program on its arguments; resolves to its exit status. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === CHILD_MODE) return await runChild(args);
  try {
    if (isSubcommand(args[0])) {
      const { runSubcommand } = await import("./cli/main/subcommands.ts");
      return await runSubcommand(args);
    }
    return await runParent(args);
  } catch (error) {
    const [{ reportFailure }, { talk }] = await Promise.all([
      import("./cli/main/program.ts"),
      import("./cli/stderr/talk.ts"),
    ]);
    return await reportFailure(error, talk);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
