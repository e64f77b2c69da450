import { needs } from "../support/processes.ts";
import { assertEquals, assertMatch } from "../support/std_assert.ts";
import { PAYLOADS } from "./stdout_program.ts";

const FIXTURES = `${import.meta.dirname}/../fixtures`;
const READER = `${FIXTURES}/slow_reader.py`;
const PROGRAM = ["run", "-q", "--no-prompt", "--no-check"];
const URL_OF_PROGRAM = import.meta.resolve("./stdout_program.ts");

/** The command line that starts the program. */
function program(name: string): string[] {
  return [Deno.execPath(), ...PROGRAM, URL_OF_PROGRAM, name];
}

/** Runs a line of shell whose `$@` starts the program. */
function shell(line: string, name: string): Promise<Deno.CommandOutput> {
  return new Deno.Command("bash", {
    args: ["-c", line, "bash", ...program(name)],
    stdin: "null",
  }).output();
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Where two byte arrays first differ, so that a failure is short to read. */
function difference(actual: Uint8Array, expected: Uint8Array): string {
  if (actual.length !== expected.length) {
    return `${actual.length} bytes, not ${expected.length}`;
  }
  const at = actual.findIndex((byte, n) => byte !== expected[n]);
  return at < 0 ? "same" : `differ at ${at}`;
}

const KINDS = [
  "blocking",
  "nonblocking",
  "shared",
  "terminal",
  "nonblocking-terminal",
  "nonblocking-socket",
];

for (const kind of KINDS) {
  for (const [name, payload] of Object.entries(PAYLOADS)) {
    Deno.test(
      `stdout is exact: ${kind}, read slowly, ${name}`,
      needs("python3"),
      async () => {
        const { stdout, stderr, code } = await new Deno.Command("python3", {
          args: [READER, kind, ...program(name)],
        }).output();
        // Who else holds the same descriptor must not notice us.
        assertEquals(
          [code, difference(stdout, payload()), textOf(stderr)],
          [0, "same", "mode kept\n"],
        );
      },
    );
  }
}

Deno.test(
  "a socket that never would block stays non-blocking",
  needs("python3"),
  async () => {
    const { stdout, stderr, code } = await new Deno.Command("python3", {
      args: [`${FIXTURES}/echoing_socket.py`, ...program("in_turns")],
    }).output();
    assertEquals(
      [code, difference(stdout, PAYLOADS["short lines"]!()), textOf(stderr)],
      [0, "same", "mode kept\n"],
    );
  },
);

const PLACES = [
  { place: "a file", line: '"$@" >"$0.$$"; cat "$0.$$"; rm "$0.$$"' },
  { place: "a fast reader", line: '"$@" | cat' },
  { place: "a waiting reader", line: '"$@" | (read -r x; echo "$x"; cat)' },
];
for (const { place, line } of PLACES) {
  Deno.test(`a burst that nobody awaits reaches ${place} whole`, async () => {
    const folder = await Deno.makeTempDir();
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", line, `${folder}/out`, ...program("burst")],
      stderr: "inherit",
    }).output();
    await Deno.remove(folder, { recursive: true });
    assertEquals(difference(stdout, PAYLOADS["short lines"]!()), "same");
  });
}

Deno.test(
  "a pipe that is set to non-blocking amid a large piece fails, and doubles nothing",
  needs("python3"),
  async () => {
    const { stdout, stderr, code } = await new Deno.Command("python3", {
      args: [READER, "flipped:2000000", ...program("flood")],
    }).output();
    const [line = ""] = textOf(stderr).split("\n");
    assertMatch(
      line,
      /another process has set O_NONBLOCK, and up to \d+ bytes/,
    );
    assertEquals(code, 1);
    const once = PAYLOADS["short lines"]!();
    const wrong = stdout.findIndex((byte, n) => byte !== once[n % once.length]);
    assertEquals({ wrong, isLong: stdout.length > 2_000_000 }, {
      wrong: -1,
      isLong: true,
    });
  },
);

Deno.test(
  "a pipe that is set to non-blocking between two large pieces stays exact",
  needs("python3"),
  async () => {
    const once = PAYLOADS["short lines"]!();
    const { stdout, stderr, code } = await new Deno.Command("python3", {
      args: [READER, `flipped:${2 * once.length}`, ...program("flood")],
    }).output();
    const wrong = stdout.findIndex((byte, n) => byte !== once[n % once.length]);
    const told = textOf(stderr);
    assertEquals({ code, wrong, length: stdout.length, told }, {
      code: 0,
      wrong: -1,
      length: 10 * once.length,
      told: "mode changed\n", // back to blocking, as it was given
    });
  },
);

for (const bytes of [1, 1_000_000]) {
  Deno.test(`a reader that is stuck after ${bytes} bytes does not keep a signal from ending the program`, async () => {
    // By exec, so that the signal reaches the program itself.
    const child = new Deno.Command("bash", {
      args: ["-c", 'exec "$@"', "bash", ...program("stuck")],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = child.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    assertEquals((await stderr.read()).value, "ready\n");
    const stdout = child.stdout.getReader();
    for (let got = 0; got < bytes;) {
      got += (await stdout.read()).value!.length;
    }
    child.kill("SIGTERM");
    assertEquals((await stderr.read()).value, "heard SIGTERM\n");
    assertEquals((await child.status).code, 7);
    await stderr.cancel();
    await stdout.cancel();
  });
}

Deno.test("a reader that leaves is told by every write and flush, and not by close", async () => {
  const { stderr } = await shell('"$@" | head -1 >/dev/null', "reader_leaves");
  assertEquals(
    textOf(stderr),
    ["true BrokenPipe", "true BrokenPipe", "true BrokenPipe", "true quiet"]
      .join("\n"),
  );
});

Deno.test("a reader that leaves after 4 MB is told as well", async () => {
  const { stderr } = await shell(
    '"$@" | head -c 4000000 >/dev/null',
    "reader_leaves",
  );
  assertEquals(
    textOf(stderr).split("\n")[0],
    "true BrokenPipe",
  );
});

Deno.test("a full device is told by close, when no write was", async () => {
  const { stderr } = await shell('exec "$@" >/dev/full', "full");
  assertEquals(
    textOf(stderr),
    "Error: Cannot write to stdout: No space left on device (os error 28)",
  );
});
