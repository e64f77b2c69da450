/** The options of the log, through the whole program. */
import { has, quote, testNeeding } from "../../support/processes.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
  assertRejects,
} from "../../support/std_assert.ts";
import { DEFAULTS } from "../../../child.ts";
import { CHILD_TABLE } from "../../../cli/child/child_program.ts";
import { FRAME_RULES, UsageError } from "../../../cli/options/option.ts";
import {
  checkSettings,
  LOG_OPTIONS,
  PARENT_OPTIONS,
} from "../../../cli/options/parent.ts";
import { parse } from "../../../cli/options/parse.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../../support/terminal.ts";
import { denoRun, shell, start, whole } from "../../support/whole_program.ts";
import { sideBySide } from "../../support/side_by_side.ts";

const test = testNeeding("sh");

const TEXT = ["--format=text", "--time=none"];

for (const rule of FRAME_RULES) {
  Deno.test(`--frame=${rule} reads what the child writes with it, a message a line`, async () => {
    const { code, stdout, stderr } = await whole([
      ...TEXT,
      `--frame=${rule}`,
      "--messages=7",
      "--tick=0",
    ]);
    const said = [0, 1, 2, 3, 4, 0, 1].map((n) =>
      rule === "json" ? `"Spam ${n}"\n` : `Spam ${n}\n`
    );
    assertEquals({ code, stdout, stderr }, {
      code: 0,
      stdout: said.join(""),
      stderr: "",
    });
  });
}

const CUTS = [
  {
    title: "a line above --max-frame is cut there, and the next one is whole",
    args: ["--lines", "--max-frame=4"],
    bytes: "abcdefghij\\nxy\\n\\nz",
    stdout: ["abcd", "efgh", "ij", "xy", "", "z"],
    stderr: /^basic-pipes: .*4.*it is cut there\n$/,
  },
  {
    title: "a cut at --max-frame is made before a character, not inside it",
    args: ["--lines", "--max-frame=4"],
    bytes:
      "aaa\\xe2\\x82\\xacbbb\\n\\xf0\\x9f\\x98\\x80\\xf0\\x9f\\x98\\x80\\n",
    stdout: ["aaa", "€b", "bb", "😀", "😀"],
    stderr: /^basic-pipes: .*4.*it is cut there\n$/,
  },
  {
    title:
      "a byte at --max-frame that belongs to no character does not move it",
    args: ["--lines", "--max-frame=4"],
    bytes: "aaa\\xe2bbb\\naaa\\xff\\n\\xe2\\x82\\xac\\n",
    stdout: ["aaa\\xe2", "bbb", "aaa\\xff", "€"],
    stderr: /^basic-pipes: .*4.*it is cut there\n$/,
  },
  {
    title: "a character that is longer than --max-frame is cut",
    args: ["--lines", "--max-frame=2"],
    bytes: "a\\xe2\\x82\\xac\\n",
    stdout: ["a", "\\xe2\\x82", "\\xac"],
    stderr: /^basic-pipes: .*2.*it is cut there\n$/,
  },
  {
    title: "a line of --max-frame bytes is whole, with CR LF as with LF",
    args: ["--lines", "--max-frame=2"],
    bytes: "ab\\r\\nab\\nabc\\r\\nab\\r",
    stdout: ["ab", "ab", "ab", "c", "ab", "\\r"],
    stderr: /^basic-pipes: .*2.*it is cut there\n$/,
  },
  {
    title: "an end without a NUL is reported, and its bytes are logged",
    args: ["--frame=nul"],
    bytes: "a\\000bc",
    stdout: ["a", "bc"],
    stderr: /^basic-pipes: .*2 bytes; the rest is logged as slices\n$/,
  },
  {
    title: "blank lines, a BOM and our own cuts are no fault of JSON",
    args: ["--frame=json", "--max-frame=9"],
    bytes: "\\xef\\xbb\\xbf[1]\\n\\n \\r\\n[1234567890]\\nTraceback\\nAgain\\n",
    stdout: [
      ...["\\u{feff}[1]", "", " ", "[12345678", "90]", "Traceback", "Again"],
    ],
    stderr:
      /^basic-pipes: .*it is cut there\nbasic-pipes: Cannot take a line as JSON: it begins with "Traceback"\n$/,
  },
  {
    title: "CR LF ends a line as LF does",
    args: ["-l"],
    bytes: "a\\r\\nb\\n",
    stdout: ["a", "b"],
    stderr: /^$/,
  },
  {
    title:
      "something printed among frames is reported once, and no byte is missing",
    args: ["--frame=length", "--slice=8"],
    bytes: "\\000\\000\\000\\002hiWarning: low disk\\n\\000\\000\\000\\002ho",
    stdout: ["hi", "Warning:", " low dis", "k\\n\\x00\\x00\\x00\\x02ho"],
    stderr: /^basic-pipes: .*Warn.*; the rest is logged as slices\n$/,
  },
  {
    title: "an end within a frame is reported, and its bytes are logged",
    args: ["--frame=connection"],
    bytes: "\\000\\000\\000\\005hello\\000\\000\\000\\011hel",
    stdout: ["hello", "\\x00\\x00\\x00\thel"],
    stderr: /^basic-pipes: .*; the rest is logged as slices\n$/,
  },
  {
    title: "a header that is none is reported, and its bytes are logged",
    args: ["--frame=header"],
    bytes: "Content-Length: 2\\r\\n\\r\\nhiTraceback (most recent)\\r\\n\\r\\n",
    stdout: ["hi", "Traceback (most recent)\\r\\n\\r\\n"],
    stderr: /^basic-pipes: .*Traceback.*; the rest is logged as slices\n$/,
  },
  {
    title: "a line that is no JSON is reported once, and logged as it is",
    args: ["--frame=json"],
    bytes: '{"a":1}\\nWarning!\\n[2]\\nAgain!\\n',
    stdout: ['{"a":1}', "Warning!", "[2]", "Again!"],
    stderr:
      /^basic-pipes: Cannot take a line as JSON: it begins with "Warning!"\n$/,
  },
  {
    title: "frames that are empty are lines that are empty",
    args: ["--frame=nul"],
    bytes: "\\000a\\000\\000",
    stdout: ["", "a", ""],
    stderr: /^$/,
  },
  {
    title: "an input of nothing is a log of nothing",
    args: ["--lines"],
    bytes: "",
    stdout: [],
    stderr: /^$/,
  },
];

