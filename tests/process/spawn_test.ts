import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "../support/std_assert.ts";
import { spawn, type SpawnOptions, StartError } from "../../mod.ts";
import {
  bytesOf,
  fixture,
  isAlive,
  refusal,
  testNeeding,
  textOf,
  timed,
  until,
} from "../support/processes.ts";
import { isQuick } from "../support/is_quick.ts";

const test = testNeeding("sh");

const REFUSED: {
  what: string;
  command?: string | URL;
  args?: unknown;
  options?: Record<string, unknown> | null;
  says: string;
}[] = [
  {
    what: "an empty command",
    command: "",
    says: 'the command is empty: current value is ""',
  },
  {
    what: "a NUL in the command",
    command: "a\0b",
    says: 'the command has a NUL in it: current value is "a\\x00b"',
  },
  {
    what: "a NUL in an argument",
    args: ["ok", "a\0"],
    says: 'argument 2 has a NUL in it: current value is "a\\x00"',
  },
  {
    what: "an argument that was not UTF-8 when it was read",
    args: ["caf\ufffd"],
    says:
      'argument 1 was not valid text when it was read, and would name something else: current value is "caf\ufffd"',
  },
  {
    what: "half a surrogate pair",
    args: ["\ud800"],
    says:
      'argument 1 was not valid text when it was read, and would name something else: current value is "\\u{d800}"',
  },
  {
    what: "an argument that is a number",
    args: [1],
    says: "argument 1 is not text: current value is number",
  },
  {
    what: "a NUL in the directory",
    options: { cwd: "/\0" },
    says: 'cwd has a NUL in it: current value is "/\\x00"',
  },
  {
    what: "a variable without a name",
    options: { env: { "": "x" } },
    says: 'a variable\'s name is empty or has "=" in it: current value is ""',
  },
  {
    what: "a variable with = in its name",
    options: { env: { "A=B": "x" } },
    says:
      'a variable\'s name is empty or has "=" in it: current value is "A=B"',
  },
  {
    what: "a variable without a value",
    options: { env: { A: undefined } },
    says: "the variable A is not text: current value is undefined",
  },
  {
    what: "a NUL in a variable",
    options: { env: { A: "\0" } },
    says: 'the variable A has a NUL in it: current value is "\\x00"',
  },
  ...[0, -1, NaN, Infinity, 2 ** 31].map((timeoutMs) => ({
    what: `a timeout of ${timeoutMs}`,
    options: { timeoutMs },
    says:
      `timeoutMs must be from 1 to 2147483647: current value is ${timeoutMs}`,
  })),
  {
    what: "an idle timeout that is no number of milliseconds",
    options: { idleTimeoutMs: 0 },
    says: "idleTimeoutMs must be from 1 to 2147483647: current value is 0",
  },
  {
    what: "a negative drain",
    options: { exitDelayMs: -1 },
    says: "exitDelayMs must be from 0 to 2147483647: current value is -1",
  },
  {
    what: "a ladder without steps",
    options: { ladder: [] },
    says: "its stop ladder has no step: current value is []",
  },
  {
    what: "a step that waits for ever",
    options: { ladder: [{ signal: "SIGTERM", waitMs: Infinity }] },
    says:
      "a step's waitMs must be from 0 to 2147483647: current value is Infinity",
  },
  {
    what: "a URL that is no file",
    command: new URL("https://example.com/x"),
    says:
      "its URL is not a file: URL of UTF-8 text: current value is https://example.com/x",
  },
  {
    what: "a URL that is no text",
    command: new URL("file:///%ff"),
    says:
      "its URL is not a file: URL of UTF-8 text: current value is file:///%ff",
  },
  {
    what: "a directory that is no file",
    options: { cwd: new URL("https://example.com/x") },
    says:
      "its cwd is not a file: URL of UTF-8 text: current value is https://example.com/x",
  },
  {
    what: "a NUL in the URL of the directory",
    options: { cwd: new URL("file:///a%00b") },
    says: `cwd has a NUL in it: current value is "${
      Deno.build.os === "windows" ? "\\" : "/"
    }a\\x00b"`,
  },
  {
    what: "a timeout that is text",
    options: { timeoutMs: "500" },
    says: 'timeoutMs must be from 1 to 2147483647: current value is "500"',
  },
  ...[null, 5, {}, new ArrayBuffer(1)].map((stdin) => ({
    what: `a stdin that is ${stdin}`,
    options: { stdin },
    says:
      `stdin must be one of "piped", "inherit", "null", bytes, a text or a stream: current value is ${
        stdin === null ? "null" : stdin === 5 ? "5" : stdin.constructor.name
      }`,
  })),
  {
    what: "a stdout that is no stream",
    options: { stdout: "pipe" },
    says:
      'stdout must be one of "piped", "inherit", "null": current value is "pipe"',
  },
  {
    what: "a stderr that is no stream",
    options: { stderr: 2 },
    says:
      'stderr must be one of "piped", "inherit", "null", "tail": current value is 2',
  },
  {
    what: "a way with signals that is none",
    options: { onSignal: "ignore" },
    says:
      'onSignal must be one of "end", "pass", "none": current value is "ignore"',
  },
  {
    what: "an option that there is not",
    options: { timeout: 5 },
    says:
      "its options are stdin, stdout, stderr, cwd, env, clearEnv, signal, " +
      "timeoutMs, idleTimeoutMs, exitDelayMs, ladder, group, onSignal, channel: " +
      'current value is "timeout"',
  },
  {
    what: "a variable that is to be taken away",
    options: { env: { HOME: undefined } },
    says: "the variable HOME is not text: current value is undefined",
  },
  {
    what: "a step that closes stdout",
    options: { ladder: [{ close: "stdout" }] },
    says:
      'what a step closes must be one of "stdin": current value is "stdout"',
  },
  {
    what: "a step with a part that there is not",
    options: { ladder: [{ sginal: "SIGTERM", waitMs: 1 }] },
    says:
      'the parts of a step are close, signal, waitMs: current value is "sginal"',
  },
  {
    what: "a step that does nothing",
    options: { ladder: [{ signal: "SIGTERM" }, {}] },
    says: "a step must have one of close, signal, waitMs: current value is {}",
  },
  {
    what: "a step that is no object",
    options: { ladder: [null] },
    says: "the parts of a step must be an object: current value is null",
  },
  {
    what: "a ladder that is no list",
    options: { ladder: { signal: "SIGTERM" } },
    says: "its stop ladder must be a list: current value is Object",
  },
  {
    what: "a group that is text",
    options: { group: "no" },
    says: 'group must be a boolean: current value is "no"',
  },
  {
    what: "a clearEnv that is a number",
    options: { clearEnv: 1 },
    says: "clearEnv must be a boolean: current value is 1",
  },
  {
    what: "a controller in the place of its signal",
    options: { signal: new AbortController() },
    says: "signal must be an AbortSignal: current value is AbortController",
  },
  {
    what: "a text in the place of the arguments",
    args: "x",
    says: 'the arguments must be a list: current value is "x"',
  },
  {
    what: "null in the place of the options",
    options: null,
    says: "its options must be an object: current value is null",
  },
];

