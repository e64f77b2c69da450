import { CHILD_TABLE, type ChildSettings } from "../options/child.ts";
import { runProgram } from "../main/program.ts";
import { PROGRAM_OPTIONS, UsageError } from "../options/option.ts";

const PAGE = {
  usage: ["child.ts [options]"],
  about: "Writes one message to stdout at every tick, until it is stopped.",
  examples: ["deno run child.ts --tick 100ms --messages 5"],
  table: { ...CHILD_TABLE, ...PROGRAM_OPTIONS },
};

/** Runs `child.ts` for a person: with help, and refusals of what is wrong. */
export function runChildProgram(
  args: readonly string[],
  work: (settings: ChildSettings) => Promise<number>,
): Promise<number> {
  return runProgram(args, PAGE, ({ settings, command }) => {
    if (command !== null) {
      throw new UsageError("Cannot start a command as the child has none");
    }
    return work(settings);
  });
}
