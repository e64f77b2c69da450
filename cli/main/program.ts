import { BrokenPipeError } from "../../src/errors.ts";
import { StartError } from "../../src/process/start.ts";
import { stdoutWriter } from "../../src/write/stdout_writer.ts";
import type { HelpPage } from "../options/help.ts";
import {
  type OptionTable,
  type PROGRAM_OPTIONS,
  UsageError,
} from "../options/option.ts";
import { type CommandLine, parse } from "../options/parse.ts";
import { PROGRAM_NAME, talk } from "../stderr/talk.ts";

/** The exit status for a mistake on the command line. */
const WRONG_USAGE = 2;

/** The exit status when the program itself failed, as `timeout(1)` has it. */
const PROGRAM_FAILED = 125;

/** A table that has at least the options of every program. */
type ProgramTable = OptionTable & typeof PROGRAM_OPTIONS;

/**
 * Reads the command line, runs the program, and gives its exit status.
 *
 * A person's mistake is one line on stderr and status 2, the program's own
 * failure one line and 125, a reader of our output who left a plain 0. None
 * shows a stack trace.
 */
export async function runProgram<T extends ProgramTable>(
  args: readonly string[],
  page: HelpPage<T>,
  run: (line: CommandLine<T>) => Promise<number>,
): Promise<number> {
  try {
    const line = await parse(args, page.table);
    const { help: wantsHelp, version: wantsVersion } = line.settings as {
      help: boolean;
      version: boolean;
    };
    if (wantsHelp) {
      const { help } = await import("../options/help.ts");
      return await print(help(page));
    }
    if (wantsVersion) return await print(`${PROGRAM_NAME} ${VERSION}\n`);
    return await run(line);
  } catch (error) {
    return await tellFailure(error);
  }
}

/** Says why it failed, in one line, and gives the exit status for it. */
export async function tellFailure(error: unknown): Promise<number> {
  const isReaderGone = error instanceof BrokenPipeError ||
    error instanceof Deno.errors.BrokenPipe;
  if (isReaderGone) return 0;
  await talk(error instanceof Error ? error.message : String(error));
  if (error instanceof StartError) return error.exitCode;
  return error instanceof UsageError ? WRONG_USAGE : PROGRAM_FAILED;
}

/** Prints what was asked for on stdout; resolves to the exit status. */
export async function print(text: string): Promise<number> {
  await using stdout = stdoutWriter();
  await stdout.write(text);
  await stdout.flush();
  return 0;
}

/** The package's version: the same as in `deno.json`, which a test holds. */
export const VERSION = "0.1.0";