for (const { what, command = "true", args = [], options, says } of REFUSED) {
  Deno.test(`${what} is refused before anything starts`, () => {
    const text = refusal(() =>
      spawn(command, args as string[], options as SpawnOptions)
    );
    assertEquals(
      text.replace(/^(Type|Range)Error: /, ""),
      `Cannot start a child as ${says}`,
    );
  });
}

test("a ladder that stop refuses is a mistake of stop, not of the start", async () => {
  await using child = spawn("true");
  assertEquals(
    refusal(() => child.stop({ ladder: [] })),
    "RangeError: Cannot stop a child as its stop ladder has no step: current value is []",
  );
});

test("a signal that does not exist is refused, in a ladder and when sent", async () => {
  const signal = "SIGNOTHING" as Deno.Signal;
  const says = (purpose: string) =>
    `TypeError: Cannot ${purpose} as there is no signal of that name: current value is "SIGNOTHING"`;
  assertEquals(
    refusal(() => spawn("true", [], { ladder: [{ signal }] })),
    says("start a child"),
  );
  await using child = spawn("true");
  assertEquals(refusal(() => child.kill(signal)), says("send a signal"));
  assertEquals(
    refusal(() => child.stop({ ladder: [{ signal }] })),
    says("stop a child"),
  );
  await child.status;
});

Deno.test("an idle timeout without a pipe is refused", () => {
  assertEquals(
    refusal(() =>
      spawn("true", [], {
        stdout: "null",
        stderr: "null",
        idleTimeoutMs: 5,
      })
    ),
    "TypeError: Cannot watch for idleTimeoutMs as neither stdout nor stderr is piped: current value is 5",
  );
});

Deno.test("a signal that is aborted already starts nothing", () => {
  const reason = new Error("too late");
  const error = assertThrows(() =>
    spawn("true", [], { signal: AbortSignal.abort(reason) })
  );
  assertEquals(error, reason);
});

const PACKAGE = fixture("../../");
const FAILURES = [
  { command: "no-such-command", kind: "not-found", exitCode: 127 },
  { command: "./no/such/file", kind: "not-found", exitCode: 127 },
  {
    command: fixture("no_interpreter.sh"),
    kind: "not-found",
    exitCode: 127,
  },
  { command: "/etc/passwd/x", kind: "not-executable", exitCode: 126 },
  { command: "/etc/passwd", kind: "not-executable", exitCode: 126 },
  { command: "/", kind: "not-executable", exitCode: 126 },
  {
    command: "true",
    args: ["x".repeat(131_072)],
    kind: "argument-too-long",
    exitCode: 126,
  },
  {
    command: "true",
    cwd: `${PACKAGE}no-such-directory`,
    kind: "bad-directory",
    exitCode: 125,
  },
  { command: "true", cwd: "/etc/passwd", kind: "bad-directory", exitCode: 125 },
];
for (const { command, args, cwd, kind, exitCode } of FAILURES) {
  const where = cwd ? " in a directory that is none" : "";
  const what = command.replace(PACKAGE, "");
  test(`starting ${what}${where}${args ? " with 128 KiB" : ""} is ${kind}`, () => {
    const error = assertThrows(
      () => spawn(command, args, { cwd }),
      StartError,
    );
    assertEquals([error.kind, error.exitCode, error.command], [
      kind,
      exitCode,
      command,
    ]);
    assertEquals(error.message.split("\n").length, 1);
    assertInstanceOf(error.cause, Error);
  });
}

