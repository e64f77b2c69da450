import {
  fixture,
  has,
  isAlive,
  isBlockedOnWrite,
  needs,
  quote,
  testNeeding,
  until,
} from "./support/processes.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "./support/std_assert.ts";
import { CHILD_MODE } from "../child.ts";
import { CHILD_TABLE } from "../cli/child/child_program.ts";
import { childLaunch, startOptions } from "../cli/main/launch.ts";
import { PARENT_OPTIONS } from "../cli/options/parent.ts";
import { parse } from "../cli/options/parse.ts";
import { help, VERSION } from "../cli/main/program.ts";
import { flag, type OptionTable } from "../cli/options/option.ts";
import { SUBCOMMANDS } from "../cli/main/subcommands.ts";
import { TERMINAL_PROGRAM } from "./support/terminal.ts";
import { sideBySide } from "./support/side_by_side.ts";
import {
  interrupted,
  ROOT,
  shell,
  start,
  whole,
  wholeOnTerminal,
} from "./support/whole_program.ts";

const test = testNeeding("sh");

/** Far more than a busy machine needs, and far less than what it is held against. */
const PATIENCE_MS = 30_000;

const CHILD = new URL("child.ts", ROOT).href;
const LINE = /^Parent (\d+) got \[b'(.*)'\] as (\d+\.\d{6})$/;

interface Line {
  pid: number;
  bytes: string;
  seconds: number;
}

function readLines(log: string): Line[] {
  return log.split("\n").slice(0, -1).map((line) => {
    const [, pid, bytes = "", seconds] = LINE.exec(line) ?? [];
    return { pid: Number(pid), bytes, seconds: Number(seconds) };
  });
}

