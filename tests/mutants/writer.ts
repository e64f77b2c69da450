import type { Mutant } from "./mutant.ts";

const WRITER = ["tests/writer_test.ts"];
/** Real pipes and terminals, read slowly: half a minute. */
const STDOUT = ["tests/stdout_writer_test.ts"];

/** Breaks of the writer and of what is below it. */
export const WRITER_MUTANTS: readonly Mutant[] = [
  {
    name: "a piece that Deno keeps is written again",
    file: "src/_stdout_sink.ts",
    from: "        if (isKept) rest = EMPTY;\n",
    to: "",
    tests: STDOUT,
  },
  {
    name: "a piece that Deno keeps counts as far as the last write says",
    file: "src/_stdout_sink.ts",
    from: "return isKept ? piece.length : count;",
    to: "return count;",
    tests: STDOUT,
  },
  {
    name: "a large piece does not make sure that stdout blocks",
    file: "src/_stdout_sink.ts",
    from: "        keepBlocking();\n",
    to: "",
    tests: STDOUT,
  },
  {
    name: "a pipe that would block is taken for one of ours",
    file: "src/_stdout_sink.ts",
    from: "this.#isExact = this.#wouldBlock || !await becomesBlocking();",
    to: "this.#isExact = !await becomesBlocking();",
    tests: STDOUT,
  },
  {
    name: "large pieces are written although stdout may not block",
    file: "src/_stdout_sink.ts",
    from: "this.#isExact = this.#wouldBlock || !await becomesBlocking();",
    to: "this.#isExact = false;",
    tests: STDOUT,
  },
  {
    name: "a terminal is taken for a pipe",
    file: "src/_stdout_sink.ts",
    from: "const isAtomic = !Deno.stdout.isTerminal();",
    to: "const isAtomic = true;",
    tests: STDOUT,
  },
  {
    name: "a part of a large piece that was not taken is lost",
    file: "src/_stdout_sink.ts",
    from: "start += await Deno.stdout.write(bytes.subarray(start));",
    to:
      "await Deno.stdout.write(bytes.subarray(start));\n        start = bytes.length;",
    tests: STDOUT,
  },
  {
    name: "an exact piece is longer than what a pipe takes whole",
    file: "src/_stdout_pieces.ts",
    from: "const PIPE_BUF_BYTES = 4096;",
    to: "const PIPE_BUF_BYTES = 5096;",
    tests: STDOUT,
  },
  {
    name: "Deno is thought to keep more than it does",
    file: "src/_stdout_pieces.ts",
    from: "const LINE_WRITER_BYTES = 1024;",
    to: "const LINE_WRITER_BYTES = 1026;",
    tests: STDOUT,
  },
  {
    name: "a pipe that is stderr as well is taken for ours",
    file: "src/_stdout_descriptor.ts",
    from: "    if (out.ino === err.ino && out.dev === err.dev) return false;\n",
    to: "",
    tests: STDOUT,
  },
  {
    name: "a terminal is thought to block",
    file: "src/_stdout_descriptor.ts",
    from: "return !Deno.stdout.isTerminal();",
    to: "return true;",
    tests: STDOUT,
  },
  {
    name: "a socket is set to blocking",
    file: "src/_stdout_descriptor.ts",
    from: "    if (!out.isFIFO()) return false;\n",
    to: "",
    tests: STDOUT,
  },
  {
    name: "a pipe of ours is not set to blocking",
    file: "src/_stdout_descriptor.ts",
    from: "pipe._handle?.setBlocking(true) === 0;",
    to: "pipe._handle !== undefined;",
    tests: STDOUT,
  },
  {
    name: "a chunk that a stream keeps is written over",
    file: "src/_write_batch.ts",
    from: "return buffer.slice(0, used);",
    to: "return buffer.subarray(0, used);",
    tests: WRITER,
  },
  {
    name: "a text has room for a byte per character",
    file: "src/_write_batch.ts",
    from: "text.length * 3 >",
    to: "text.length * 1 >",
    tests: WRITER,
  },
  {
    name: "a batch is used again before it was accepted",
    file: "src/_write_batch.ts",
    from:
      "    this.#buffer = undefined;\n    this.#room = NO_ROOM;\n    this.#used = 0;\n    if",
    to: "    this.#used = 0;\n    if",
    tests: WRITER,
  },
  {
    name: "a piece follows one that failed",
    file: "src/_write_queue.ts",
    from: "          if (this.#error !== undefined) throw this.#error;\n",
    to: "",
    tests: WRITER,
  },
  {
    name: "a batch goes on after the stream broke",
    file: "src/_write_queue.ts",
    from: "            this.#onBreak();\n",
    to: "",
    tests: WRITER,
  },
  {
    name: "a reader that left is told as any failure",
    file: "src/_write_queue.ts",
    from: "    return new BrokenPipeError({ cause: error });\n",
    to: "    return error;\n",
    tests: WRITER,
  },
  {
    name: "a rejection that nobody awaits ends the program",
    file: "src/_write_queue.ts",
    from: "  promise.catch(() => {});\n",
    to: "",
    tests: WRITER,
  },
  {
    name: "the queue gives two pieces at a time",
    file: "src/_write_queue.ts",
    from: "if (!this.#isRunning) this.#run();",
    to: "this.#run();",
    tests: WRITER,
  },
  {
    name: "a large write overtakes small ones",
    file: "src/writer.ts",
    from:
      "      this.#ship();\n      return this.#give(this.#queue.push(bytes));",
    to: "      return this.#give(this.#queue.push(bytes));",
    tests: WRITER,
  },
  {
    name: "one who awaits is never stopped",
    file: "src/writer.ts",
    from:
      "const before = this.#queue.isBusy ? this.#give(this.#queue.last) : DONE;",
    to: "const before = DONE;",
    tests: WRITER,
  },
  {
    name: "a large write is copied into a batch",
    file: "src/writer.ts",
    from: "return bytes.length < LARGE_BYTES && this.#batch.add(bytes)",
    to: "return this.#batch.add(bytes)",
    tests: WRITER,
  },
  {
    name: "two batches share a frame",
    file: "src/writer.ts",
    from:
      "    if (bytes < LARGE_BYTES && !this.#batch.fits(bytes)) this.#ship();\n",
    to: "",
    tests: WRITER,
  },
  {
    name: "a large frame resolves with its small last piece",
    file: "src/writer.ts",
    from: "if (room !== DONE) written = room;",
    to: "written = room;",
    tests: WRITER,
  },
  {
    name: "close leaves the last batch behind",
    file: "src/writer.ts",
    from: "    this.#ship();\n    const flushed",
    to: "    const flushed",
    tests: WRITER,
  },
  {
    name: "small writes leave one by one",
    file: "src/writer.ts",
    from: "    if (!this.#batch.isEmpty && this.#queue.isBusy) {",
    to: "    if (this.#batch.isEmpty) {",
    tests: WRITER,
  },
  {
    name: "a write after close is taken",
    file: "src/writer.ts",
    from: "    this.#batch.drop();\n    try",
    to: "    try",
    tests: WRITER,
  },
];