for (const { title, args, bytes, stdout, stderr } of CUTS) {
  test(title, async () => {
    const ended = await whole([...TEXT, ...args, "--", "printf", bytes]);
    assertEquals({ code: ended.code, stdout: ended.stdout }, {
      code: 0,
      stdout: stdout.map((line) => `${line}\n`).join(""),
    });
    assertMatch(ended.stderr, stderr);
  });
}

test("--stderr=log shows both pipes, marked, and nothing acts on the terminal", async () => {
  const { stdout, stderr, code } = await whole([
    ...TEXT,
    "--stderr=log",
    "--",
    "sh",
    "-c",
    `printf 'one'; printf '\\033[2Jtwo\\r' >&2; exit 3`,
  ]);
  // Which of two pipes is read first is the system's affair.
  assertEquals({ code, lines: stdout.split("\n").sort(), stderr }, {
    code: 3,
    lines: ["", "err \\x1b[2Jtwo\\r", "out one"],
    stderr: "",
  });
});

test("--stderr=null and inherit do as they say", async () => {
  const run = (what: string) =>
    whole([...TEXT, `--stderr=${what}`, "--", "sh", "-c", "echo said >&2"]);
  const [dropped, kept] = await sideBySide(["null", "inherit"], run);
  assertEquals([dropped!.stderr, kept!.stderr], ["", "said\n"]);
});

test("a flood on both pipes loses nothing and ends", async () => {
  const { stdout, code } = await whole([
    "--format=json",
    "--time=none",
    "--slice=1M",
    "--stderr=log",
    "--",
    "sh",
    "-c",
    "head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait",
  ]);
  const sizes = { out: 0, err: 0 };
  for (const line of stdout.split("\n").slice(0, -1)) {
    const { stream, size } = JSON.parse(line) as {
      stream: "out" | "err";
      size: number;
    };
    sizes[stream] += size;
  }
  assertEquals({ code, sizes }, { code: 0, sizes: { out: 3e6, err: 3e6 } });
});

const ZONES = [
  { TZ: "CET-1CEST,M3.5.0,M10.5.0/3", args: [], says: /has \+0[12]00;/ },
  { TZ: "<+03>-3", args: [], says: /has \+0300;/ },
  { TZ: "<+03>-3", args: ["--utc"], says: /^$/ },
  { TZ: "<+03>-3", args: ["--quiet"], says: /^$/ },
  { TZ: "Europe/Berlin", args: [], says: /^$/ },
  { TZ: "UTC", args: [], says: /^$/ },
];

