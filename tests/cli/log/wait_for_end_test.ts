/** How the child and its log come to their end, through the whole program. */
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import {
  fixture,
  isAlive,
  testNeeding,
  timed,
  until,
} from "../../support/processes.ts";
import { sideBySide } from "../../support/side_by_side.ts";
import { shell, start, whole } from "../../support/whole_program.ts";

const test = testNeeding("sh");

const TEXT = ["--format=text", "--time=none"];

test("--count ends the program though the other pipe is silent", async () => {
  const shapes = [[], ["--lines"], ["--fill", "--slice=1"]];
  await sideBySide(shapes, async (shape) => {
    const { ms, value } = await timed(() =>
      whole([
        ...[...TEXT, ...shape, "--count=1", "--stderr=log", "--"],
        ...["sh", "-c", "echo b >&2; exec sleep 60"],
      ])
    );
    assertMatch(value.stdout, /^err b.*\n$/);
    assertEquals(value.code, 0);
    // Half of what the command sleeps.
    assert(ms < 30_000, `${ms} ms`);
  });
});

test("--count counts the lines of both pipes, and logs no more", async () => {
  const program = start([
    ...[...TEXT, "--lines", "--count=2", "--stderr=log", "--"],
    ...["bash", fixture("takes_turns.sh")],
  ], { stdin: "piped" });
  const turns = program.stdin.getWriter();
  let seen = "";
  for await (
    const text of program.stdout.pipeThrough(new TextDecoderStream())
  ) {
    seen += text;
    // The next line is written when this one was read.
    await turns.write(new TextEncoder().encode("line\n")).catch(() => {});
  }
  await turns.close().catch(() => {});
  await program.stderr.cancel();
  assertEquals([(await program.status).code, seen], [0, "out a\nerr b\n"]);
});

test("a reader of the log that is slow loses nothing, and nobody is blamed for it", async () => {
  // More than the two pipes and the log hold: the command's own is not empty yet
  // when it has been silent for as long as a pipe is waited for.
  const { stdout, stderr } = await shell(
    "main --format=raw -- head -c 1000000 /dev/zero | (sleep 0.7; wc -c)",
  );
  assertEquals(Number(stdout), 1_000_000);
  assertEquals(stderr, "");
});

test("a reader of the log that is stuck when time is up is told of", async () => {
  const folder = await Deno.makeTempDir();
  // The reader stays until the program has ended, however long that takes.
  const { stderr } = await shell(
    "{ main --timeout=100ms --format=raw -- bash " +
      `${fixture("writes_much_and_stays.sh")}; : >ended; } |
      until [ -e ended ]; do sleep 0.05; done`,
    { cwd: folder },
  );
  assertMatch(
    stderr,
    /^basic-pipes: the command was stopped .*\nbasic-pipes: the log is incomplete: .*\n$/,
  );
  await Deno.remove(folder, { recursive: true });
});

test("frames are not blamed for a stop of our own", async () => {
  const { code, stdout, stderr } = await whole([
    ...[...TEXT, "--frame=nul", "--count=1", "--stderr=log", "--", "sh", "-c"],
    "printf abc; sleep 0.1; echo x >&2; exec sleep 30",
  ]);
  assertEquals([code, stdout, stderr], [0, "err x\n", ""]);
});

test("what a format has to say at the end of a stream it says once", async () => {
  const { stdout } = await whole([
    ...["--format=hex", "--time=none", "--", "printf", "a"],
  ]);
  assertEquals(stdout.split("\n").slice(1), ["00000001", ""]);
});

test("what is held back of a stream is logged when the other fills the log", async () => {
  // Half a character, which waits for its other half.
  const { stdout } = await whole([
    ...[...TEXT, "--slice=1", "--count=2", "--stderr=log", "--", "sh", "-c"],
    "printf '\\342'; sleep 0.2; printf x >&2; exec sleep 30",
  ]);
  assertEquals(stdout.includes("\\xe2"), true, stdout);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  test(`${signal} after the command's end cuts nothing of a log that is still being read`, async () => {
    // More than the pipe of the log holds: its end is in the program.
    const program = start([
      ...["-fraw", "--", "sh", "-c", 'echo "$$" >&2; exec seq 20000'],
    ]);
    const said = program.stderr.getReader();
    const command = Number(new TextDecoder().decode((await said.read()).value));
    await until(() => !isAlive(command));
    // GNU timeout sends its signal twice.
    program.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    program.kill(signal);
    const text = await new Response(program.stdout).text();
    const { code } = await program.status;
    assertEquals(
      { code, lines: text.split("\n").length - 1, end: text.slice(-6) },
      { code: 0, lines: 20_000, end: "20000\n" },
    );
    await said.cancel();
  });
}

test("a signal after the command's end ends a program whose reader is stuck, and the log is called incomplete", async () => {
  const program = start([
    ...["-fraw", "--", "sh", "-c", 'echo "$$" >&2; exec seq 20000'],
  ]);
  const said = program.stderr.getReader();
  const command = Number(new TextDecoder().decode((await said.read()).value));
  await until(() => !isAlive(command));
  // The first one may still belong to the command.
  await until(() => {
    try {
      program.kill("SIGINT");
      return false;
    } catch {
      return true; // It has ended.
    }
  });
  const { code } = await program.status;
  let stderr = "";
  for (let read; !(read = await said.read()).done;) {
    stderr += new TextDecoder().decode(read.value);
  }
  assertEquals(code, 0);
  assertMatch(stderr, /^basic-pipes: the log is incomplete: .*\n$/);
  await program.stdout.cancel();
});

const STOPS = [
  {
    args: ["--timeout=100ms"],
    says: "basic-pipes: the command was stopped after 0.1 s (--timeout)\n",
  },
  {
    args: ["--idle=0.2"],
    says:
      "basic-pipes: the command was stopped: nothing came from it for 0.2 s (--idle)\n",
  },
  {
    args: ["--timeout=100ms", "--label=web", "-fraw"],
    says: "basic-pipes: web: the command was stopped after 0.1 s (--timeout)\n",
  },
  { args: ["--timeout=100ms", "--quiet"], says: "" },
];

test("a stop by a limit of time is said in one line, unless --quiet", async () => {
  await sideBySide(STOPS, async ({ args, says }) => {
    const { code, stderr } = await whole([
      ...["--time=none", ...args, "--", "sleep", "60"],
    ]);
    assertEquals({ args, code, stderr }, { args, code: 124, stderr: says });
  });
});
