import type { Mutant } from "./mutant.ts";

const TIME = ["tests/cli/summary/time_line_test.ts"];
const SUMMARY = ["tests/cli/summary/summary_test.ts"];
const STATISTICS = ["tests/cli/summary/statistics_test.ts"];
const REMEDY = ["tests/cli/summary/remedy_test.ts"];
const DIAGNOSIS = ["tests/cli/summary/diagnosis_test.ts"];
const PROGRESS = ["tests/cli/stderr/progress_test.ts"];
const REPORTER = ["tests/cli/stderr/reporter_test.ts"];

/** Breaks of the summary, the live line and what is said on stderr. */
export const SUMMARY_MUTANTS: readonly Mutant[] = [
  {
    name: "half of the bytes are lost where the buckets double",
    file: "cli/summary/time_line.ts",
    from: "bytes[n] = bytes[2 * n]! + bytes[2 * n + 1]!;",
    to: "bytes[n] = bytes[2 * n]!;",
    tests: TIME,
  },
  {
    name: "the buckets behind the half keep their bytes",
    file: "cli/summary/time_line.ts",
    from: "    bytes.fill(0, half);\n",
    to: "",
    tests: TIME,
  },
  {
    name: "what came at the very end is in no column",
    file: "cli/summary/time_line.ts",
    from: "columns[Math.min(column, count - 1)]! += bytes;",
    to: "columns[column]! += bytes;",
    tests: TIME,
  },
  {
    name: "a column is as high as its bytes, not as their logarithm",
    file: "cli/summary/time_line.ts",
    from: "(TOP - 1) * Math.log(bytes) / Math.log(most)",
    to: "(TOP - 1) * bytes / most",
    tests: TIME,
  },
  {
    name: "the logarithm of 1 divides",
    file: "cli/summary/time_line.ts",
    from: "  if (bytes >= most) return TOP;\n",
    to: "",
    tests: TIME,
  },
  {
    name: "a silence before the first byte begins when it was waited for",
    file: "cli/summary/statistics.ts",
    from: "const sinceMs = isFirst ? 0 : fromMs;",
    to: "const sinceMs = fromMs;",
    tests: STATISTICS,
  },
  {
    name: "the time until the program is ready is a silence of the child",
    file: "cli/summary/statistics.ts",
    from: "this.#lastMs === 0 && untilMs - fromMs >= MIN_SILENCE_MS;",
    to: "this.#lastMs === 0;",
    tests: STATISTICS,
  },
  {
    name: "a few reads have a histogram",
    file: "cli/summary/summary.ts",
    from: "distribution.count < MIN_PLOTTED || octaves.length < 2",
    to: "octaves.length < 2",
    tests: SUMMARY,
  },
  {
    name: "one column is a histogram",
    file: "cli/summary/summary.ts",
    from: "distribution.count < MIN_PLOTTED || octaves.length < 2",
    to: "distribution.count < MIN_PLOTTED",
    tests: SUMMARY,
  },
  {
    name: "a fiftieth of the time is a silence",
    file: "cli/summary/summary.ts",
    from: "    .filter(({ lengthMs }) => lengthMs >= durationMs * MIN_SHARE)\n",
    to: "",
    tests: SUMMARY,
  },
  {
    name: "a silence is told in one line, however narrow the terminal is",
    file: "cli/summary/summary.ts",
    from: "if (left >= MIN_NEXT_COLUMNS) {",
    to: "if (left > -80) {",
    tests: SUMMARY,
  },
  {
    name: "the summary is wider than the terminal",
    file: "cli/stderr/reporter.ts",
    from: "Math.min(MAX_COLUMNS, terminalColumns())",
    to: "MAX_COLUMNS",
    tests: REPORTER,
  },
  {
    name: "what is said has no label",
    file: "cli/stderr/talk.ts",
    from: "return show(errorLine(prefix + sentence));",
    to: "return show(errorLine(sentence));",
    tests: REPORTER,
  },
  {
    name: "the live line does not say that nothing comes",
    file: "cli/stderr/reporter.ts",
    from: "const pace = silentMs >= SILENT_MS",
    to: "const pace = silentMs < 0",
    tests: PROGRESS,
  },
  {
    name: "a label acts on the terminal of the live line",
    file: "cli/stderr/reporter.ts",
    from: "cutTo(escapeText(label), LABEL_COLUMNS)",
    to: "cutTo(label, LABEL_COLUMNS)",
    tests: PROGRESS,
  },
  {
    name: "the live line is one column too wide",
    file: "cli/stderr/reporter.ts",
    from: "const room = columns - columnsOf(text) - 2;",
    to: "const room = columns - columnsOf(text) - 1;",
    tests: PROGRESS,
  },
  {
    name: "an argument of a Python script is taken for one of Python",
    file: "cli/summary/remedy.ts",
    from: "const options = args.slice(0, end < 0 ? undefined : end);",
    to: "const options = args;",
    tests: [...REMEDY, ...DIAGNOSIS],
  },
  {
    name: "a loop of a shell is taken for a pipeline",
    file: "cli/summary/remedy.ts",
    from: "    if (KEYWORDS.has(word)) return null;\n",
    to: "",
    tests: REMEDY,
  },
  {
    name: "a list of commands is taken for a pipeline",
    file: "cli/summary/remedy.ts",
    from: 'MORE.test(plain.replaceAll(/[<>]&\\d/g, "")) ? null : stages',
    to: "plain === script ? null : stages",
    tests: REMEDY,
  },
  {
    name: "the value of an option of env is taken for the program",
    file: "cli/summary/remedy.ts",
    from: "valued.includes(command[next]!) ? 2 : 1",
    to: "1",
    tests: REMEDY,
  },
  {
    name: "what came from a terminal is taken for held output",
    file: "cli/stderr/reporter.ts",
    from: "const piped = isOnTerminal ? null : command;",
    to: "const piped = isOnTerminal ? command : command;",
    tests: REPORTER,
  },
  {
    name: "a log that is stuck is taken for a silence of the child",
    file: "cli/log/follow.ts",
    from:
      "      if (found !== null) this.#observe((observer) => observer.resume(stream));\n",
    to: "",
    tests: REPORTER,
  },
  {
    name: "a command line to copy is broken",
    file: "cli/stderr/reporter.ts",
    from: 'const [said = "", ...commands] = sentence.split("\\n");',
    to: "const [said, commands] = [sentence, [] as string[]];",
    tests: ["tests/cli/summary/remedies_test.ts"],
  },
];
