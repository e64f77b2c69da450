import type { Mutant } from "./mutant.ts";

const CHANNEL = ["tests/channel/channel_test.ts"];
const JSON_TESTS = ["tests/channel/json_test.ts"];
const REQUESTS = ["tests/channel/requests_test.ts"];
const PARENT = ["tests/channel/parent_channel_test.ts"];

/** Breaks of channels. */
export const CHANNEL_MUTANTS: readonly Mutant[] = [
  {
    name: "-0 travels as 0",
    file: "src/channel/check_json.ts",
    from: "(value !== 0 || 1 / value > 0)",
    to: "true",
    tests: JSON_TESTS,
  },
  {
    name: "an instance of a class travels as a plain object",
    file: "src/channel/check_json.ts",
    from: "if (!isPlain(value)) return false;",
    to: "",
    tests: JSON_TESTS,
  },
  {
    name: "half a number at the end is a number",
    file: "src/channel/json_codecs.ts",
    from: '      if (typeof JSON.parse(text) !== "number") {',
    to: "      if (JSON.parse(text) !== undefined) {",
    tests: JSON_TESTS,
  },
  {
    name: "the beginning of a line is forgotten",
    file: "src/channel/json_codecs.ts",
    from: "      whole = this.#takePart();\n",
    to: "      this.#takePart();\n",
    tests: JSON_TESTS,
  },
  {
    name: "a message that leaves now overtakes those that leave together",
    file: "src/write/queue.ts",
    from: "this.#first !== undefined || this.#batch !== undefined ||",
    to: "this.#first !== undefined ||",
    tests: CHANNEL,
  },
  {
    name: "a message that leaves now has no end of its line",
    file: "src/write/queue.ts",
    from: "    batch.add(ending);\n    this.#shipBatch(batch);",
    to: "    this.#shipBatch(batch);",
    tests: CHANNEL,
  },
  {
    name: "a line of characters above 127 is read as it stands",
    file: "src/channel/json_codecs.ts",
    from: "if (byte > 127 || byte === LF) return undefined;",
    to: "if (byte === LF) return undefined;",
    tests: JSON_TESTS,
  },
  {
    name: "two short lines are one",
    file: "src/channel/json_codecs.ts",
    from: "if (byte > 127 || byte === LF) return undefined;",
    to: "if (byte > 127) return undefined;",
    tests: JSON_TESTS,
  },
  {
    name: "a message that is received one by one is read one by one",
    file: "src/channel/ahead.ts",
    from: "return this.#messages * 2 > AHEAD_MESSAGES ||",
    to: "return this.#messages >= AHEAD_MESSAGES ||",
    tests: ["tests/channel/ahead_test.ts"],
  },
  {
    name: "a line that is not UTF-8 spoils its neighbours",
    file: "src/channel/json_codecs.ts",
    from: "        lines.push(DECODER.decode(line));",
    to: "        lines.push(line);",
    tests: JSON_TESTS,
  },
  {
    name: "a print before a header takes the header with it",
    file: "src/channel/json_codecs.ts",
    from: "found > 0 ? found : cause.header.length",
    to: "cause.header.length",
    tests: JSON_TESTS,
  },
  {
    name: "a length in bytes is taken for one in characters",
    file: "src/channel/json_codecs.ts",
    from: "    if (text.length !== view.length) return undefined;\n",
    to: "",
    tests: JSON_TESTS,
  },
  {
    name: "the headers of a read may claim what they like",
    file: "src/channel/json_codecs.ts",
    from: " || size > this.maxBytes) break;",
    to: ") break;",
    tests: JSON_TESTS,
  },
  {
    name: "each message leaves on its own",
    file: "src/channel/format.ts",
    from: "return writer.queuedBytes === 0 && writer.broken === undefined;",
    to: "return writer.broken === undefined;",
    tests: CHANNEL,
  },
  {
    name: "a wait that was given up takes a message",
    file: "src/channel/inbox.ts",
    from: "        this.#waiting.delete(waiter);\n        clearTimeout",
    to: "        clearTimeout",
    tests: CHANNEL,
  },
  {
    name: "all that arrives is kept, whoever takes it",
    file: "src/channel/channel.ts",
    from: "        if (buffer.isFull) await buffer.room();\n",
    to: "",
    tests: CHANNEL,
  },
  {
    name:
      "nothing is read before a receive, and a full child drops what it wrote",
    file: "src/channel/channel.ts",
    from: "    this.#read();\n    return this.#codec.write(message);",
    to: "    return this.#codec.write(message);",
    tests: JSON_TESTS,
  },
  {
    name: "the status of the child is not waited for",
    file: "src/channel/channel.ts",
    from: "if (await settlesWithin(status, END_WAIT_MS)) {",
    to: "if (await settlesWithin(status, 0)) {",
    tests: REQUESTS,
  },
  {
    name: "a broken stdin of the child leaves requests pending",
    file: "src/channel/channel.ts",
    from: "    this.#writer.closed.catch(async (error) => {",
    to: "    Promise.resolve().catch(async (error) => {",
    tests: REQUESTS,
  },
  {
    name: "a full queue holds back the answers behind it",
    file: "src/channel/requests.ts",
    from: "return !this.#asking.isWaiting && this.#serving.isFull;",
    to: "return this.#serving.isFull;",
    tests: REQUESTS,
  },
  {
    name: "the other side calls what every object has",
    file: "src/channel/serving.ts",
    from: "return Object.hasOwn(this.#handlers, method)",
    to: "return method in this.#handlers",
    tests: REQUESTS,
  },
  {
    name: "a cancel does not reach the handler",
    file: "src/channel/serving.ts",
    from: "    this.#controller?.abort(cancelled());\n  }",
    to: "  }",
    tests: REQUESTS,
  },
  {
    name: "a request that is given up is not cancelled",
    file: "src/channel/asking.ts",
    from:
      '        sendQuietly(this.#send, envelope("$/cancelRequest", { id }));\n',
    to: "",
    tests: REQUESTS,
  },
  {
    name: "one answer of a batch waits for the others before the next runs",
    file: "src/channel/requests.ts",
    from: "return --missing === 0 ? sendQuietly(this.#send, answers) : DONE;",
    to:
      "return --missing === 0 ? sendQuietly(this.#send, answers) : new Promise(() => {});",
    tests: REQUESTS,
  },
  {
    name: "O_NONBLOCK stays on stdout",
    file: "src/channel/polled_pipe.ts",
    from: "    endPolling(socket);\n",
    to: "",
    tests: PARENT,
  },
  {
    name: "console prints on the channel",
    file: "src/channel/parent_channel.ts",
    from: "  for (const name of BY_ERROR) console[name] = console.error;\n",
    to: "",
    tests: PARENT,
  },
  {
    name: "one message that cannot be cloned takes its turn with it",
    file: "src/channel/structured.ts",
    from: "      this.#sendAll(together.slice(half));\n",
    to: "",
    tests: PARENT,
  },
  {
    name: "any version of the other side will do",
    file: "src/channel/structured.ts",
    from: "    if (received !== expected) {",
    to: "    if (received === undefined) {",
    tests: PARENT,
  },
];