for (const { TZ, args, says } of ZONES) {
  testNeeding("date", "sh", "TZ")(
    `local time is true, or said to be wrong, with TZ=${TZ} ${args}`,
    async () => {
      const ended = await whole(
        ["-tiso", "-ftext", ...args, "--", "sh", "-c", "date +%z"],
        { env: { TZ } },
      );
      assertEquals(ended.code, 0);
      assertMatch(ended.stderr, says);
      assertLessOrEqual(ended.stderr.split("\n").length, 2);
      const [, hours, minutes, real] =
        /([+-]\d\d):(\d\d) ([+-]\d{4})\\n\n$/.exec(ended.stdout) ?? [];
      const isTrue = `${hours}${minutes}` === real;
      assert(isTrue || ended.stderr !== "" || args.length > 0, ended.stdout);
    },
  );
}

test("--env, --cwd and --label reach where they should", async () => {
  const { stdout, code } = await whole([
    ...TEXT,
    "--label=web",
    "-E",
    "A=1=2",
    "-EB=",
    "-C/",
    "--",
    "sh",
    "-c",
    'printf "%s" "$A|${B-unset}|$PWD"',
  ]);
  assertEquals({ code, stdout }, { code: 0, stdout: "web 1=2||/\n" });
});

const ENDS = [
  {
    args: ["--timeout=200ms", "--", "sh", "-c", "sleep 60 2>/dev/null; echo x"],
    code: 124,
  },
  {
    args: ["--idle=200ms", "--", "sh", "-c", "echo x; sleep 60 2>/dev/null"],
    code: 124,
  },
  {
    args: [
      "--timeout=100ms",
      "--kill-after=100ms",
      "--",
      "sh",
      "-c",
      "trap '' TERM; while :; do sleep 0.05; done",
    ],
    code: 124,
  },
  {
    args: ["--timeout=60", "--", "sh", "-c", "exit 3"],
    code: 3,
  },
  { args: ["--", "sh", "-c", "kill -TERM $$"], code: 143 },
  {
    args: ["--", "sh", "-c", "sleep 60 2>/dev/null & exit 4"],
    code: 4,
  },
  { args: ["--count=1", "--", "yes"], code: 0 },
];

/** Far more than a busy machine needs, and half of what the commands sleep. */
const PATIENCE_MS = 30_000;

for (const { args, code } of ENDS) {
  test(`${args.join(" ")} ends with ${code}`, async () => {
    const startMs = performance.now();
    const ended = await whole(args);
    assertEquals(ended.code, code);
    assertLessOrEqual(performance.now() - startMs, PATIENCE_MS);
    assertLessOrEqual(ended.stderr.split("\n").length, 2);
  });
}

test("a process that holds the pipe after the command is named once, unless --quiet", async () => {
  const run = (...args: string[]) =>
    whole([
      ...TEXT,
      ...args,
      "--",
      "sh",
      "-c",
      "echo x; sleep 10 2>/dev/null & exit 4",
    ]);
  const [said, quiet] = await Promise.all([run(), run("--quiet")]);
  assertEquals({ code: said.code, stdout: said.stdout }, {
    code: 4,
    stdout: "x\\n\n",
  });
  assertMatch(said.stderr, /^basic-pipes: .*still holds its pipe.*\n$/);
  assertEquals(quiet.stderr, "");
});

const REFUSED = [
  ["--keep=3"],
  ["--keep=5"],
  ["--utc"],
  ["--max-frame=3"],
  ["--max-frame=1M"],
  ["--tick=2s"],
  ["--tick=1s"],
  ["--lines", "--frame=nul"],
  ["--lines", "--frame=slice"],
  ["--fill", "--lines"],
  ["--marks", "--frame=json"],
  ["--format=raw", "--lines"],
  ["--format=raw", "--stderr=log"],
  ["--format=raw", "--time=epoch"],
  ["--format=raw", "--time=iso", "--utc"],
  ["--format=raw", "--color=always"],
  ["--format=raw", "--marks"],
  ["--format=raw", "--slow=1s"],
  ["--max-size=1M"],
  ["--lines", "--slice=8"],
  ["--frame=lines", "--slice=8"],
  ["--frame=json", "--slice=32"],
  ["log", "--slice=8"],
  ["log", "--fill"],
  ["log", "--marks"],
  ["log", "--format=json", "--ansi=keep"],
  ["--ansi=show"],
  ["--format=json", "--color=always"],
  ["--unfinished=1s"],
  ["--frame=json", "--unfinished=1s"],
  ["log", "--frame=slice", "--unfinished=1s"],
  ["log", "--lines", "--frame=nul"],
  ["log", "--time=epoch", "--utc"],
  ["-o", "ts1/"],
  ["-o-"],
  ["--quiet", "--summary"],
  ["--env=A"],
  ["--env==x"],
  ["--stderr=piped"],
];

