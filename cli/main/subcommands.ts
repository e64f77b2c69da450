import { type OptionTable, UsageError } from "../options/option.ts";
import type { CompletionProgram } from "../completions/completions.ts";
import { PARENT_OPTIONS } from "../options/parent.ts";
import { isShuffled } from "../options/parse.ts";
import { loadDistance } from "../options/std.ts";
import { talk } from "../stderr/talk.ts";
import { reportFailure } from "./program.ts";

/** A program of its own behind the first word of the command line. */
interface Subcommand {
  /** What it does, in one line of the top-level `--help`. */
  readonly about: string;
  /** Its options, for the completions of a shell. */
  options(): Promise<OptionTable>;
  /** The names of its operands, as `["FILE"]`; none where a command is. */
  readonly operands: readonly string[];
  /** Runs it on the arguments after its name; resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/** What `main.ts log` does, in one line; `log` is `main.ts` itself. */
export const LOG_ABOUT = "a log for people: lines, times, both pipes, colours";

/** The other subcommands, in the order of `--help`. */
export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  tap: {
    about: "stand between a client and a server, and record all that passes",
    options: async () => (await import("../tap/tap_program.ts")).TAP_OPTIONS,
    operands: [],
    run: async (args) => (await import("../tap/tap_program.ts")).runTap(args),
  },
  show: {
    about: "show a recording as log lines, also while it is being written",
    options: async () => (await import("../show/show_program.ts")).SHOW_OPTIONS,
    operands: ["FILE"],
    run: async (args) =>
      (await import("../show/show_program.ts")).runShow(args),
  },
  replay: {
    about: "write a recording again with its times, or answer as its server",
    options: async () =>
      (await import("../replay/replay_program.ts")).REPLAY_OPTIONS,
    operands: ["FILE"],
    run: async (args) =>
      (await import("../replay/replay_program.ts")).runReplay(args),
  },
  report: {
    about: "write a recording as one page to look at",
    options: async () =>
      (await import("../report/report_program.ts")).REPORT_OPTIONS,
    operands: ["FILE"],
    run: async (args) =>
      (await import("../report/report_program.ts")).runReport(args),
  },
  check: {
    about: "judge a recording by an exit status, for tests and CI",
    options: async () =>
      (await import("../check/check_program.ts")).CHECK_OPTIONS,
    operands: ["FILE"],
    run: async (args) =>
      (await import("../check/check_program.ts")).runCheck(args),
  },
};

/** The subcommands with their options, as a shell completes them. */
export async function completionPrograms(): Promise<CompletionProgram[]> {
  const others = Object.entries(SUBCOMMANDS).map(
    async ([name, { about, options, operands }]) => ({
      name,
      about,
      table: await options(),
      takesFile: operands.length > 0,
    }),
  );
  const log = { name: "log", about: LOG_ABOUT, table: PARENT_OPTIONS };
  return [log, ...await Promise.all(others)];
}

/** Runs the subcommand that the first word names, on the words after it. */
export async function runSubcommand(
  [name = "", ...args]: readonly string[],
): Promise<number> {
  const found = Object.hasOwn(SUBCOMMANDS, name) && SUBCOMMANDS[name];
  if (found) return await found.run(args);
  return await reportFailure(await refusal(name, args[0]), talk);
}

async function refusal(name: string, next?: string): Promise<UsageError> {
  const distance = await loadDistance();
  const names = ["log", ...Object.keys(SUBCOMMANDS)];
  const near = names.filter((each) =>
    name !== "" && each.startsWith(name) ||
    isNear(distance(name, each), name, each)
  );
  // Other programs have help and version as words: help, version, help log.
  if (Object.hasOwn(PARENT_OPTIONS, name)) {
    const isOfOne = name === "help" && next !== undefined &&
      names.includes(next);
    near.push(isOfOne ? `${next} --help` : `--${name}`);
  }
  const guess = near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `;
  return new UsageError(
    `Cannot take ${
      JSON.stringify(name)
    } as it is neither an option nor a subcommand: ` +
      `${guess}a command goes after --, as in: -- ${name}`,
  );
}

/** Whether two words differ by one letter, or by two that are swapped. */
function isNear(edits: number, word: string, other: string): boolean {
  return edits <= 1 || (edits === 2 && isShuffled(word, other));
}
