import type {
  Group,
  Option,
  OptionTable,
  PROGRAM_OPTIONS,
} from "../options/option.ts";
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

/** What `--help` says beside the options. */
export interface HelpPage<T extends OptionTable = OptionTable> {
  /** How the program is called, a line each. */
  readonly usage: readonly string[];
  /** What it does, in a line or two. */
  readonly about: string;
  /** Commands that run as they stand. */
  readonly examples: readonly string[];
  /** The options. */
  readonly table: T;
  /** Shows these alone, without groups: a page for the first look. */
  readonly firstOptions?: readonly (keyof T & string)[];
  /** The same options with the defaults of `main.ts` without a subcommand. */
  readonly bareTable?: T;
  /** The subcommands, and what each does in one line. */
  readonly subcommands?: readonly (readonly [name: string, about: string])[];
  /** What else a person has to know, behind the options. */
  readonly notes?: readonly string[];
  /** The exit statuses and what each means. */
  readonly statuses?: readonly (readonly [status: string, meaning: string])[];
}

/** How wide a page may be: the terminal that a person has at least. */
const COLUMNS = 80;

/** The heading of each group, in the order of the page. */
const HEADINGS: Record<Group, string> = {
  cut: "What arrives, and how it is cut",
  line: "What a log line looks like",
  file: "Where the log goes",
  record: "The recording",
  check: "What is judged",
  page: "The page",
  play: "What is played, and when",
  serve: "The stand-in server",
  command: "The command",
  end: "When it ends",
  messages: "Messages",
  child: "The built-in child",
};

/** The text of `--help`, from the table of options; headings can be bold. */
export function help(page: HelpPage, isBold = false): string {
  const { usage, about, examples, table, statuses, notes = [] } = page;
  const { firstOptions, subcommands, bareTable = table } = page;
  const heading = (text: string) => isBold ? `\x1b[1m${text}\x1b[22m` : text;
  const section = (title: string, lines: readonly string[]) =>
    `${heading(`${title}:`)}\n${lines.join("\n")}`;
  const options = Object.entries(table).filter(([name]) =>
    firstOptions?.includes(name) ?? true
  );
  const width = Math.max(...options.map((entry) => spelling(entry).length));
  const rows = (members: typeof options) =>
    members.map((entry) => row(entry, bareTable[entry[0]] ?? entry[1], width));
  const sections = [
    section("Usage", usage.map((line) => `  ${line}`)),
    wrapped(about, "", ""),
    section("Examples", examples.map((example) => `  ${example}`)),
  ];
  if (subcommands !== undefined) {
    const lines = subcommands.map(([name, about]) =>
      wrapped(about, `  ${name.padEnd(6)}  `, " ".repeat(10))
    );
    sections.splice(
      2,
      0,
      section("Subcommands, each with its own --help", lines),
    );
  }
  if (firstOptions !== undefined) {
    sections.push(section("The first options", rows(options)));
  } else {
    for (const [group, title] of Object.entries(HEADINGS)) {
      const members = options.filter(([, option]) => option.group === group);
      if (members.length > 0) sections.push(section(title, rows(members)));
    }
  }
  sections.push(...notes.map((note) => wrapped(note, "", "")));
  if (statuses !== undefined) {
    const rows = statuses.map(([status, meaning]) =>
      wrapped(meaning, `  ${status.padEnd(5)}`, " ".repeat(7))
    );
    sections.push(section("Exit status", rows));
  }
  return sections.join("\n\n") + "\n";
}

/** An option and what it does, in as many lines as that takes. */
function row(entry: [string, Option], bare: Option, width: number): string {
  const text = entry[1].help + defaults(initial(entry[1]), initial(bare));
  const start = `  ${spelling(entry).padEnd(width)}  `;
  return wrapped(text, start, " ".repeat(width + 4));
}

function spelling([name, { short, kind }]: [string, Option]): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${kind === null ? "" : ` ${kind.placeholder}`}`;
}

/** The default of an option as text; empty if it has none. */
function initial(option: Option): string {
  if (option.kind === null || "repeated" in option) return "";
  return option.initial === null ? "" : option.kind.write(option.initial);
}

function defaults(own: string, bare: string): string {
  if (own === "") return "";
  return own === bare
    ? ` (default ${own})`
    : ` (default ${own}; without log: ${bare})`;
}

/** A text in lines of at most 80 columns, with what stands before each. */
function wrapped(text: string, first: string, others: string): string {
  const lines = [];
  let line = first;
  let isEmpty = true;
  for (let word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    // A URL can be longer than a line.
    while (isEmpty && line.length + word.length > COLUMNS) {
      const room = COLUMNS - line.length;
      lines.push(line + word.slice(0, room));
      word = word.slice(room);
      line = others;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
