import { needs, testNeeding } from "../support/processes.ts";
import {
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "../support/std_assert.ts";
import { PAYLOADS } from "./stdout_program.ts";

const test = testNeeding("sh");

const FIXTURES = `${import.meta.dirname}/../fixtures`;
const READER = `${FIXTURES}/slow_reader.py`;
const PROGRAM = ["run", "-q", "--no-prompt", "--no-check"];
const URL_OF_PROGRAM = import.meta.resolve("./stdout_program.ts");

/** The command line that starts the program. */
function program(...args: string[]): string[] {
  return [Deno.execPath(), ...PROGRAM, URL_OF_PROGRAM, ...args];
}

/** Runs a line of shell whose `$@` starts the program. */
function shell(line: string, ...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("bash", {
    args: ["-c", line, "bash", ...program(...args)],
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
  "shared-terminal",
  "nonblocking-shared-terminal",
  "nonblocking-socket",
];

/**
 * Has the program write short lines, lines around the size of every buffer, no
 * newline at all, newlines only, and a short tail, all of them before and after
 * the first 256 KiB.
 */
async function writeSlowly(kind: string, ...to: string[]): Promise<void> {
  const { stdout, stderr, code } = await new Deno.Command("python3", {
    args: [READER, kind, ...program("all kinds", ...to)],
  }).output();
  // Who else holds the same descriptor must not notice us.
  assertEquals(
    [code, difference(stdout, PAYLOADS["all kinds"]!()), textOf(stderr)],
    [0, "same", "mode kept\n"],
  );
}

for (const kind of KINDS) {
  test(
    `stdout is exact, read slowly: ${kind}`,
    needs("python3"),
    () => writeSlowly(kind),
  );
}

for (const kind of KINDS.filter((kind) => !kind.includes("shared"))) {
  test(
    `stderr is exact, read slowly: ${kind}`,
    needs("python3"),
    () => writeSlowly(`stderr-${kind}`, "stderr"),
  );
}

test(
  "many lines onto a terminal that stderr shows as well leave in few writes",
  { ignore: needs("python3").ignore || Deno.build.os !== "linux" },
  async () => {
    // It reads /proc, which no lesser permission allows.
    const [deno = "", run = "", ...args] = program("counts_writes");
    const { stdout } = await new Deno.Command("python3", {
      args: [READER, "shared-terminal", deno, run, "-A", ...args],
    }).output();
    const count = Number(/(\d+) writes\n$/.exec(textOf(stdout))?.[1]);
    // One by one they are 40,000: each line, and its newline.
    assertLessOrEqual(count, 1000);
  },
);

test(
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
  test(`a burst that nobody awaits reaches ${place} whole`, async () => {
    const folder = await Deno.makeTempDir();
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", line, `${folder}/out`, ...program("burst")],
      stderr: "inherit",
    }).output();
    await Deno.remove(folder, { recursive: true });
    assertEquals(difference(stdout, PAYLOADS["short lines"]!()), "same");
  });
}

test(
  "a pipe that is set to non-blocking amid a large piece fails, and doubles nothing",
  needs("python3", "/proc/self/wchan"),
  async () => {
    const { stdout, stderr, code } = await new Deno.Command("python3", {
      args: [READER, "flipped-amid:2000000", ...program("flood")],
    }).output();
    // The reader says there as well what it has done.
    assertMatch(
      textOf(stderr),
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

test(
  "a pipe that is set to non-blocking between two large pieces stays exact",
  needs("python3"),
  async () => {
    const once = PAYLOADS["short lines"]!();
    const { stdout, stderr, code } = await new Deno.Command("python3", {
      args: [READER, `flipped-between:${2 * once.length}`, ...program("flood")],
    }).output();
    const wrong = stdout.findIndex((byte, n) => byte !== once[n % once.length]);
    const told = textOf(stderr);
    assertEquals({ code, wrong, length: stdout.length, told }, {
      code: 0,
      wrong: -1,
      length: 4 * once.length,
      told: "mode changed\n", // back to blocking, as it was given
    });
  },
);

/** Whose reader is stuck, leaves, or has no room; the other one says so. */
const OUTPUTS = ["stdout", "stderr"] as const;

for (const to of OUTPUTS) {
  const other = to === "stdout" ? "stderr" : "stdout";

  for (const bytes of [1, 1_000_000]) {
    test(`a reader of ${to} that is stuck after ${bytes} bytes does not keep a signal from ending the program`, async () => {
      // By exec, so that the signal reaches the program itself.
      const child = new Deno.Command("bash", {
        args: ["-c", 'exec "$@"', "bash", ...program("stuck", to)],
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const says = child[other].pipeThrough(new TextDecoderStream())
        .getReader();
      assertEquals((await says.read()).value, "ready\n");
      const output = child[to].getReader();
      for (let got = 0; got < bytes;) {
        got += (await output.read()).value!.length;
      }
      child.kill("SIGTERM");
      assertEquals((await says.read()).value, "heard SIGTERM\n");
      assertEquals((await child.status).code, 7);
      await says.cancel();
      await output.cancel();
    });
  }

  const all = to === "stdout" ? '"$@"' : '"$@" 3>&1 1>&2 2>&3 3>&-';
  const into = to === "stdout" ? ">/dev/full" : "2>/dev/full";
  for (const reader of ["head -1", "head -c 4000000"]) {
    test(`that the reader of ${to} has gone (${reader}) is the error of every write and flush, and not of close`, async () => {
      const output = await shell(
        `${all} | ${reader} >/dev/null`,
        "reader_leaves",
        to,
      );
      assertEquals(
        textOf(output.stderr),
        ["true BrokenPipe", "true BrokenPipe", "true BrokenPipe", "true quiet"]
          .join("\n"),
      );
    });
  }

  test(`a full device is the error of close, when no write had it: ${to}`, async () => {
    const output = await shell(`exec "$@" ${into}`, "full", to);
    assertEquals(
      textOf(output[other]),
      `Error: Cannot write to ${to}: No space left on device (os error 28)`,
    );
  });
}
