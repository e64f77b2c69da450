/** What `--summary` says of real children, through the whole program. */
import {
  fixture,
  isBlockedOnWrite,
  needs,
  quote,
  testNeeding,
  until,
} from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../../support/terminal.ts";
import {
  denoRun,
  start,
  whole,
  wholeOnTerminal,
} from "../../support/whole_program.ts";

const test = testNeeding("sh");

const SUMMARY = ["--summary", "--format=raw"];
test("with --count as many slices are counted as were logged", async () => {
  const { stderr } = await whole(["--summary", "-n2", "--", "yes"]);
  assertMatch(stderr, /^ +1 read, logged in 2 slices$/m);
});

test("with --fill a slice of several reads is counted once", async () => {
  const { stderr } = await whole([
    "--summary",
    "--fill",
    "--",
    "python3",
    fixture("writes_when_read.py"),
  ]);
  assertMatch(stderr, /^ +2 reads, logged in 1 slice$/m);
});

Deno.test(
  "a summary on a terminal that is narrower is as wide as that",
  needs("sh", "script"),
  async () => {
    const { stdout, code } = await wholeOnTerminal(
      [...SUMMARY, "--", "sh", "-c", "seq 20; exit 3"],
      { elsewhere: ">/dev/null", before: "stty cols 52" },
    );
    assertEquals(code, 3);
    const lines = stdout.replaceAll("\r", "").split("\n");
    const widths = lines.map((line) => [...line].length);
    assertEquals(Math.max(...widths) <= 52, true, stdout);
    // The time line is as wide as the table: three cells of 12 columns.
    const drawn = lines.find((line) => line.startsWith("time, stdout"));
    assertEquals([...(drawn ?? "")].length, 15 + 36, stdout);
  },
);

Deno.test(
  "what comes at once at the end is no held output where it went to a terminal",
  needs("python3", "script"),
  async () => {
    // Its end comes at once after what it writes, on a busy machine as well.
    const late = "import os, time; time.sleep(0.7); " +
      "os.write(1, b'one\\ntwo\\n'); os._exit(0)";
    const tell = (...options: string[]) =>
      whole([...options, ...SUMMARY, "--", "python3", "-c", late], {
        env: { PYTHONUNBUFFERED: "" },
      });
    const [piped, onTerminal] = await Promise.all([tell(), tell("--tty")]);
    assertEquals(
      [piped, onTerminal].map(({ stderr }) => stderr.includes("held back")),
      [true, false],
    );
  },
);

Deno.test(
  "the live line on a terminal says that nothing comes, and is gone at the end",
  needs("bash", "script"),
  async () => {
    const args = denoRun([
      ...["--progress", "--label=web", "--", "sh", "-c", "echo x; read -r _"],
    ]);
    const words = [Deno.execPath(), ...args].map(quote).join(" ");
    const terminal = new Deno.Command(TERMINAL_PROGRAM, {
      args: onTerminal(`${words} >/dev/null`),
      stdin: "piped",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const keys = terminal.stdin.getWriter();
    let shown = "";
    const bytes = terminal.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of bytes) {
      const wasSilent = shown.includes("silent");
      shown += text;
      // The child ends by the key.
      if (!wasSilent && shown.includes("silent")) {
        await keys.write(new TextEncoder().encode("\n"));
      }
    }
    await keys.close().catch(() => {});
    assertEquals((await terminal.status).code, 0);
    const drawings = shown.split("\r\x1b[K");
    const silent = drawings.filter((drawing) => drawing.includes("silent"));
    // The key is echoed by the terminal, behind what is drawn.
    assertMatch(
      silent[0]?.replace("\r\n", "") ?? "",
      /^web: +2 B in [\d.]+ s {2}silent [\d.]+ s +▁*█▁+$/,
    );
    assertEquals(drawings.at(-1), "");
  },
);

test("each sentence on stderr has the label", async () => {
  const said = await Promise.all([
    whole(["--label=web", "--timeout=100ms", "--", "sleep", "60"]),
    whole(["--label=web", "--", "no such command"]),
    whole(["--label=w\x1b", "--frame=json", "--", "printf", "no\n"]),
  ]);
  assertEquals(
    said.map(({ stderr }) => stderr.split(" ").slice(0, 2).join(" ")),
    ["basic-pipes: web:", "basic-pipes: web:", "basic-pipes: w\\x1b:"],
  );
});

test("a signal that was passed on is not from elsewhere", async () => {
  const program = start([
    ...SUMMARY,
    "--",
    "sh",
    "-c",
    "echo x; exec sleep 60",
  ]);
  const reader = program.stdout.getReader();
  await reader.read();
  program.kill("SIGINT");
  reader.releaseLock();
  const { stderr, signal } = await program.output();
  assertEquals(signal, "SIGINT");
  assertMatch(
    new TextDecoder().decode(stderr),
    /^ended +after .* by SIGINT, the signal that this program was sent(;|$)/m,
  );
});

test(
  "a reader of the log that is stuck is no silence of the child",
  needs("/proc/self/wchan"),
  async () => {
    const program = start([...SUMMARY, "--", "yes"]);
    // Not read before the end: the pipe of the log is full soon, and stays so.
    let inARow = 0;
    assert(
      await until(() => {
        inARow = isBlockedOnWrite(program.pid) ? inARow + 1 : 0;
        return inARow === 40;
      }),
    );
    program.kill("SIGTERM");
    assertEquals((await program.status).signal, "SIGTERM");
    await program.stdout.cancel();
    const stderr = await new Response(program.stderr).text();
    assertMatch(stderr, /^ended +after .* by SIGTERM/m);
    assert(!stderr.includes("then the end"), stderr);
  },
);

test("the summary begins with the label and the command, so that stages can be told apart", async () => {
  const { stderr } = await whole([
    ...[...SUMMARY, "--label=stage 2", "--", "echo", "a b", "\x1b[2J"],
  ]);
  assertEquals(stderr.split("\n").slice(0, 2), [
    "label          stage 2",
    "command        echo 'a b' '\\x1b[2J'",
  ]);
});
