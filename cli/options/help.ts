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
  /** What the exit statuses mean. */
  readonly statuses?: string;
}

/** The heading of each group, in the order of the page. */
const HEADINGS: Record<Group, string> = {
  cut: "What arrives, and how it is cut",
  line: "What a log line looks like",
  file: "Where the log goes",
  command: "The command",
  end: "When it ends",
  told: "What you are told",
  child: "The child of our own",
};

/** The text of `--help`, all of it from the table of options. */
export function help(page: HelpPage): string {
  const { usage, about, examples, table, statuses } = page;
  const options = Object.entries(table);
  const width = Math.max(...options.map((entry) => spelling(entry).length));
  const lines = [...usage.map((line) => `Usage: ${line}`), about, "Examples:"];
  lines.push(...examples.map((example) => `  ${example}`));
  for (const [group, heading] of Object.entries(HEADINGS)) {
    const members = options.filter(([, option]) => option.group === group);
    if (members.length > 0) lines.push(`${heading}:`);
    for (const entry of members) {
      lines.push(
        `  ${spelling(entry).padEnd(width)}  ${entry[1].help}${
          initial(entry[1])
        }`,
      );
    }
  }
  if (statuses !== undefined) lines.push(`Exit status: ${statuses}`);
  return lines.join("\n") + "\n";
}

function spelling([name, { short, kind }]: [string, Option]): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${kind === null ? "" : ` ${kind.placeholder}`}`;
}

function initial(option: Option): string {
  if (option.kind === null || "repeated" in option) return "";
  if (option.initial === null) return "";
  return ` (${option.kind.write(option.initial)})`;
}
