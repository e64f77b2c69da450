import type { Mutant } from "./mutant.ts";

const FOLLOW = ["tests/cli/log/follow_test.ts"];
const OPTIONS = ["tests/cli/options/options_test.ts"];
const FILE = ["tests/cli/log/log_file_test.ts"];
const END = ["tests/cli/log/wait_for_end_test.ts"];

/** Breaks of the log, its file and its end. */
export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: "two pipes take no turns",
    file: "cli/log/follow.ts",
    from: "return this.#options.isShared ? this.#log.turn(write) : write();",
    to: "return write();",
    tests: FOLLOW,
  },
  {
    name: "what is collected during a write has no limit",
    file: "cli/log/log.ts",
    from: "this.#isWriting && (isFull || this.#hasFailed)",
    to: "this.#isWriting && this.#hasFailed",
    tests: FOLLOW,
  },
  {
    name: "what was collected during a write does not leave after it",
    file: "cli/log/log.ts",
    from: "      this.#isWriting = false;\n      this.#sendNow();\n",
    to: "      this.#isWriting = false;\n",
    tests: FOLLOW,
  },
  {
    name: "a turn does not wait for the one before",
    file: "cli/log/log.ts",
    from: "    await before;\n",
    to: "",
    tests: FOLLOW,
  },
  {
    name: "the last line without an end has the time of its bytes",
    file: "cli/log/follow.ts",
    from: "    this.last = this.#options.clock.now(this.#options.stream);\n",
    to: "",
    tests: FOLLOW,
  },
  {
    name: "an observer that fails fails the log",
    file: "cli/log/follow.ts",
    from: "    } catch {\n      this.#observer = null;",
    to: "    } catch (error) {\n      throw error;",
    tests: FOLLOW,
  },
  {
    name: "what is left in the reader when a pipe fails is not logged",
    file: "cli/log/follow.ts",
    from:
      "  const rest = log.canLog ? pipe.reader.tryRead(MAX_READ_BYTES) : undefined;",
    to: "  const rest = undefined as Uint8Array | undefined;",
    tests: FOLLOW,
  },
  {
    name: "a limit cuts inside a character",
    file: "cli/log/delimited_frames.ts",
    from: "    return isCut ? at : to;",
    to: "    return to;",
    tests: OPTIONS,
  },
  {
    name: "a byte that belongs to no character moves the cut",
    file: "cli/log/delimited_frames.ts",
    from: "decodeAt(bytes, at, Math.min(at + 4, end)) !== INVALID",
    to: "true",
    tests: OPTIONS,
  },
  {
    name: "a CR before LF is a byte of the line",
    file: "cli/log/delimited_frames.ts",
    from: "const last = hasReturn ? end - 1 : end;",
    to: "const last = end;",
    tests: OPTIONS,
  },
  {
    name: "a CR at the end of the stream is no byte of the line",
    file: "cli/log/delimited_frames.ts",
    from: 'this.#isText && ending !== "stream" && end > start',
    to: "this.#isText && end > start",
    tests: OPTIONS,
  },
  {
    name: "a line that was cut is taken for broken JSON",
    file: "cli/log/delimited_frames.ts",
    from: "if (this.#checksJson && !this.#isCut) {",
    to: "if (this.#checksJson) {",
    tests: OPTIONS,
  },
  {
    name: "a blank line is broken JSON",
    file: "cli/log/delimited_frames.ts",
    from: 'if (text.trim() !== "") JSON.parse(text);',
    to: "JSON.parse(text);",
    tests: OPTIONS,
  },
  {
    name: "a BOM at the start is broken JSON",
    file: "cli/log/delimited_frames.ts",
    from:
      '    if (isFirst && text.startsWith("\\ufeff")) text = text.slice(1);\n',
    to: "",
    tests: OPTIONS,
  },
  {
    name: "a signal after the command's end ends the program",
    file: "cli/log/log_child.ts",
    from: "  holdSignals();\n",
    to: "",
    tests: END,
  },
  {
    name: "a signal after the command's end has no effect on a stuck reader",
    file: "cli/log/wait_for_end.ts",
    from: "holdSignals(() => resolve())",
    to: "holdSignals(() => resolve).name",
    tests: END,
  },
  {
    name: "a limit of time does not end the wait for a stuck reader",
    file: "cli/log/wait_for_end.ts",
    from: "isTimedOut(status) || ",
    to: "",
    tests: END,
  },
  {
    name: "a new file of a rotation is opened through a link",
    file: "cli/log/file/rotate.ts",
    from: "      createNew: true,\n",
    to: "      create: true,\n",
    tests: FILE,
  },
  {
    name: "a second program that rotates the file is not seen",
    file: "cli/log/file/rotate.ts",
    from: "    if (!await tryLock(this.#file, rotates)) return false;\n",
    to: "",
    tests: FILE,
  },
  {
    name: "a program that appends rotates another one's lines away",
    file: "cli/log/file/rotate.ts",
    from: "tryLock(this.#file, rotates)",
    to: "tryLock(this.#file, false)",
    tests: FILE,
  },
  {
    name: "a program in the middle of a rotation is not seen",
    file: "cli/log/file/rotate.ts",
    from: "      return await tryLock(before);",
    to: "      return true;",
    tests: FILE,
  },
  {
    name: "the file after a rotation is not locked",
    file: "cli/log/file/rotate.ts",
    from: "n < LOCK_TRIES && !await tryLock(file)",
    to: "n < 0",
    tests: FILE,
  },
  {
    name: "each rotation looks at all numbers",
    file: "cli/log/file/rotate.ts",
    from: "  return Math.min(free + 1, keep);",
    to: "  return 1;",
    tests: FILE,
  },
];
