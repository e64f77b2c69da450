/**
 * The child: it writes one encoded message to its stdout at every tick.
 *
 * A loop without an end pauses for `n` ticks, encodes the text `Spam n` as
 * UTF-8, writes the bytes in one write and takes `n = (n + 1) % 5`. `main.ts`
 * launches it; it runs by itself as well:
 *
 * ```sh
 * deno run child.ts --tick 100ms --messages 5
 * ```
 *
 * @module
 */
import { CHILD_OPTIONS, type ChildSettings } from "./cli/child_options.ts";
import { flag } from "./cli/option.ts";
import { PROGRAM_OPTIONS, runProgram } from "./cli/program.ts";
import { Ticks } from "./cli/tick.ts";
import { UsageError } from "./cli/usage_error.ts";
import { stdoutWriter } from "./mod.ts";

const PAGE = {
  usage: ["child.ts [options]"],
  about: "Writes one message to stdout at every tick, until it is stopped.",
  examples: ["deno run child.ts --tick 100ms --messages 5"],
  table: {
    ...CHILD_OPTIONS,
    lifeline: flag({
      group: "child",
      help: "end when stdin ends: the parent that holds it is gone",
    }),
    ...PROGRAM_OPTIONS,
  },
};

async function writeMessages(settings: ChildSettings): Promise<void> {
  const stdout = stdoutWriter();
  const ticks = new Ticks(settings.tick);
  const messages = settings.messages ?? Infinity;
  for (let sent = 0, n = 0; sent < messages; sent++) {
    await ticks.pause(n);
    await stdout.write(`${settings.text} ${n}`);
    await stdout.flush();
    n = (n + 1) % settings.cycle;
  }
}

/** Resolves when the parent that holds the other end of our stdin is gone. */
async function lifelineEnd(): Promise<void> {
  for await (const _nothing of Deno.stdin.readable) {
    // A life line carries no bytes; its end is the message.
  }
}

/** Runs the child on its arguments; resolves to its exit status. */
export function runChild(args: readonly string[]): Promise<number> {
  return runProgram(args, PAGE, async ({ settings, command }) => {
    if (command !== null) {
      throw new UsageError("Cannot start a command as the child has none");
    }
    const work = writeMessages(settings);
    await (settings.lifeline ? Promise.race([work, lifelineEnd()]) : work);
    return 0;
  });
}

// Deno.exit and not the natural end: a read of the life line is under way.
if (import.meta.main) Deno.exit(await runChild(Deno.args));