Deno.test("what contradicts itself is refused in one sentence, before anything starts", async () => {
  for (const args of REFUSED) {
    const isLog = args[0] === "log";
    const table = isLog ? LOG_OPTIONS : PARENT_OPTIONS;
    const words = [...isLog ? args.slice(1) : args, "--", "touch", "mark"];
    const { message, exitCode } = await assertRejects(
      // Only then the log is opened, and after it the command is started.
      async () => checkSettings(await parse(words, table)),
      UsageError,
    );
    assertEquals({ args, exitCode }, { args, exitCode: 2 });
    assertMatch(message, /^Cannot .*$/);
  }
});

test("what contradicts itself is refused in one line, and nothing is started", async () => {
  const mark = `${await Deno.makeTempDir()}/started`;
  const kinds = [
    ["--keep=3"],
    ["--format=raw", "--lines"],
    ["log", "--slice=8"],
    ["-o", "ts1/"],
    ["--env=A"],
  ];
  await sideBySide(kinds, async (args) => {
    const { code, stdout, stderr } = await whole([
      ...args,
      "--",
      "touch",
      mark,
    ]);
    assertEquals({ args, code, stdout }, { args, code: 2, stdout: "" });
    assertMatch(stderr, /^basic-pipes: Cannot .*\n$/);
  });
  let exists = true;
  await Deno.stat(mark).catch(() => exists = false);
  assert(!exists);
});

test("what log has by default gives way to what was asked for", async () => {
  const printf = ["--", "printf", "ab"];
  const cases = [
    { args: ["--frame=slice", "-s1", "-tnone"], stdout: "out a\nout b\n" },
    { args: ["-fraw"], stdout: "ab" },
    { args: ["-fraw", "--frame=slice"], stdout: "ab" },
    { args: ["-tnone", "--stderr=null"], stdout: "ab\n" },
    { args: ["-tnone", "--frame=nul"], stdout: "out ab\n" },
  ];
  await sideBySide(cases, async ({ args, stdout }) => {
    const ended = await whole(["log", ...args, ...printf]);
    assertEquals({ args, code: ended.code, stdout: ended.stdout }, {
      args,
      code: 0,
      stdout,
    });
  });
});

test("log with --format raw leaves stderr as it is", async () => {
  const both = ["--", "sh", "-c", "printf a; echo b >&2"];
  const { stdout, stderr } = await whole(["log", "-fraw", ...both]);
  assertEquals({ stdout, stderr }, { stdout: "a", stderr: "b\n" });
});

test("--ansi keeps, strips or shows the colours of the command", async () => {
  const red = "\x1b[31m";
  const cases = [
    { args: ["log"], stdout: "a b" },
    { args: ["log", "--ansi=keep"], stdout: `a ${red}b\x1b[0m` },
    { args: ["log", "--ansi=show"], stdout: "a \\x1b[31mb" },
    { args: ["log", "--color=always"], stdout: `a ${red}b\x1b[0m` },
    { args: ["-l", "-ftext"], stdout: "a \\x1b[31mb" },
    { args: ["-l", "-ftext", "--ansi=strip"], stdout: "a b" },
    { args: ["-l", "-ftext", "--ansi=auto"], stdout: "a b" },
  ];
  await sideBySide(cases, async ({ args, stdout }) => {
    const log = ["-tnone", "--", "printf", "a \\033[31mb"];
    const ended = await whole([...args, ...log]);
    const got = ended.stdout.replace(/^out /, "");
    assertEquals({ args, got }, { args, got: `${stdout}\n` });
  });
});

test("a failure is said behind the label, as all that is said on stderr", async () => {
  const { code, stderr } = await whole(["--label=web", "--", "no-such"]);
  assertEquals(code, 127);
  assertMatch(stderr, /^basic-pipes: web: Cannot start "no-such" as .*\n$/);
});

