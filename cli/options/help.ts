import type { Group, Option, OptionTable } from "./option.ts";

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
  command: "The command",
  end: "When it ends",
  messages: "Messages",
  child: "The built-in child",
};

/** The text of `--help`, from the table of options; headings can be bold. */
export function help(page: HelpPage, isBold = false): string {
  const { usage, about, examples, table, statuses } = page;
  const heading = (text: string) => isBold ? `\x1b[1m${text}\x1b[22m` : text;
  const section = (title: string, lines: readonly string[]) =>
    `${heading(`${title}:`)}\n${lines.join("\n")}`;
  const options = Object.entries(table);
  const width = Math.max(...options.map((entry) => spelling(entry).length));
  const sections = [
    section("Usage", usage.map((line) => `  ${line}`)),
    wrapped(about, "", ""),
    section("Examples", examples.map((example) => `  ${example}`)),
  ];
  for (const [group, title] of Object.entries(HEADINGS)) {
    const members = options.filter(([, option]) => option.group === group);
    if (members.length === 0) continue;
    sections.push(section(title, members.map((entry) => row(entry, width))));
  }
  if (statuses !== undefined) {
    const rows = statuses.map(([status, meaning]) =>
      wrapped(meaning, `  ${status.padEnd(5)}`, " ".repeat(7))
    );
    sections.push(section("Exit status", rows));
  }
  return sections.join("\n\n") + "\n";
}

/** An option and what it does, in as many lines as that takes. */
function row(entry: [string, Option], width: number): string {
  const text = entry[1].help + initial(entry[1]);
  const start = `  ${spelling(entry).padEnd(width)}  `;
  return wrapped(text, start, " ".repeat(width + 4));
}

function spelling([name, { short, kind }]: [string, Option]): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${kind === null ? "" : ` ${kind.placeholder}`}`;
}

function initial(option: Option): string {
  if (option.kind === null || "repeated" in option) return "";
  if (option.initial === null) return "";
  return ` (default ${option.kind.write(option.initial)})`;
}

/** A text in lines of at most 80 columns, with what stands before each. */
function wrapped(text: string, first: string, others: string): string {
  const lines = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    const isFull = line.length + 1 + word.length > COLUMNS;
    if (!isEmpty && isFull) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
