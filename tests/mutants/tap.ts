import type { Mutant } from "./mutant.ts";

const TAP = ["tests/tap_test.ts"];
const RECORD = ["tests/tap_record_test.ts"];
const LOG = ["tests/cli/log/record_test.ts"];

/** Breaks of the tap, and of the file that it records into. */
export const TAP_MUTANTS: readonly Mutant[] = [
  {
    name: "a client does not learn that its server has closed its stdin",
    file: "cli/tap/tap.ts",
    from: "    if (pumps.in.hasLeft) await client.leaveInput();\n",
    to: "",
    tests: TAP,
  },
  {
    name: "stdin is closed only where it is polled already",
    file: "cli/tap/client.ts",
    from:
      "    if (this.#source === undefined) this.#open();\n    this.#socket?.",
    to: "    this.#socket?.",
    tests: TAP,
  },
  {
    name: "a client reads the end of stdout only when the tap ends",
    file: "cli/tap/tap.ts",
    from: "await client.endOutput();",
    to: "await client.writer.close();",
    tests: TAP,
  },
  {
    name: "Deno's second descriptor of stdout stays open",
    file: "cli/tap/client.ts",
    from:
      "    for (const fd of await otherDescriptors(1)) openSocket(fd)?.destroy();\n",
    to: "",
    tests: TAP,
  },
  {
    name: "the end of stdout is not told to a socket",
    file: "cli/tap/client.ts",
    from: "await new Promise<void>((resolve) => socket.end(() => resolve()));",
    to: "",
    tests: TAP,
  },
  {
    name: "stdout stays non-blocking behind a tap",
    file: "cli/tap/client.ts",
    from: "    this.#restore();\n",
    to: "",
    tests: TAP,
  },
  {
    name: "memory of bytes that are on their way is used again",
    file: "src/process/output_pipe.ts",
    from: "this.#given.length > 2",
    to: "this.#given.length > 0",
    tests: TAP,
  },
  {
    name: "a stderr that nobody reads holds up the end",
    file: "cli/tap/tap.ts",
    from: "    if (await settlesWithin(promise, STDERR_MS)) return;\n",
    to: "    await promise;\n",
    tests: TAP,
  },
  {
    name: "a client that has left is told of as of a process that holds a pipe",
    file: "cli/tap/tap.ts",
    from: "!quiet && !status.drained && !hasLeft",
    to: "!quiet && !status.drained",
    tests: TAP,
  },
  {
    name: "a stdout that is full is not said",
    file: "cli/tap/tap.ts",
    from: "    ...pumps.out.writeTrouble,\n",
    to: "",
    tests: TAP,
  },
  {
    name: "an option without a recording is taken",
    file: "cli/tap/tap_program.ts",
    from: "record === null && given.has(name)",
    to: "false",
    tests: TAP,
  },
  {
    name: "a piece is not recorded",
    file: "cli/tap/tap.ts",
    from: "      recorder?.piece(from, bytes, atMs);\n",
    to: "",
    tests: RECORD,
  },
  {
    name: "the end of a stream is not recorded",
    file: "cli/tap/tap.ts",
    from: "if (!this.hasLeft) recorder?.end(from, performance.now());",
    to: "",
    tests: RECORD,
  },
  {
    name: "the tap ends before its recording is written",
    file: "cli/tap/tap.ts",
    from: "  await recorder?.finish();\n",
    to: "",
    tests: RECORD,
  },
  {
    name: "a file that is there is written over",
    file: "cli/recording/record_file.ts",
    from: "{ createNew: true, write: true, mode: 0o600 }",
    to: "{ create: true, write: true, mode: 0o600 }",
    tests: RECORD,
  },
  {
    name: "everybody can read a recording",
    file: "cli/recording/record_file.ts",
    from: "mode: 0o600",
    to: "mode: 0o644",
    tests: RECORD,
  },
  {
    name: "a file of that name is taken for a pipe",
    file: "cli/recording/record_file.ts",
    from: "return !(await file.stat()).isFile;",
    to: "return true;",
    tests: RECORD,
  },
  {
    name: "what is no file is left for the next number",
    file: "cli/recording/record_file.ts",
    from: "if (await isSpecial(file)) return file;",
    to: "",
    tests: RECORD,
  },
  {
    name: "a key on the command line is in the recording",
    file: "cli/recording/record_file.ts",
    from: "command.map((word) => withoutSecrets(word, settings.redact))",
    to: "command",
    tests: RECORD,
  },
  {
    name: "names that are to be redacted are not",
    file: "cli/tap/tap.ts",
    from: "names: settings.redact.flat(),",
    to: "names: [],",
    tests: RECORD,
  },
  {
    name: "the log does not record what it reads",
    file: "cli/log/follow.ts",
    from: "      recorder?.piece(stream, bytes, atMs);\n",
    to: "",
    tests: LOG,
  },
  {
    name: "an empty recording is left where nothing was started",
    file: "cli/main/parent_program.ts",
    from: "if (record?.isUsed === false) await dropRecord(record);",
    to: "",
    tests: LOG,
  },
];