test("a file URL starts what it names, whatever is in its path", async () => {
  await using child = spawn(
    new URL("../fixtures/a%20b%23%25/says_hello.sh", import.meta.url),
  );
  assertEquals(await textOf(child), "hello\n");
  await child.check();
});

test("arguments reach the command as they are, no shell between", async () => {
  const args = [
    "$HOME",
    "*",
    "; exit 3",
    "'",
    '"',
    "\\",
    "\n",
    "",
    "é€😀",
    "-n",
  ];
  await using child = spawn("printf", ["<%s>", ...args]);
  assertEquals(await textOf(child), args.map((arg) => `<${arg}>`).join(""));
  assertEquals((await child.status).code, 0);
});

const MISSING = [
  {
    command: "no-such-command",
    why: "there is no such command: no file of that name can be run in PATH",
  },
  {
    command: "./no-such-file",
    why: "there is no such file, or no interpreter that its first line names",
  },
];
for (const { command, why } of MISSING) {
  test(`what is missing when ${command} is started is said`, () => {
    assertEquals(
      refusal(() => spawn(command)),
      `StartError: Cannot start "${command}" as ${why}`,
    );
  });
}

const MIXED = [
  { stdout: "piped", stderr: "piped" },
  { stdout: "piped", stderr: "tail" },
  { stdout: "null", stderr: "piped" },
  { stdout: "null", stderr: "tail" },
] as const;
for (const { stdout, stderr } of MIXED) {
  test(`200 KB on both pipes do not block with stdout ${stdout}, stderr ${stderr}`, async () => {
    await using child = spawn(fixture("floods_both.sh"), [], {
      stdout,
      stderr,
      timeoutMs: 5000,
    });
    const size = stdout === "piped" ? (await bytesOf(child)).length : 0;
    const { code, reason, drained, bytesErr } = await child.status;
    assertEquals({ size, code, reason, drained, bytesErr }, {
      size: stdout === "piped" ? 200_000 : 0,
      code: 0,
      reason: "exited",
      drained: true,
      bytesErr: 200_000,
    });
  });
}

test("a long stderr is read though nobody waits for anything", async () => {
  const script = "exec head -c 200000 /dev/zero >&2";
  await using child = spawn("sh", ["-c", script], { stdout: "null" });
  assert(await until(() => !isAlive(child.pid)), "the child is blocked");
  assertEquals((await child.status).bytesErr, 200_000);
});

test("a stream that is not piped says so when it is used", async () => {
  await using child = spawn("true", [], { stdout: "null" });
  assertEquals(
    [
      refusal(() => child.stdin),
      refusal(() => child.stdout),
      refusal(() => child.stderr),
    ],
    [
      'TypeError: Cannot write to stdin as it is not "piped": current value is "null"',
      'TypeError: Cannot read stdout as it is not "piped": current value is "null"',
      'TypeError: Cannot read stderr as it is not "piped": current value is "tail"',
    ],
  );
  await child.status;
});

test("env adds, clearEnv takes everything else away", async () => {
  await using child = spawn("/usr/bin/env", [], {
    env: { SPAM: "a=b\nc" },
    clearEnv: true,
  });
  assertEquals(await textOf(child), "SPAM=a=b\nc\n");
});

test("a relative command is looked for in cwd", async () => {
  await using child = spawn("./says_hello.sh", [], {
    cwd: fixture("a b#%"),
  });
  assertEquals(await textOf(child), "hello\n");
});

test("the PATH of env decides which command is found", async () => {
  await using child = spawn("says_hello.sh", [], {
    env: { PATH: `${fixture("a b#%")}:/usr/bin:/bin` },
  });
  assertEquals(await textOf(child), "hello\n");
});

test("a file without an interpreter line runs as a shell script", async () => {
  await using child = spawn(fixture("no_first_line"));
  assertEquals(await textOf(child), "a shell read this\n");
});

test("a start that fails leaves no listener", async () => {
  for (let count = 0; count < 20; count++) {
    assertThrows(() => spawn("no-such-command"), StartError);
  }
  await isQuick(
    1000,
    async () => (await timed(() => spawn("true").check())).ms,
  );
});

test("one fault at the door does not disturb a child that runs", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  assertThrows(() => spawn("no-such-command"), StartError);
  await child.stdin.write("still here");
  await child.stdin.close();
  assert((await textOf(child)) === "still here");
});

Deno.test("a locked stream for stdin is refused before anything starts", () => {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  assertEquals(
    refusal(() => spawn("true", [], { stdin: stream })),
    "TypeError: Cannot start a child as the stream for its stdin must not be locked: current value is one that somebody reads already",
  );
});
