import type { HelpPage } from "../options/help.ts";
import type { OptionTable, PROGRAM_OPTIONS } from "../options/option.ts";
import { type CommandLine, parse } from "../options/parse.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";

/** The package's version: the same as in `deno.json`, which a test holds. */
export const VERSION = "0.2.0";

/** The exit status when the program itself failed, as `timeout(1)` has it. */
export const PROGRAM_FAILED = 125;

/** A table that has at least the options of every program. */
type ProgramTable = OptionTable & typeof PROGRAM_OPTIONS;

/** A program: its options, its help, and how it prints. */
export interface ProgramPage<T extends ProgramTable> extends HelpPage<T> {
  /** The page of `--help`, if it needs what is not loaded at the start. */
  readonly loadHelp?: () => Promise<HelpPage>;
  /** The names of the operands that it takes, as `["FILE"]`. Default: none. */
  readonly operands?: readonly string[];
  /** Writes the help or the version to stdout. */
  print(text: string): Promise<void>;
  /** Writes a sentence to stderr, as a line. */
  say(sentence: string): Promise<void>;
}

/**
 * Reads the command line, runs the program, and gives its exit status.
 *
 * A mistake on the command line is one line on stderr and status 2, a failure of
 * the program one line and 125. If the reader of our output has left, the status
 * is 0. No stack trace is shown.
 */
export async function runProgram<T extends ProgramTable>(
  args: readonly string[],
  page: ProgramPage<T>,
  run: (line: CommandLine<T>) => Promise<number>,
): Promise<number> {
  try {
    const line = await parse(args, page.table, page.operands);
    const { help: wantsHelp, version: wantsVersion } = line.settings as {
      help: boolean;
      version: boolean;
    };
    if (wantsHelp) {
      const { help } = await import("../options/help.ts");
      const isBold = Deno.stdout.isTerminal() && !Deno.noColor;
      await page.print(help(await page.loadHelp?.() ?? page, isBold));
      return 0;
    }
    if (wantsVersion) {
      await page.print(`${PROGRAM_NAME} ${VERSION}\n`);
      return 0;
    }
    return await run(line);
  } catch (error) {
    return await reportFailure(error, page.say);
  }
}

/**
 * Says why the program failed, in one line on stderr, and gives the exit
 * status. An error that stands for a status of its own has it as `exitCode`.
 */
export async function reportFailure(
  error: unknown,
  say: (sentence: string) => Promise<void>,
): Promise<number> {
  const isError = error instanceof Error;
  // By its name: the module of its class would make the start of a child slower.
  const isReaderGone = error instanceof Deno.errors.BrokenPipe ||
    (isError && error.name === "BrokenPipeError");
  if (isReaderGone) return 0;
  await say(isError ? error.message : String(error));
  return isError && "exitCode" in error && typeof error.exitCode === "number"
    ? error.exitCode
    : PROGRAM_FAILED;
}