test("what raw keeps to by adding nothing can be asked for", async () => {
  const kept = ["--time=none", "--color=never", "--stderr=inherit"];
  const ended = await whole(["--format=raw", ...kept, "--", "printf", "x"]);
  assertEquals(ended, { code: 0, signal: null, stdout: "x", stderr: "" });
});

test("what is refused or reported cannot act on the terminal", async () => {
  const hostile = [
    ["--x\n\x1b[2Jy"],
    ["-\x1b"],
    ["a\u202eb\x7f\u009d"],
    ["--format", "\u202e"],
    ["--frame=json", "-fraw"],
    ["--frame=json", "--", "printf", "\\235\\60;PWN\\234 \\x7f\\220q\\n"],
    ["--frame=length", "--", "printf", "\\235\\60;PWN\\234 \\x7f\\220q\\n"],
    ["--", "no\x1b[2J\u202esuch"],
  ];
  await sideBySide(hostile, async (args) => {
    const { stderr } = await whole(args);
    assertMatch(stderr, /^basic-pipes: [^\p{C}\u2028\u2029]+\n$/u);
  });
});

test("a child that closes its stdout and lives on is idle", async () => {
  const { code } = await whole([
    "--idle=200ms",
    "--",
    "bash",
    "-c",
    "exec >&-; sleep 60 2>/dev/null",
  ]);
  assertEquals(code, 124);
});

test("a limit of time holds though the reader of the log is stuck", async () => {
  const startMs = performance.now();
  const program = start(["--timeout=200ms", "--", "yes"]);
  const { code } = await program.status;
  assertEquals(code, 124);
  assertLessOrEqual(performance.now() - startMs, PATIENCE_MS);
  await program.stdout.cancel();
  await program.stderr.cancel();
});

Deno.test("a text that is no line is refused by both programs", async () => {
  for (const script of ["main.ts", "child.ts"]) {
    const args = ["--frame=lines", "--text=h\ni"];
    const { code, stdout, stderr } = await whole(args, { script });
    assertEquals({ script, code, stdout }, { script, code: 2, stdout: "" });
    assertEquals(
      stderr,
      "basic-pipes: Cannot take --text as a line has no line feed in it: " +
        'current value is "h\\ni"\n',
    );
  }
});

Deno.test("the child that gets no settings does what the options say by default", async () => {
  const { settings } = await parse([], CHILD_TABLE);
  assertEquals(DEFAULTS, settings);
});

const OFFSETS = [
  {
    args: ["--frame=length"],
    bytes: "\\0\\0\\0\\5hello\\0\\0\\0\\3abcoops!",
    offsets: [4, 13, 16],
  },
  { args: ["--lines"], bytes: "ab\\r\\n\\ncd\\ne", offsets: [0, 4, 5, 8] },
  {
    args: ["--lines", "--max-frame=2"],
    bytes: "abcde\\nf",
    offsets: [0, 2, 4, 6],
  },
  { args: ["--frame=nul"], bytes: "a\\0b", offsets: [0, 2] },
  { args: ["--slice=2"], bytes: "abcde", offsets: [0, 2, 4] },
];

test("an offset is the place in the stream, also behind headers and delimiters", async () => {
  await sideBySide(OFFSETS, async ({ args, bytes, offsets }) => {
    const { stdout } = await whole(["-fjson", ...args, "--", "printf", bytes]);
    const got = stdout.trim().split("\n").map((line) =>
      JSON.parse(line).offset
    );
    assertEquals({ args, offsets: got }, { args, offsets });
  });
});

test("a byte that is held back when the log is full is shown", async () => {
  const { stdout } = await whole([...TEXT, "-s1", "-n1", "--", "printf", "é"]);
  assertEquals(stdout, "\n\\xc3\n");
});

test("the end is told truly in a loop, a pipeline and a task", async () => {
  const { stdout } = await shell(
    `set -o pipefail
    main -- sh -c 'exit 7' | cat; echo "$?"
    main -- true && main -- false; echo "$?"
    for i in 1 2; do main -n1 -- yes >/dev/null; echo "$i $?"; done
    while read -r line; do echo "$line"; main -- true </dev/null; done <<<"a
b"`,
  );
  assertEquals(stdout, "7\n1\n1 0\n2 0\na\nb\n");
});

test("a full disk is one line and 125, and the command is gone", async () => {
  const { code, stderr } = await shell("main -- yes >/dev/full");
  assertEquals(code, 125);
  assertMatch(stderr, /^basic-pipes: Cannot write .*No space left.*\n$/);
});

