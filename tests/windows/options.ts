/** The options of the whole program, on Windows. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "../support/std_assert.ts";
import { FRAME_RULES } from "../../cli/options/option.ts";
import { PARENT_OPTIONS } from "../../cli/options/parent.ts";
import { VERSION } from "../../cli/main/program.ts";
import { ROOT, whole } from "../support/whole_program.ts";
import { childThat } from "./child_that.ts";

const TEXT = ["--format=text", "--time=none"];
/**
 * One write: it arrives as one read. With a newline at its end alone, as Deno
 * cuts what it writes there.
 */
const SAID = ["out", "it's \\xe2\\x82\\xac and Spam\\n"];

const LINES = [
  {
    args: ["--format=seed"],
    log:
      /^Parent \d+ got \[b"it's \\xe2\\x82\\xac and Spam\\n"\] as \d{10}\.\d{6}\n$/,
  },
  { args: TEXT, log: /^it's € and Spam\\n\n$/ },
  {
    args: ["--format=hex", "--time=none"],
    log:
      /^00000000 +69 74 27 73 20 e2 82 ac +20 .*\n00000010 +6d 0a .*\n00000012\n$/,
  },
  {
    args: ["--format=json", "--time=none"],
    log: /^\{.*"size":18,"text":"it's € and Spam\\n"\}\n$/,
  },
  { args: ["--format=raw"], log: /^it's € and Spam\n$/ },
  { args: ["-ftext", "--time=epoch"], log: /^\d{10}\.\d{6} it's € .*\n$/ },
  {
    args: ["-ftext", "--time=iso"],
    log: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d it's € .*\n$/,
  },
  {
    args: ["-ftext", "--time=iso", "--utc"],
    log: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|\+00:00) it's € .*\n$/,
  },
  { args: ["-ftext", "--time=elapsed"], log: /^\d+\.\d{6} it's € .*\n$/ },
  { args: ["-ftext", "--time=delta"], log: /^\+?\d+\.\d{6} it's € .*\n$/ },
  { args: [...TEXT, "--label=web"], log: /^web it's € and Spam\\n\n$/ },
  { args: [...TEXT, "--marks"], log: /^.+ it's € and Spam\\n\n$/ },
  {
    args: [...TEXT, "--slow=1ms", "--color=always"],
    // deno-lint-ignore no-control-regex -- a colour begins with it
    log: /\x1b\[33m.*Spam/,
  },
  { args: [...TEXT, "--slice=7"], log: /^it's \n€ and S\npam\\n\n$/ },
  { args: [...TEXT, "--slice=9", "--fill"], log: /^it's € \nand Spam\\n\n$/ },
  { args: [...TEXT, "--lines"], log: /^it's € and Spam\n$/ },
  { args: [...TEXT, "--slice=2", "--count=2"], log: /^it\n's\n$/ },
];

for (const { args, log } of LINES) {
  Deno.test(`${args.join(" ")} logs what it says`, async () => {
    const { code, stdout, stderr } = await whole([
      ...args,
      "--",
      ...childThat(...SAID),
    ]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, log);
  });
}

for (const rule of FRAME_RULES) {
  Deno.test(`--frame=${rule} reads what our own child writes with it`, async () => {
    const { code, stdout } = await whole([
      ...TEXT,
      `--frame=${rule}`,
      "--messages=3",
      "--tick=0",
    ]);
    const said = [0, 1, 2].map((n) =>
      rule === "json" ? `"Spam ${n}"\n` : `Spam ${n}\n`
    );
    assertEquals({ code, stdout }, { code: 0, stdout: said.join("") });
  });
}

Deno.test("a line that ends with CR LF ends with neither in the log", async () => {
  const { stdout } = await whole([
    ...TEXT,
    "--lines",
    "--",
    ...["cmd", "/c", "echo one&echo two"],
  ]);
  assertEquals(stdout, "one\ntwo\n");
});

Deno.test("--stderr says where stderr goes", async () => {
  const run = (what: string) =>
    whole([
      ...[...TEXT, `--stderr=${what}`, "--"],
      ...childThat("out", "one", "err", "two"),
    ]);
  const { stdout, stderr } = await run("log");
  // Two pipes do not keep the order of the writes.
  assertEquals({ lines: stdout.split("\n").sort(), stderr }, {
    lines: ["", "err two", "out one"],
    stderr: "",
  });
  assertEquals((await run("null")).stderr, "");
  assertEquals((await run("inherit")).stderr, "two");
});

Deno.test("log shows lines of both pipes, without their CR LF and their colours", async () => {
  const { code, stdout, stderr } = await whole([
    ...["log", "-tnone", "--"],
    ...childThat("out", "\\x1b[31mone\\x1b[0m\\r\\ntwo", "err", "three\\r\\n"),
  ]);
  assertEquals({ code, lines: stdout.split("\n").sort(), stderr }, {
    code: 0,
    lines: ["", "err three", "out one", "out two"],
    stderr: "",
  });
});

Deno.test("log shows what stands without a line end, while the command waits", async () => {
  const { code, stdout } = await whole([
    ...["log", "-telapsed", "--unfinished=200ms", "--"],
    ...childThat("out", "name? ", "wait", 3000, "out", "Spam\\n"),
  ]);
  assertEquals(code, 0);
  const [first, second] = stdout.split("\n");
  assertMatch(first!, /^\d+\.\d{6} out name\? /);
  assertMatch(second!, /^\d+\.\d{6} out Spam/);
});

Deno.test("--summary tells the end and the sizes on stderr", async () => {
  const { code, stdout, stderr } = await whole([
    ...["--summary", "-fraw", "--"],
    ...childThat("out", "Spam", "exit", 3),
  ]);
  assertEquals({ code, stdout }, { code: 3, stdout: "Spam" });
  assertMatch(stderr, /^ended +after .* with status 3, by itself$/m);
  assertMatch(stderr, /stdout +4 B/);
});

Deno.test("--progress draws nothing where stderr is no terminal", async () => {
  const { code, stderr } = await whole([
    ...["--progress", "--"],
    ...childThat("out", "Spam", "wait", 1200),
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("--output with --max-size and --keep leaves the files that it says", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = "0123456789".repeat(10) + "\\n";
    const steps = Array.from({ length: 12 }, () => ["out", text, "wait", 5]);
    const { code, stdout, stderr } = await whole([
      ...["-fraw", "-o", `${folder}\\log`, "--max-size=303", "--keep=2", "--"],
      ...childThat(...steps.flat()),
    ], { deno: ["-A"] });
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: "", stderr: "" });
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(files, ["log", "log.1", "log.2"]);
    for (const name of files) {
      const log = await Deno.readTextFile(`${folder}\\${name}`);
      assertMatch(log, /^((0123456789){10}\n){1,3}$/);
    }
    // It is appended to, and not written anew.
    const again = await whole([
      ...["-fraw", "-o", `${folder}\\log`, "--"],
      ...childThat("out", "last"),
    ], { deno: ["-A"] });
    assertEquals(again.code, 0);
    assertMatch(await Deno.readTextFile(`${folder}\\log`), /\nlast$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a rotation that may not rename names the folder of the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const ended = await whole(
      ["-o", `${folder}\\log`, "--max-size=303", "--messages=1"],
      { deno: ["--allow-run", `--allow-write=${folder}`] },
    );
    assertEquals({ code: ended.code, stdout: ended.stdout }, {
      code: 125,
      stdout: "",
    });
    assert(ended.stderr.includes(`--allow-read='${folder}' `), ended.stderr);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("--cwd and --env reach the command", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const { code, stdout } = await whole([
      ...["-fraw", "--cwd", folder, "-E", "A=1=2", "-EB=", "--"],
      ...childThat("cwd", "out", "|", "env", "A", "out", "|", "env", "B"),
    ]);
    assertEquals({ code, stdout }, { code: 0, stdout: `${folder}|1=2|` });
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("the command's arguments arrive unchanged", async () => {
  const hard = [
    ...['"', '\\"', "a\\", "a b\\", "", "%PATH%", "^&|<>", "*", "--slice=4"],
    ...["it's", "é€𝄞", "\t", "--"],
  ];
  const { code, stdout } = await whole([
    ...["-fraw", "--slice=1M", "--"],
    ...childThat("args", ...hard),
  ]);
  assertEquals({ code, args: JSON.parse(stdout) }, { code: 0, args: hard });
});

Deno.test("our own stdin reaches the command", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-prompt", "--allow-run", new URL("main.ts", ROOT)]
        .map(String),
      ...["-fraw", "--", "findstr", "b"],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  await using program = command.spawn();
  const output = program.output();
  const keys = program.stdin.getWriter();
  await keys.write(new TextEncoder().encode("abc\r\nxyz\r\nb\r\n"));
  await keys.close();
  const { code, stdout } = await output;
  assertEquals({ code, stdout: new TextDecoder().decode(stdout) }, {
    code: 0,
    stdout: "abc\r\nb\r\n",
  });
});

Deno.test("--help names every option, and --version is ours", async () => {
  const { code, stdout, stderr } = await whole(["log", "--help"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  for (const name of Object.keys(PARENT_OPTIONS)) {
    assert(stdout.includes(`--${name}`), name);
  }
  assertEquals((await whole(["-V"])).stdout, `basic-pipes ${VERSION}\n`);
});

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test(`--completions=${shell} prints them`, async () => {
    const { code, stdout } = await whole([`--completions=${shell}`]);
    assertEquals(code, 0);
    assertMatch(stdout, /basic-pipes[^]*kill-after/);
  });
}

const REFUSED = [
  ["--slize=3"],
  ["--slice=0"],
  ["--keep=3"],
  ["--lines", "--frame=nul"],
  ["--format=raw", "--lines"],
  ["--stderr=piped"],
  ["--tty"],
  ["log", "--slice=8"],
];

Deno.test("what is wrong is refused with 2, and nothing is started", async () => {
  const folder = await Deno.makeTempDir();
  const mark = fileURLToPath(new URL("./does.ts", import.meta.url));
  try {
    for (const args of REFUSED) {
      const ended = await whole([
        ...[...args, "--", "cmd", "/c", "copy", mark, folder],
      ]);
      const { code, stdout } = ended;
      assertEquals({ args, code, stdout }, { args, code: 2, stdout: "" });
      assertMatch(ended.stderr, /^basic-pipes: Cannot .*\n$/);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
