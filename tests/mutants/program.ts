/** Planted faults of the program: its start, its child, its options. */
import type { Mutant } from "./mutant.ts";

const MAIN = ["tests/main_test.ts"];
const OPTIONS = ["tests/cli/options/options_test.ts"];
const PARSE = ["tests/cli/options/parse_test.ts"];
const JSON_FORMAT = ["tests/cli/formats/json_test.ts"];
const COMPLETIONS = ["tests/cli/completions/completions_test.ts"];
const WITHOUT_CHILD = ["tests/cli/main/without_child_test.ts"];

export const PROGRAM_MUTANTS: readonly Mutant[] = [
  {
    name: "the built-in child outlives its parent",
    file: "child.ts",
    from: "{ ...settings, lifeline: true }",
    to: "settings",
    tests: MAIN,
  },
  {
    name: "the built-in child gets our own stdin",
    file: "cli/main/launch.ts",
    from: `{ ...startOptions(asked), stdin: "piped" }`,
    to: `{ ...startOptions(asked), stdin: "inherit" }`,
    tests: MAIN,
  },
  {
    name: "the built-in child counts the characters of a header, not its bytes",
    file: "child.ts",
    from: "const { length } = encoder.encode(message);",
    to: "const { length } = `${message} `;",
    tests: OPTIONS,
  },
  {
    name: "the built-in child writes the size of a frame the other way round",
    file: "child.ts",
    from: "setUint32(0, payload.length)",
    to: "setUint32(0, payload.length, true)",
    tests: OPTIONS,
  },
  {
    name: "a compiled program starts a module",
    file: "cli/main/launch.ts",
    from: "return isCompiled\n",
    to: "return false\n",
    tests: MAIN,
  },
  {
    name: "without arguments, the grace of a stop is not that of the options",
    file: "cli/main/launch.ts",
    from: `graceMs: asked["kill-after"] }`,
    to: `graceMs: asked["kill-after"] ?? 1000 }`,
    tests: MAIN,
  },
  {
    name: "the help is as wide as it likes",
    file: "cli/main/program.ts",
    from: "const COLUMNS = 80;",
    to: "const COLUMNS = 120;",
    tests: MAIN,
  },
  {
    name: "headings are bold in a pipe as well",
    file: "cli/main/program.ts",
    from: "Deno.stdout.isTerminal() && !Deno.noColor",
    to: "!Deno.noColor",
    tests: MAIN,
  },
  {
    name: "a group is asked for where the system has none",
    file: "cli/options/parent.ts",
    from: `os === "windows",\n    as: "Windows has no process groups"`,
    to: `os === "darwin",\n    as: "Windows has no process groups"`,
    tests: PARSE,
  },
  {
    name: "a wrong local time is not said",
    file: "cli/main/parent_program.ts",
    from: "if (warning !== null) await talk(warning);",
    to: "",
    tests: OPTIONS,
  },
  {
    name: "what is said is not behind the label",
    file: "cli/main/parent_program.ts",
    from: "    talkAs(settings.label);\n",
    to: "",
    tests: OPTIONS,
  },
  {
    name: "log keeps its own frames beside --format raw",
    file: "cli/options/parent.ts",
    from: "  if (!isRaw(settings)) return settings;",
    to: "  if (settings) return settings;",
    tests: OPTIONS,
  },
  {
    name: "an operand behind -- is a command",
    file: "cli/options/parse.ts",
    from: "  if (operands.length > 0) words.push(...rest ?? []);\n",
    to: "",
    tests: PARSE,
  },
  {
    name: "help needs the operands",
    file: "cli/options/parse.ts",
    from: "if (missing === undefined || isHelp) return;",
    to: "if (missing === undefined) return;",
    tests: PARSE,
  },
  {
    name: "UTC is called a wrong local time",
    file: "cli/main/parent_program.ts",
    from: "offset === null || /^[+-]0000$/.test(offset)",
    to: "offset === null",
    tests: OPTIONS,
  },
  {
    name: "a TERM that cannot be read is a failure",
    file: "cli/formats/formats.ts",
    from: "    return true; // Deno cannot",
    to: "    throw new Error(); // Deno cannot",
    tests: OPTIONS,
  },
  {
    name: "the base64 of a large slice lacks its last byte",
    file: "cli/formats/json.ts",
    from: "bytes.subarray(from, to).toBase64()",
    to: "bytes.subarray(from, to - 1).toBase64()",
    tests: JSON_FORMAT,
  },
  {
    name: "zsh is left alone with compdef",
    file: "cli/completions/zsh.ts",
    from: "elif (( ! $+functions[compdef] )); then",
    to: "elif false; then",
    tests: COMPLETIONS,
  },
  {
    name: "process 1 reads a recording and hears no signal",
    file: "cli/main/without_child.ts",
    from: "if (endsByThem && Deno.pid === 1) {",
    to: "if (false) {",
    tests: WITHOUT_CHILD,
  },
  {
    name: "a debugger stays open where there is no child",
    file: "cli/main/without_child.ts",
    from: "async () => (await load()).closeDebugger()",
    to: "async () => {}",
    tests: WITHOUT_CHILD,
  },
];
