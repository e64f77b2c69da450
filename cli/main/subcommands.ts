import { UsageError } from "../options/option.ts";
import { loadDistance } from "../options/std.ts";
import { talk } from "../stderr/talk.ts";
import { reportFailure } from "./program.ts";

/** A program of its own behind the first word of the command line. */
interface Subcommand {
  /** What it does, in one line of the top-level `--help`. */
  readonly about: string;
  /** Runs it on the arguments after its name; resolves to the exit status. */
  run(args: readonly string[]): Promise<number>;
}

/** The subcommands, in the order of `--help`; `log` is `main.ts` itself. */
export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  tap: {
    about: "stand between a client and a server, and record all that passes",
    run: async (args) => (await import("../tap/tap_program.ts")).runTap(args),
  },
  show: {
    about: "show a recording as log lines, also while it is being written",
    run: async (args) =>
      (await import("../show/show_program.ts")).runShow(args),
  },
  check: {
    about: "judge a recording by an exit status, for tests and CI",
    run: async (args) =>
      (await import("../check/check_program.ts")).runCheck(args),
  },
  report: {
    about: "write a recording as one page to look at",
    run: async (args) =>
      (await import("../report/report_program.ts")).runReport(args),
  },
};

/** Runs the subcommand that the first word names, on the words after it. */
export async function runSubcommand(
  [name = "", ...args]: readonly string[],
): Promise<number> {
  const found = Object.hasOwn(SUBCOMMANDS, name) && SUBCOMMANDS[name];
  if (found) return await found.run(args);
  return await reportFailure(await refusal(name), talk);
}

async function refusal(name: string): Promise<UsageError> {
  const distance = await loadDistance();
  const near = Object.keys(SUBCOMMANDS).filter((each) =>
    each.startsWith(name) || distance(name, each) <= 1
  );
  const guess = near.length === 0 ? "" : `did you mean ${near.join(" or ")}? `;
  return new UsageError(
    `Cannot take ${
      JSON.stringify(name)
    } as it is neither an option nor a subcommand: ` +
      `${guess}a command goes after --, as in: -- ${name}`,
  );
}