/**
 * Starts the program, on a terminal or not, with a command that writes `first`,
 * waits for a line, and writes `second`; sends the line when `until` was seen.
 */
async function seenInTwo(
  options: readonly string[],
  { isTerminal, env, until, elsewhere = "" }: {
    isTerminal: boolean;
    env: Record<string, string>;
    until: RegExp;
    elsewhere?: string;
  },
): Promise<string> {
  const line = "echo first; read -r line; echo second";
  const args = [...options, "--", "sh", "-c", line];
  const words = [Deno.execPath(), ...denoRun(args)].map(quote).join(" ");
  const program = isTerminal
    ? new Deno.Command(TERMINAL_PROGRAM, {
      // What is typed is not to be seen.
      args: onTerminal(`stty -echo; ${words} ${elsewhere}`),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...env },
    }).spawn()
    : start(args, { env, stdin: "piped" });
  const keys = program.stdin.getWriter();
  let seen = "";
  for await (
    const text of program.stdout.pipeThrough(new TextDecoderStream())
  ) {
    const wasSeen = until.test(seen);
    seen += text;
    if (wasSeen || !until.test(seen)) continue;
    // What comes after it comes later than after the 1 ms of --slow.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await keys.write(new TextEncoder().encode("line\n"));
  }
  await keys.close().catch(() => {});
  await program.stderr.cancel();
  assertEquals((await program.status).code, 0);
  return seen;
}

Deno.test({
  name: "--progress is drawn on a terminal's stderr, and gone at the end",
  ignore: !has(TERMINAL_PROGRAM) || !has("sh"),
  fn: async () => {
    const seen = await seenInTwo(["--progress"], {
      isTerminal: true,
      env: {},
      until: /6 B +.*B\/s/,
      elsewhere: ">/dev/null",
    });
    const drawings = seen.split("\r\x1b[K");
    assert(drawings.length > 2, JSON.stringify(seen));
    assertEquals(drawings.at(-1), "");
  },
});

Deno.test({
  name: "colour is for a terminal, and NO_COLOR and --color have their say",
  ignore: !has(TERMINAL_PROGRAM) || !has("sh"),
  fn: async () => {
    const cases = [
      { isTerminal: false, more: [], isColored: false },
      { isTerminal: false, more: ["--color=always"], isColored: true },
      { isTerminal: true, more: [], isColored: true },
      { isTerminal: true, more: ["--color=never"], isColored: false },
      { isTerminal: true, more: [], NO_COLOR: "1", isColored: false },
    ];
    await sideBySide(
      cases,
      async ({ isTerminal, more, NO_COLOR = "", ...is }) => {
        const seen = await seenInTwo(["-ftext", "--slow=1ms", ...more], {
          isTerminal,
          env: { NO_COLOR, TERM: "xterm" },
          until: /first/,
        });
        const isColored = seen.includes("\x1b[33m");
        assertEquals({ isTerminal, more, isColored }, {
          isTerminal,
          more,
          ...is,
        });
      },
    );
  },
});

Deno.test({
  name: "a TERM that is not UTF-8 does not change the exit status",
  ignore: !has(TERMINAL_PROGRAM),
  fn: async () => {
    const words = [Deno.execPath()].concat(
      denoRun(["-ftext", "-tnone", "--slow=1h", "--", "sh", "-c", "exit 7"], {
        deno: ["--allow-run", "--allow-env"],
      }),
    );
    const line = `TERM=$(printf 'a\\243') ${words.map(quote).join(" ")}`;
    const { code, stdout } = await new Deno.Command(TERMINAL_PROGRAM, {
      args: onTerminal(line),
      env: { NO_COLOR: "" },
      stdin: "null",
    }).output();
    assertEquals([code, new TextDecoder().decode(stdout)], [7, ""]);
  },
});

test("a header that is broken already is said and logged while the command lives", async () => {
  const program = start([
    ...[...TEXT, "--frame=header", "--", "sh", "-c"],
    "printf 'Content-Length: 2\\n\\n{}'; exec sleep 60",
  ]);
  const out = program.stdout.getReader();
  const err = program.stderr.getReader();
  const [logged, said] = await Promise.all([out.read(), err.read()]);
  program.kill("SIGTERM");
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(logged.value), "Content-Length: 2\\n\\n{}\n");
  assertMatch(
    decoder.decode(said.value),
    /^basic-pipes: .*"Content-Length: 2.*; the rest is logged as slices\n$/,
  );
  await program.status;
  await Promise.all([out.cancel(), err.cancel()]);
});