Deno.test("the parent logs what the child says, with its own id and the time", async () => {
  const before = Date.now() / 1000;
  const program = start(["--messages", "7", "--tick", "20ms"]);
  const { pid } = program;
  const { code, stdout } = await program.output();
  const after = Date.now() / 1000;
  const lines = readLines(new TextDecoder().decode(stdout));
  // A read is not a message: Spam 4 and the Spam 0 behind it may be one slice.
  assertEquals(
    { code, said: lines.map(({ bytes }) => bytes).join("") },
    { code: 0, said: "Spam 0Spam 1Spam 2Spam 3Spam 4Spam 0Spam 1" },
  );
  // On a busy machine the first messages come before the log is loaded.
  assert(lines.length > 1, `${lines.length} lines`);
  for (const line of lines) {
    assertEquals(line.pid, pid);
    assert(line.seconds >= before && line.seconds <= after, `${line.seconds}`);
  }
  const times = lines.map(({ seconds }) => seconds);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("the child pauses n ticks before message n", async () => {
  const startMs = performance.now();
  const { code, stdout } = await whole(["--tick", "30ms", "--messages", "4"], {
    script: "child.ts",
  });
  assertEquals({ code, stdout }, {
    code: 0,
    stdout: "Spam 0Spam 1Spam 2Spam 3",
  });
  // Not sooner than 0 + 1 + 2 + 3 ticks; how much later is the machine's affair.
  const ms = performance.now() - startMs;
  assert(ms >= 180, `${ms} ms`);
});

test("a slice is at most 32 bytes, and never joins or loses any", async () => {
  const text = "a".repeat(31) + "€" + "'".repeat(3) + '"\\\n\0\x7f';
  const { stdout, code } = await whole([
    "--",
    "printf",
    "%b",
    text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(
      "\0",
      "\\0",
    ),
  ]);
  assertEquals(code, 0);
  const got = stdout.split("\n").slice(0, -1).map((line) =>
    line.replace(/^Parent \d+ got \[(.*)\] as \d+\.\d{6}$/, "$1")
  );
  assertEquals(got, [
    `b'${"a".repeat(31)}\\xe2'`,
    `b'\\x82\\xac\\'\\'\\'"\\\\\\n\\x00\\x7f'`,
  ]);
});

const ENDS = [
  { args: ["--", "sh", "-c", "exit 7"], code: 7, stderr: "" },
  { args: ["--", "sh", "-c", "kill -KILL $$"], code: 137, stderr: "" },
  { args: ["--", "true"], code: 0, stderr: "" },
  {
    args: ["--", "no-such-command"],
    code: 127,
    stderr:
      'basic-pipes: Cannot start "no-such-command" as there is no such command: no file of that name can be run in PATH\n',
  },
  { args: ["--", "/etc/passwd"], code: 126 },
  { args: ["--", "/"], code: 126 },
  { args: ["--", ""], code: 125 },
  {
    args: ["--slize=3"],
    code: 2,
    stderr:
      'basic-pipes: Cannot take "--slize" as there is no such option: did you mean --slice?\n',
  },
  {
    args: ["--slice=0", "--", "touch", "started"],
    code: 2,
    stderr:
      'basic-pipes: Cannot take --slice as it takes a size from 1 to 1M, such as 32, 64K or 1M: current value is "0"\n',
  },
];

test("log is the same program with the defaults of a log for people", async () => {
  const line = "echo one; echo two >&2; printf 'a\\tb'";
  const { code, stdout, stderr } = await whole(["log", "--", "sh", "-c", line]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const [first = "", ...lines] = stdout.split("\n").toSorted();
  assertEquals(first, "");
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d /;
  assertEquals(
    lines.map((each) => each.replace(stamp, "")).toSorted(),
    ["err two", "out a\tb", "out one"],
  );
});

test("log starts the built-in child before it has read anything, and logs its lines", async () => {
  const program = start(["log"]);
  const reader = program.stdout.pipeThrough(new TextDecoderStream());
  let seen = "";
  for await (const text of reader) {
    seen += text;
    if (seen.split("\n").length > 2) break;
  }
  program.kill("SIGTERM");
  await program.stderr.cancel();
  await program.status;
  const lines = seen.split("\n").map((line) => line.replace(/^\S+ /, ""));
  assertEquals(lines.slice(0, 2), ["out Spam 0", "out Spam 1"]);
});

test("log with --format raw gives the bytes of stdout alone, as without log", async () => {
  const args = ["-fraw", "--", "sh", "-c", "printf 'a\\nb'; echo c >&2"];
  const ended = await whole(["log", ...args]);
  assertEquals(ended, { code: 0, signal: null, stdout: "a\nb", stderr: "c\n" });
});

for (const { args, code, stderr } of ENDS) {
  test(`${args.join(" ")} ends with ${code}`, async () => {
    const ended = await whole(args);
    assertEquals({ ...ended, stderr: "" }, {
      code,
      signal: null,
      stdout: "",
      stderr: "",
    });
    if (stderr !== undefined) assertEquals(ended.stderr, stderr);
    assertLessOrEqual(ended.stderr.split("\n").length, 2);
  });
}

test("no shell is involved, and options after -- are the command's", async () => {
  const { stdout } = await whole([
    "--format=raw",
    "--",
    "printf",
    "%s\\n",
    "$HOME",
    "*",
    "--slice=4",
    "a b",
    "--",
  ]);
  assertEquals(stdout, "$HOME\n*\n--slice=4\na b\n--\n");
});

test("--slice, --fill and --count cut as they say", async () => {
  const letters = ["printf", "abcdefghij"];
  const late = "printf a; sleep 0.05; printf bcdef; sleep 0.05; printf ghi";
  const pieces = await sideBySide([
    ["--slice=4", "--", ...letters],
    ["-s4", "-n2", "--", ...letters],
    ["--fill", "--slice=4", "--", "sh", "-c", late],
  ], async (args) => readLines((await whole(args)).stdout));
  assertEquals(pieces.map((lines) => lines.map(({ bytes }) => bytes)), [
    ["abcd", "efgh", "ij"],
    ["abcd", "efgh"],
    ["abcd", "efgh", "i"],
  ]);
});

test("--count ends an endless child with status 0", async () => {
  const { code, stdout } = await whole(["--count=3", "--", "yes"]);
  assertEquals(code, 0);
  assertEquals(
    readLines(stdout).map(({ bytes }) => bytes),
    Array(3).fill("y\\n".repeat(16)),
  );
});

Deno.test(
  "raw is byte for byte what the command wrote",
  needs("python3"),
  async () => {
    const seed = 20170117;
    const make =
      `import random,sys; random.seed(${seed}); sys.stdout.buffer.write(random.randbytes(1234567))`;
    const { stdout, code } = await shell(
      `python3 -c ${quote(make)} | sha256sum; main --format raw -- python3 -c ${
        quote(make)
      } | sha256sum`,
    );
    const [one, other] = stdout.split("\n");
    assertEquals({ code, other }, { code: 0, other: one });
  },
);

const PAGES: { args: string[]; script?: string; table?: OptionTable }[] = [
  { args: [] },
  { args: ["log"], table: PARENT_OPTIONS },
  { args: [], script: "child.ts", table: CHILD_TABLE },
  ...Object.keys(SUBCOMMANDS).map((name) => ({ args: [name] })),
];

for (const { args, script = "main.ts", table = {} } of PAGES) {
  const title = [script, ...args].join(" ");
  Deno.test(`--help of ${title} has at most 80 columns, and names every option`, async () => {
    // With NO_COLOR the headings would not be bold on a terminal either.
    const [{ code, stdout, stderr }, short] = await Promise.all([
      whole([...args, "--help"], { script, env: { NO_COLOR: "" } }),
      whole([...args, "-h"], { script }),
    ]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const wide = stdout.split("\n").filter((line) => line.length > 80);
    assertEquals(wide, []);
    const missing = Object.keys(table).filter((name) =>
      !new RegExp(`^ .*--${name}\\b`, "m").test(stdout)
    );
    assertEquals(missing, []);
    // A heading stands after a blank line, and is not bold in a pipe.
    const headings = stdout.match(/^[A-Z].*:$/gm) ?? [];
    assertEquals(
      stdout.match(/(?<=^|\n\n)[A-Z].*:\n {2}/g)?.length,
      headings.length,
    );
    assertEquals(short.stdout, stdout);
  });
}

Deno.test("the first page of help is short, and names every subcommand", async () => {
  const { stdout } = await whole(["--help"]);
  assertLessOrEqual(stdout.split("\n").length, 40);
  for (const name of ["log", ...Object.keys(SUBCOMMANDS)]) {
    assertMatch(stdout, new RegExp(`^  ${name} .{20}`, "m"));
  }
  assert(stdout.includes("basic-pipes log --help"));
});

Deno.test("the page of log names the defaults of both programs where they differ", async () => {
  const { stdout } = await whole(["log", "--help"]);
  const text = stdout.replaceAll(/\s+/g, " ");
  const PAIRS = [
    ["lines", "slice"],
    ["log", "inherit"],
    ["500ms", "0ms"],
    ["text", "seed"],
    ["iso", "epoch"],
    ["auto", "show"],
  ];
  for (const [own, bare] of PAIRS) {
    assert(text.includes(`(default ${own}; without log: ${bare})`), own);
  }
  assert(text.includes("(default 32)"));
});

Deno.test("a word of --help that is longer than a line is broken, not lost", () => {
  const url = `https://example.com/${"long/".repeat(30)}main.ts`;
  const text = help({
    usage: [],
    about: `It stands for: ${url} --allow-run`,
    examples: [],
    table: { only: flag({ group: "line", help: url }) },
  });
  const wide = text.split("\n").filter((line) => line.length > 80);
  assertEquals(wide, []);
  assert(text.replaceAll(/\n */g, "").includes(url));
});

test("a word or a letter that other programs take is refused with what it is here", async () => {
  const cases = [
    { args: ["help"], meant: "--help" },
    { args: ["version"], meant: "--version" },
    { args: ["completions", "bash"], meant: "--completions" },
    { args: ["help", "log"], meant: "log --help" },
    { args: ["help", "show"], meant: "show --help" },
    { args: ["help", "--", "log"], meant: "--help" },
    { args: ["-v"], meant: "-V" },
    { args: ["log", "-lv"], meant: "-V" },
    { args: ["--no-color"], meant: "--color=never" },
    { args: ["log", "--no-time", "--", "true"], meant: "--time=none" },
  ];
  await sideBySide(cases, async ({ args, meant }) => {
    const { code, stdout, stderr } = await whole(args);
    const [guess] = /(?<=did you mean )[^?]+/.exec(stderr) ?? [];
    const expected = { args, code: 2, stdout: "", guess: meant };
    assertEquals({ args, code, stdout, guess }, expected);
  });
});

test("a word near a subcommand is refused with its name", async () => {
  await sideBySide(["lgo", "lo", "tpa", "logg"], async (word) => {
    const { code, stderr } = await whole([word, "--", "true"]);
    assertEquals(code, 2);
    const name = word.startsWith("t") ? "tap" : "log";
    assertMatch(stderr, new RegExp(`did you mean ${name}\\? a command goes`));
  });
});

Deno.test({
  name:
    "on a terminal, the headings of --help are bold, unless NO_COLOR is set",
  ignore: !has(TERMINAL_PROGRAM),
  fn: async () => {
    const bold = async (NO_COLOR: string) => {
      const { stdout } = await wholeOnTerminal(["--help"], {
        env: { NO_COLOR },
      });
      return stdout.includes("\x1b[1mExamples:\x1b[22m");
    };
    assertEquals(await sideBySide(["", "1"], bold), [true, false]);
  },
});

Deno.test("the version is that of deno.json", async () => {
  const { version } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  assertEquals(VERSION, version);
  assertEquals((await whole(["-V"])).stdout, `basic-pipes ${version}\n`);
});

test("--count gives a server that writes much as it stops its grace", async () => {
  const marker = await Deno.makeTempFile();
  await Deno.remove(marker);
  const script = fixture("writes_as_it_stops.sh");
  const { code } = await whole(["-n", "5", "--", script, marker]);
  assertEquals(code, 0);
  // It is written behind what must be read: without a reader it is killed before.
  await Deno.remove(marker);
});

test("a reader that pauses while a command is stopped is told what the log lacks", async () => {
  const folder = await Deno.makeTempDir();
  const script = `trap 'head -c 1000000 /dev/zero; : >stopped; exit 0' TERM; ` +
    "echo ready; while :; do sleep 0.02; done";
  // A machine can be so busy that the limit comes before the trap: tried again.
  for (let limitMs = 300;; limitMs *= 4) {
    const { stdout, stderr } = await shell(
      `{ main --timeout ${limitMs}ms -f raw -- bash -c "${script}"
         echo "status $?" >&2; : >ended; } |
      { until [ -e stopped ] || [ -e ended ]; do sleep 0.05; done; wc -c; }`,
      { cwd: folder },
    );
    if (Number(stdout) === 0 && limitMs < PATIENCE_MS) {
      await Deno.remove(`${folder}/ended`);
      continue;
    }
    const dropped = Number(/ (\d+) bytes were dropped\n/.exec(stderr)?.[1]);
    assertEquals([Number(stdout) + dropped, stderr], [
      1_000_006,
      "basic-pipes: the log is incomplete: its reader stopped reading while the " +
      `command was being stopped, and ${dropped} bytes were dropped\n` +
      `basic-pipes: the command was stopped after ${limitMs / 1000} s ` +
      "(--timeout)\nstatus 124\n",
    ]);
    break;
  }
  await Deno.remove(folder, { recursive: true });
});

test("a reader that leaves ends the program with 0, and the child with it", async () => {
  const { code, stdout, stderr } = await shell(
    `set -o pipefail; main --tick 5ms | head -1; echo "$?"; main -- yes | head -1 | wc -l; echo "$?"`,
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^Parent \d+ got \[b'Spam 0.*\n0\n1\n0\n$/);
});

test("a reader that has left is noticed at the first line that it misses", async () => {
  const left = await Deno.makeTempFile();
  await Deno.remove(left);
  const started = performance.now();
  // A second line when the reader has left, and a third a minute later.
  const { code, stdout, stderr } = await shell(
    `set -o pipefail
    main --summary -- sh -c 'echo a; until [ -e ${left} ]; do sleep 0.05; done; echo b; exec sleep 60' |
      { head -1; exec <&-; : >${left}; }
    echo "$?"`,
  );
  await Deno.remove(left);
  assertEquals(code, 0);
  assertMatch(stdout, /^Parent .*\n0\n$/);
  assertMatch(stderr, /^ended +after .*, stopped by this program/m);
  assertLessOrEqual(performance.now() - started, PATIENCE_MS);
});

const PARENT_ENDS = [
  "SIGKILL",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
] as const;

for (const signal of PARENT_ENDS) {
  test(
    `the child is gone at once when its parent ends by ${signal}, long before its next message`,
    needs("/proc"),
    async () => {
      const parent = start(["--tick", "1h"]);
      const reader = parent.stdout.getReader();
      await reader.read();
      const children = Deno.readTextFileSync(
        `/proc/${parent.pid}/task/${parent.pid}/children`,
      ).trim().split(" ").map(Number);
      assertEquals(children.length, 1);
      parent.kill(signal);
      const endedBy = (await parent.status).signal;
      assert(await until(() => !children.some(isAlive), PATIENCE_MS));
      assertEquals(endedBy, signal);
      await reader.cancel();
      await parent.stderr.cancel();
    },
  );
}

Deno.test("without --allow-run one line names the flag", async () => {
  const { code, stderr } = await whole([], { deno: [] });
  assertEquals(code, 126);
  assertMatch(stderr, /^basic-pipes: .*--allow-run.*\n$/);
});

Deno.test("a compiled program is its own child, and does not start itself for ever", () => {
  const start = (isCompiled: boolean) => {
    const { command, args } = childLaunch(CHILD, CHILD_MODE, {}, isCompiled);
    return { command, args };
  };
  const own = { command: Deno.execPath(), args: [CHILD_MODE, "{}"] };
  assertEquals(start(true), own);
  const { command, args } = start(false);
  assertEquals([command, args[0], args.slice(-3)], [
    Deno.execPath(),
    "run",
    [CHILD, ...own.args],
  ]);
});

Deno.test("a start without arguments is that of the options' defaults", async () => {
  const { settings } = await parse([], PARENT_OPTIONS);
  assertEquals(startOptions({}), startOptions(settings));
});

Deno.test("the hidden mode runs the child's code, while its stdin is open", async () => {
  const args = [CHILD_MODE, `{"messages":2,"tick":0}`];
  const child = start(args, { deno: [], stdin: "piped" });
  const { code, stdout } = await child.output();
  await child.stdin.close();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "Spam 0Spam 1"]);
});

for (const by of ["deno run", "deno task"] as const) {
  Deno.test({
    name:
      `by ${by} on a terminal, Ctrl-C reaches the command once, and its last words are logged`,
    ignore: !has(TERMINAL_PROGRAM),
    fn: async () => {
      assertEquals(await interrupted("cleans_up_on_interrupt.sh", by), {
        code: 5,
        seen: "ready\ncleaning\ncleaned\n",
      });
    },
  });
}

test(
  "a reader of the log that is stuck does not keep SIGTERM from ending it",
  needs("/proc"),
  async () => {
    const program = start(["--", "yes"]);
    const { pid } = program;
    // Nobody reads: the pipe is full, and a write of the log is under way.
    assert(await until(() => isBlockedOnWrite(pid), PATIENCE_MS));
    program.kill("SIGTERM");
    // Nobody reads until it has ended.
    const { signal } = await program.status;
    assertEquals(signal, "SIGTERM");
    await program.stdout.cancel();
    await program.stderr.cancel();
  },
);

Deno.test("each shell gets its completions, from the same table", async () => {
  await sideBySide(["bash", "zsh", "fish"], async (name) => {
    const { code, stdout } = await whole([`--completions=${name}`]);
    assertEquals(code, 0);
    assertMatch(stdout, /basic-pipes/);
    assertMatch(stdout, /kill-after/);
  });
});

test("a log file is appended to, rotated, and refused before anything starts", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = (...args: string[]) =>
      whole(["-fraw", "-o", `${folder}/log`, ...args], {
        deno: [
          "--allow-run",
          `--allow-read=${folder}`,
          `--allow-write=${folder}`,
        ],
      });
    const two = ["--", "printf", "one\ntwo\n"];
    assertEquals(await run(...two), {
      code: 0,
      signal: null,
      stdout: "",
      stderr: "",
    });
    await run("--max-size=10", "--keep=1", ...two);
    assertEquals(
      [`${folder}/log.1`, `${folder}/log`].map((p) => Deno.readTextFileSync(p)),
      ["one\ntwo\n", "one\ntwo\n"],
    );
    const refused = await whole([
      "-o",
      `${folder}/no/log`,
      "--",
      "touch",
      `${folder}/started`,
    ], {
      deno: ["--allow-run", "--allow-write"],
    });
    assertEquals(refused.code, 125);
    assertMatch(refused.stderr, /^basic-pipes: Cannot write the log .*\n$/);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "log",
      "log.1",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  "--summary tells the numbers, the end and the remedy on stderr",
  needs("python3"),
  async () => {
    const { code, stdout, stderr } = await whole(
      ["--summary", "-fraw", "--", "python3", fixture("holds_lines_back.py")],
      { env: { PYTHONUNBUFFERED: "" } },
    );
    assertEquals({ code, stdout }, { code: 3, stdout: "line\n".repeat(4) });
    assertMatch(stderr, /ended +after .* with status 3, by itself/);
    assertMatch(stderr, /stdout +20 B/);
    assertMatch(stderr, /PYTHONUNBUFFERED=1/);
    for (const line of stderr.split("\n")) assertLessOrEqual(line.length, 80);
  },
);
