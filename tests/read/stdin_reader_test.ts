import {
  fixture,
  isBlockedOnWrite,
  needs,
  quote,
  until,
} from "../support/processes.ts";
import { assert, assertEquals } from "../support/std_assert.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../support/terminal.ts";

/** The command line that starts the program: it needs no permission. */
function program(name: string): string[] {
  const url = import.meta.resolve("./stdin_program.ts");
  return [Deno.execPath(), "run", "-q", "--no-prompt", "--no-check", url, name];
}

/** Runs a line of shell whose `$@` starts the program. */
function shell(line: string, name: string): Deno.Command {
  return new Deno.Command("bash", {
    args: ["-c", line, "bash", ...program(name)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Runs it to its end. */
async function outputOf(line: string, name: string): Promise<string> {
  const { stdout, stderr } = await shell(line, name).output();
  return textOf(stdout) + textOf(stderr);
}

const NUMBERS = "seq 300000"; // 2 MB
const SUM = "cksum";

for (
  const { what, line } of [
    { what: "a pipe", line: `${NUMBERS} | "$@"` },
    {
      what: "a pipe that is written to byte by byte",
      line: `${NUMBERS} | dd obs=1 count=100 2>&- | "$@"`,
    },
    { what: "a file", line: `f=$(mktemp); ${NUMBERS} >$f; "$@" <$f; rm $f` },
    { what: "an empty pipe", line: `: | "$@"` },
    { what: "a device", line: `"$@" </dev/null` },
    { what: "a stdin that is closed", line: `"$@" <&-` },
  ]
) {
  Deno.test(`${what} is read whole`, needs("bash"), async () => {
    const wanted = line.replace(/"\$@"/, "cat").replace("cat <&-", ":");
    assertEquals(
      await outputOf(`(${line}) | ${SUM}`, "copies"),
      await outputOf(`(${wanted}) | ${SUM}`, "copies"),
    );
  });
}

Deno.test(
  "a socket is read whole",
  needs("python3"),
  async () => {
    const { stdout } = await new Deno.Command("python3", {
      args: ["-c", WRITES_TO_A_SOCKET, ...program("copies")],
    }).output();
    assertEquals(textOf(stdout), "x".repeat(1_000_000));
  },
);
const WRITES_TO_A_SOCKET = `
import socket, subprocess, sys
ours, theirs = socket.socketpair()
child = subprocess.Popen(sys.argv[1:], stdin=theirs)
theirs.close()
ours.sendall(b"x" * 1_000_000)
ours.close()
child.wait()
`;

Deno.test(
  "a terminal is read line by line, to its end",
  needs(TERMINAL_PROGRAM),
  async () => {
    const command = program("reads_to_the_end").map(quote).join(" ");
    const terminal = new Deno.Command(TERMINAL_PROGRAM, {
      args: onTerminal(`stty -echo; echo ready; exec ${command}`),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const keys = terminal.stdin.getWriter();
    let shown = "";
    for await (const bytes of terminal.stdout) {
      shown += textOf(bytes);
      // What is typed before is echoed.
      if (shown === "ready\r\n") {
        await keys.write(new TextEncoder().encode("one\ntwo\n\x04"));
      }
    }
    assertEquals(shown, "ready\r\none\r\ntwo\r\n");
    await terminal.status;
    await keys.close().catch(() => {});
  },
);

/** A program whose stdin the test holds: what it says, line by line. */
function start(name: string) {
  const [command = "", ...args] = program(name);
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  return {
    child,
    write: (text: string) => stdin.write(new TextEncoder().encode(text)),
    close: () => stdin.close().catch(() => {}),
    /** The next line, or `undefined` at the end. */
    async says(): Promise<string | undefined> {
      for (;;) {
        const [line = "", ...rest] = held.split("\n");
        if (rest.length > 0) {
          held = rest.join("\n");
          return line;
        }
        const { value, done } = await lines.read();
        if (done) return undefined;
        held += value;
      }
    },
  };
}

Deno.test("a read that a timeout or an abort has ended loses no byte", async () => {
  const { says, write, close, child } = start("times_out");
  const said: unknown[] = [];
  for (let n = 0; n < 4; n++) said.push(await says());
  await write("first\nsecond\n");
  said.push(await says(), await says());
  await write("third\n");
  said.push(await says());
  await close();
  said.push(await says());
  await child.status;
  assertEquals(said, [
    "TimeoutError",
    "TimeoutError",
    "AbortError",
    "waits",
    "first",
    "second",
    "third",
    undefined,
  ]);
});

for (
  const { what, name, says: expected } of [
    {
      what: "a read that is cancelled",
      name: "gives_up",
      says: ["waits", "null", "null"],
    },
    {
      what: "a read that a timeout has ended",
      name: "ends_after_a_timeout",
      says: ["TimeoutError", "TimeoutError", "TimeoutError"],
    },
    {
      what: "a read that was tried once",
      name: "ends_after_a_poll",
      says: ["TimeoutError"],
    },
    { what: "a line that was read", name: "reads_a_line", says: ["one"] },
    {
      what: "a reader that was cancelled",
      name: "reads_a_line_and_cancels",
      says: ["one"],
    },
  ]
) {
  Deno.test(`${what} lets the program end, although its writer stays`, {
    // Windows cannot poll: the read waits on its thread.
    ignore: !name.startsWith("reads") && Deno.build.os === "windows",
  }, async () => {
    const { says, write, close, child } = start(name);
    if (name.startsWith("reads")) await write("one\n");
    const said: unknown[] = [];
    for (let line; (line = await says()) !== undefined;) said.push(line);
    assertEquals(said, expected);
    assertEquals((await child.status).code, 0);
    await close();
  });
}

Deno.test(
  "every call gives the same reader, and so no byte to a second one",
  needs("bash"),
  async () => {
    assertEquals(
      await outputOf(`printf 'one\\ntwo\\n' | "$@"`, "reads_in_turns"),
      "one\ntwo\n",
    );
  },
);

for (
  const name of [
    "reads_to_the_end",
    "reads_a_line",
    "reads_a_line_and_exits",
    "reads_a_line_and_cancels",
  ]
) {
  Deno.test(
    `the next command finds stdin blocking again: ${name}`,
    needs("bash", "python3"),
    async () => {
      const mode = `python3 -c 'import os; print(os.get_blocking(0))'`;
      assertEquals(
        await outputOf(`echo one | ("$@"; ${mode})`, name),
        "one\nTrue\n",
      );
    },
  );
}

Deno.test(
  "a file that is opened after the end of stdin does not become stdin",
  needs("bash"),
  async () => {
    const [deno = "", run = "", ...args] = program("opens_a_file");
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", ': | "$@"', "bash", deno, run, "--allow-read", ...args],
    }).output();
    assertEquals([textOf(stdout), textOf(stderr)], ["null\n", ""]);
  },
);

Deno.test(
  "behind a read that was asked for, two chunks are read, also of less than 64 KiB",
  needs("bash", "python3"),
  async () => {
    const child = shell(
      `exec "$@" < <(exec python3 ${quote(fixture("writes_when_drained.py"))})`,
      "reads_a_byte",
    ).spawn();
    const stderr = child.stderr.getReader();
    const stdout = child.stdout.getReader();
    const reader = Number(textOf((await stdout.read()).value!));
    const pieces = Number(textOf((await stderr.read()).value!));
    Deno.kill(reader, "SIGTERM");
    await Promise.all([stderr.cancel(), stdout.cancel(), child.status]);
    assert(pieces <= 3, `${pieces} pieces`);
  },
);

Deno.test(
  "a slow reader slows the writer, within 256 KiB",
  needs("bash", "/proc"),
  async () => {
    const child = shell(
      '{ echo $BASHPID >&2; exec head -c 10000000 /dev/zero; } | exec "$@"',
      "reads_a_byte",
    ).spawn();
    const stderr = child.stderr.getReader();
    const writer = Number(textOf((await stderr.read()).value!));
    const stdout = child.stdout.getReader();
    const reader = Number(textOf((await stdout.read()).value!));
    try {
      // It is blocked for a moment between two reads as well.
      let inARow = 0;
      await until(() => {
        inARow = isBlockedOnWrite(writer) ? inARow + 1 : 0;
        return inARow === 20;
      }, 10_000);
      const counts = Deno.readTextFileSync(`/proc/${writer}/io`);
      const all = Number(/^wchar: (\d+)$/m.exec(counts)?.[1]);
      const written = all - `${writer}\n`.length; // That went to stderr.
      assert(written > 65_536 && written <= 4 * 65_536, `${written} bytes`);
    } finally {
      // The writer ends by SIGPIPE, or has ended.
      Deno.kill(reader, "SIGTERM");
      await stderr.cancel();
      await stdout.cancel();
      await child.status;
    }
  },
);
