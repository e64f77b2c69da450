/** How the whole program ends, on Windows. */
import {
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "../support/std_assert.ts";
import { start, whole } from "../support/whole_program.ts";
import { childThat } from "./child_that.ts";

/** What Windows gives as the code of a program that Ctrl-C has ended. */
const CONTROL_C = 0xc000013a | 0;

const CODES = [0, 1, 2, 7, 124, 127, 128, 255, 256, 1000, -1, CONTROL_C];

for (const code of CODES) {
  Deno.test(`a command that ends with ${code} makes the program end with it`, async () => {
    const ended = await whole(["--", "cmd", "/c", "exit", `${code}`]);
    assertEquals(ended, { code, signal: null, stdout: "", stderr: "" });
  });
}

const FAILED = [
  {
    args: ["--", "no-such-command"],
    code: 127,
    stderr: /^basic-pipes: .*"no-such-command".*no such command.*\n$/,
  },
  {
    args: ["--", "C:\\no\\such.exe"],
    code: 127,
    stderr: /^basic-pipes: .*there is no such file.*\n$/,
  },
  {
    args: ["--", "C:\\windows\\win.ini"],
    code: 126,
    stderr: /^basic-pipes: .*not a program.*\n$/,
  },
  { args: ["--", ""], code: 125, stderr: /^basic-pipes: .*empty.*\n$/ },
  {
    args: ["--cwd=C:\\no\\such", "--", "cmd"],
    code: 125,
    stderr: /^basic-pipes: .*working directory.*\n$/,
  },
  {
    args: ["--group", "--", "cmd"],
    code: 2,
    stderr: /^basic-pipes: Cannot .*group.*Windows.*\n$/,
  },
];

for (const { args, code, stderr } of FAILED) {
  Deno.test(`${args.join(" ")} ends with ${code} and one sentence`, async () => {
    const ended = await whole(args);
    assertEquals({ code: ended.code, stdout: ended.stdout }, {
      code,
      stdout: "",
    });
    assertMatch(ended.stderr, stderr);
  });
}

const STOPPED = [
  { args: ["--timeout=500ms"], steps: ["stay"], code: 124 },
  { args: ["--idle=2s"], steps: ["out", "x", "stay"], code: 124 },
  { args: ["--timeout=30s"], steps: ["exit", 3], code: 3 },
  { args: ["--count=2", "-s1"], steps: ["out", "abc", "stay"], code: 0 },
];

for (const { args, steps, code } of STOPPED) {
  const title = `${args.join(" ")} on a child that does ${steps.join(" ")}`;
  Deno.test(`${title} ends with ${code}`, async () => {
    const startMs = performance.now();
    const ended = await whole([...args, "--", ...childThat(...steps)]);
    assertEquals(ended.code, code);
    assertLessOrEqual(performance.now() - startMs, 20_000);
  });
}

Deno.test("a reader that leaves ends the program with 0, and the child with it", async () => {
  const program = start(["--tick=50ms"]);
  const reader = program.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([
    program.status,
    new Response(program.stderr).text(),
  ]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});

Deno.test("without --allow-run one line names the flag", async () => {
  const { code, stderr } = await whole([], { deno: [] });
  assertEquals(code, 126);
  assertMatch(stderr, /^basic-pipes: .*--allow-run.*\n$/);
});
