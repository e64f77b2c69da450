import { CHILD_TABLE } from "../../../cli/child/child_program.ts";
import {
  count,
  duration,
  file,
  flag,
  oneOf,
  PROGRAM_OPTIONS,
  repeated,
  size,
  text,
  UsageError,
  valued,
  withDefaults,
} from "../../../cli/options/option.ts";
import { checkSettings, PARENT_OPTIONS } from "../../../cli/options/parent.ts";
import { parse } from "../../../cli/options/parse.ts";
import {
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../support/std_assert.ts";

const TABLE = {
  slice: valued(size(1, 1024 ** 2), 32, {
    short: "s",
    group: "cut",
    help: "size",
  }),
  fill: flag({ group: "cut", help: "fill" }),
  lines: flag({ short: "l", group: "cut", help: "lines" }),
  count: valued(count(1), null, { short: "n", group: "end", help: "count" }),
  timeout: valued(duration(1), null, { group: "end", help: "timeout" }),
  format: valued(oneOf("NAME", ["seed", "raw"]), "seed", {
    short: "f",
    group: "line",
    help: "format",
  }),
  env: repeated(oneOf("NAME", ["A=1", "B=2"]), {
    short: "E",
    group: "command",
    help: "env",
  }),
  label: valued(text("NAME"), null, { group: "line", help: "label" }),
};

const INITIAL = {
  slice: 32,
  fill: false,
  lines: false,
  count: null,
  timeout: null,
  format: "seed",
  env: [],
  label: null,
};

const READ = [
  { args: [], settings: {}, command: null },
  { args: ["--slice=64K"], settings: { slice: 65536 } },
  { args: ["--slice", "1M"], settings: { slice: 1048576 } },
  { args: ["-s64K"], settings: { slice: 65536 } },
  { args: ["-s", "5"], settings: { slice: 5 } },
  { args: ["-s=5"], settings: { slice: 5 } },
  { args: ["-ls", "5"], settings: { lines: true, slice: 5 } },
  { args: ["-ln3"], settings: { lines: true, count: 3 } },
  { args: ["--slice=4", "--slice=5"], settings: { slice: 5 } },
  { args: ["--timeout=1.5m"], settings: { timeout: 90_000 } },
  { args: ["--timeout", "2"], settings: { timeout: 2000 } },
  { args: ["--timeout", "500ms"], settings: { timeout: 500 } },
  { args: ["--timeout=.5"], settings: { timeout: 500 } },
  { args: ["--timeout=.25s"], settings: { timeout: 250 } },
  { args: ["-E", "A=1", "-E", "B=2"], settings: { env: ["A=1", "B=2"] } },
  {
    args: ["--fill", "--", "echo"],
    settings: { fill: true },
    command: ["echo"],
  },
  {
    args: ["--", "echo", "--slice=4", "--", "-x"],
    settings: {},
    command: ["echo", "--slice=4", "--", "-x"],
  },
  { args: ["--", ""], settings: {}, command: [""] },
];

Deno.test("a command line is read by its table", async () => {
  for (const { args, settings, command = null } of READ) {
    assertEquals(
      { args, ...await parse(args, TABLE) },
      {
        args,
        settings: { ...INITIAL, ...settings } as never,
        given: new Set(Object.keys(settings)) as never,
        command: command as never,
        operands: [],
      },
    );
  }
});

const OPERANDS = [
  { args: ["a.jsonl"], operands: ["a.jsonl"] },
  { args: ["-"], operands: ["-"] },
  { args: ["-l", "false"], operands: ["false"], settings: { lines: true } },
  { args: ["a", "-s", "5"], operands: ["a"], settings: { slice: 5 } },
  { args: ["--slice", "5", "a"], operands: ["a"], settings: { slice: 5 } },
  { args: ["-ls", "5", "a"], settings: { lines: true, slice: 5 } },
  { args: ["-ls5", "--", "-l"], operands: ["-l"] },
  { args: ["--", "--"], operands: ["--"] },
];

Deno.test("an operand stands before, between or after the options, and behind --", async () => {
  for (const { args, operands = ["a"], settings } of OPERANDS) {
    const line = await parse(args, TABLE, ["FILE"]);
    assertEquals(
      { args, operands: line.operands, command: line.command },
      { args, operands, command: null },
    );
    const expected = { ...INITIAL, ...settings };
    if (settings !== undefined) {
      assertEquals({ args, ...line.settings }, { args, ...expected } as never);
    }
  }
});

Deno.test("an operand too many or missing is refused, but not in front of help", async () => {
  const table = {
    ...PROGRAM_OPTIONS,
    only: flag({ group: "line", help: "only" }),
  };
  const says = async (args: string[]) => {
    const parsed = parse(args, table, ["FILE"]);
    return (await assertRejects(() => parsed, UsageError)).message;
  };
  const missing =
    "Cannot go on as FILE is missing, the path of a recording: see --help";
  const extra = 'Cannot take "b" as this program takes only FILE: see --help';
  assertEquals(await says([]), missing);
  assertEquals(await says(["--only"]), missing);
  assertEquals(await says(["--"]), missing);
  assertEquals(await says(["a", "b"]), extra);
  assertEquals(await says(["a", "--only", "--", "b"]), extra);
  assertEquals(
    await says(["a", "--onli"]),
    'Cannot take "--onli" as there is no such option: did you mean --only?',
  );
  for (const args of [["-h"], ["--version"]]) {
    assertEquals((await parse(args, table, ["FILE"])).operands, []);
  }
});

Deno.test("a file that may be stdin or stdout takes -, another one does not", async () => {
  const table = {
    to: valued(file("FILE", { takesDash: true }), null, {
      short: "o",
      group: "file",
      help: "to",
    }),
    log: valued(file("FILE"), null, { group: "file", help: "log" }),
  };
  for (const args of [["--to=-"], ["--to", "-"], ["-o-"], ["-o", "-"]]) {
    const { settings: { to } } = await parse(args, table);
    assertEquals({ args, to }, { args, to: "-" });
  }
  for (const args of [["--log=-"], ["--log", "-"]]) {
    await assertRejects(() => parse(args, table), UsageError);
  }
});

Deno.test("another program has the same options with defaults of its own", async () => {
  const table = withDefaults(TABLE, { slice: 64, label: "web" });
  const { settings } = await parse(["-f", "raw"], table);
  const expected = { ...INITIAL, slice: 64, label: "web", format: "raw" };
  assertEquals(settings, expected as never);
  assertEquals(TABLE.slice.initial, 32);
});

Deno.test("an option is given also with the value that it has anyway", async () => {
  const args = ["-s32", "--format", "seed", "--", "--fill"];
  const { given } = await parse(args, TABLE);
  assertEquals([...given], ["slice", "format"]);
});

const SLICE = "it takes a size from 1 to 1M, such as 32, 64K or 1M";

const REFUSED = [
  {
    args: ["--slice=0"],
    says: `Cannot take --slice as ${SLICE}: current value is "0"`,
  },
  {
    args: ["--slice=-1"],
    says: `Cannot take --slice as ${SLICE}: current value is "-1"`,
  },
  {
    args: ["--slice=NaN"],
    says: `Cannot take --slice as ${SLICE}: current value is "NaN"`,
  },
  {
    args: ["--slice=1.5"],
    says: `Cannot take --slice as ${SLICE}: current value is "1.5"`,
  },
  {
    args: ["--slice=1e3"],
    says: `Cannot take --slice as ${SLICE}: current value is "1e3"`,
  },
  {
    args: ["--slice=0x10"],
    says: `Cannot take --slice as ${SLICE}: current value is "0x10"`,
  },
  {
    args: ["--slice= 4"],
    says: `Cannot take --slice as ${SLICE}: current value is " 4"`,
  },
  {
    args: ["--slice=2M"],
    says: `Cannot take --slice as ${SLICE}: current value is "2M"`,
  },
  {
    args: ["--slice=99999999999999999999"],
    says:
      `Cannot take --slice as ${SLICE}: current value is "99999999999999999999"`,
  },
  {
    args: ["--slice"],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE`,
  },
  {
    args: ["--slice", "-1"],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE, and "-1" follows`,
  },
  {
    args: ["--slice="],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE`,
  },
  {
    args: ["--slice", ""],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE`,
  },
  {
    args: ["-ls"],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE`,
  },
  {
    args: ["-s", "-1"],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE, and "-1" follows`,
  },
  {
    args: ["-ls", "--fill"],
    says:
      `Cannot take --slice as it needs a value: ${SLICE}, as in --slice=SIZE, and "--fill" follows`,
  },
  {
    args: ["--label", "-x"],
    says:
      `Cannot take --label as it needs a value: it takes a text, as in --label=NAME, and "-x" follows: write --label=-x`,
  },
  {
    args: ["--slize=3"],
    says:
      `Cannot take "--slize" as there is no such option: did you mean --slice?`,
  },
  {
    args: ["--formt", "raw"],
    says:
      `Cannot take "--formt" as there is no such option: did you mean --format?`,
  },
  {
    args: ["--zzzzzz"],
    says: `Cannot take "--zzzzzz" as there is no such option: see --help`,
  },
  {
    args: ["--__proto__=1"],
    says: `Cannot take "--__proto__" as there is no such option: see --help`,
  },
  {
    args: ["--slice.x=1"],
    says:
      `Cannot take "--slice.x" as there is no such option: did you mean --slice?`,
  },
  {
    args: ["--no-fill"],
    says: `Cannot take "--no-fill" as there is no such option: see --help`,
  },
  {
    args: ["--no-format"],
    says: `Cannot take "--no-format" as there is no such option: see --help`,
  },
  {
    args: ["--fill=maybe"],
    says: `Cannot take --fill as it takes no value: current value is "maybe"`,
  },
  {
    args: ["--fill", "false"],
    says:
      `Cannot take "false" as it is not an option: a command goes after --, as in: -- false`,
  },
  {
    args: ["-x"],
    says: `Cannot take "-x" as there is no such option: see --help`,
  },
  {
    args: ["-lx"],
    says: `Cannot take "-x" as there is no such option: see --help`,
  },
  {
    args: ["echo"],
    says:
      `Cannot take "echo" as it is not an option: a command goes after --, as in: -- echo`,
  },
  {
    args: [""],
    says:
      `Cannot take "" as it is not an option: a command goes after --, as in: -- `,
  },
  {
    args: ["-"],
    says:
      `Cannot take "-" as it is not an option: a command goes after --, as in: -- -`,
  },
  {
    args: ["--format=RAW"],
    says:
      `Cannot take --format as it takes one of seed, raw: current value is "RAW"`,
  },
  {
    args: ["--count=0"],
    says:
      `Cannot take --count as it takes a whole number from 1 up: current value is "0"`,
  },
  {
    args: ["--timeout=."],
    says:
      `Cannot take --timeout as it takes a duration from 1ms to 596h, such as 500ms, 2s or 1.5m: current value is "."`,
  },
  {
    args: ["--timeout=0"],
    says:
      `Cannot take --timeout as it takes a duration from 1ms to 596h, such as 500ms, 2s or 1.5m: current value is "0"`,
  },
  {
    args: ["--timeout=999h"],
    says:
      `Cannot take --timeout as it takes a duration from 1ms to 596h, such as 500ms, 2s or 1.5m: current value is "999h"`,
  },
  {
    args: ["--timeout=5d"],
    says:
      `Cannot take --timeout as it takes a duration from 1ms to 596h, such as 500ms, 2s or 1.5m: current value is "5d"`,
  },
  { args: ["--"], says: "Cannot start a command as none follows --" },
];

Deno.test("what is unknown or out of range is refused in one sentence", async () => {
  for (const { args, says } of REFUSED) {
    const error = await assertRejects(() => parse(args, TABLE), UsageError);
    assertEquals({ args, says: error.message }, { args, says });
  }
});

const GUESSES: [word: string, hint: string][] = [
  ["out", "did you mean --output?"],
  ["sum", "did you mean --summary?"],
  ["comp", "did you mean --completions?"],
  ["max", "did you mean --max-frame or --max-size?"],
  ["environ", "did you mean --env?"],
  ["timeouts", "did you mean --timeout?"],
  ["time-out", "did you mean --timeout?"],
  ["hex", "did you mean --format=hex?"],
  ["iso", "did you mean --time=iso?"],
  ["json", "did you mean --frame=json or --format=json?"],
  ["raw=1", "did you mean --format=raw?"],
  ["formt", "did you mean --format?"],
  ["cuont", "did you mean --count?"],
  ["cdw", "did you mean --cwd?"],
  ["pid", "see --help"],
  ["tac", "see --help"],
  ["c", "see --help"],
  ["=x", "see --help"],
  ["no-progress", "see --help"],
];

Deno.test("what was probably meant is named, and no more than that", async () => {
  for (const [word, hint] of GUESSES) {
    const { message } = await assertRejects(
      () => parse([`--${word}`], PARENT_OPTIONS),
      UsageError,
    );
    assertEquals({ word, hint: message.replace(/^.*?: /, "") }, { word, hint });
  }
});

Deno.test("where a recording is written, an output is meant to be it", async () => {
  const table = {
    ...PROGRAM_OPTIONS,
    record: valued(file("FILE"), null, { group: "record", help: "record" }),
  };
  for (const args of [["-o", "x"], ["--output", "x"], ["--output=x"]]) {
    const { message } = await assertRejects(
      () => parse(args, table),
      UsageError,
    );
    const hint = message.replace(/^.*?: /, "");
    assertEquals({ args, hint }, { args, hint: "did you mean --record?" });
  }
});

Deno.test("a word that is an option and a value is both where it has none", async () => {
  const args = ["--text", "--", "ls"];
  const { message } = await assertRejects(() => parse(args, PARENT_OPTIONS));
  assertEquals(
    message,
    "Cannot take --text as it needs a value: it takes a text, as in --text=TEXT; did you mean --format=text?",
  );
});

Deno.test("a program that starts no command does not ask for one", async () => {
  const { message } = await assertRejects(() => parse(["foo"], CHILD_TABLE));
  assertEquals(
    message,
    'Cannot take "foo" as this program takes only options: see --help',
  );
});

Deno.test("a group is refused where the system has none, before anything starts", async () => {
  const line = await parse(["--group", "--", "make"], PARENT_OPTIONS);
  assertEquals(checkSettings(line, "linux"), line.settings);
  const { message } = assertThrows(
    () => checkSettings(line, "windows"),
    UsageError,
  );
  assertEquals(
    message,
    "Cannot take --group as Windows has no process groups",
  );
});
