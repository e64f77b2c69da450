/** The library, on Windows: children, their ends, and many bytes. */
import { createHash } from "node:crypto";
import {
  BrokenPipeError,
  type Child,
  run,
  spawn,
  spawnModule,
} from "../../mod.ts";
import { isAlive, refusal, textOf, until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "../support/std_assert.ts";
import { start } from "../support/whole_program.ts";
import { childThat } from "./child_that.ts";

const MIB = 2 ** 20;
const TOTAL = 100 * MIB;

/** Starts a child that does these steps. */
function spawnChildThat(
  steps: readonly (string | number)[],
  options: Parameters<typeof spawn>[2] = {},
): Child {
  const [command = "", ...args] = childThat(...steps);
  return spawn(command, args, options);
}

/** Bytes that repeat at no power of two: a piece that is lost or moved shows. */
function bytesOfChance(): Uint8Array<ArrayBuffer> {
  const random = seededRandom(20170117);
  return Uint8Array.from({ length: MIB + 7 }, () => random() * 256);
}

/** `TOTAL` bytes made of the block, in pieces. */
function* pieces(block: Uint8Array<ArrayBuffer>) {
  for (let left = TOTAL; left > 0; left -= block.length) {
    yield block.subarray(0, Math.min(left, block.length));
  }
}

function hashOf(parts: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

Deno.test("100 MB go through a child and come back as they were", async () => {
  const block = bytesOfChance();
  await using child = spawnChildThat(["echo"], { stdin: "piped" });
  const hash = createHash("sha256");
  let bytes = 0;
  const reading = (async () => {
    for (;;) {
      const chunk = await child.stdout.read(MIB);
      if (chunk === null) break;
      hash.update(chunk);
      bytes += chunk.length;
    }
  })();
  for (const piece of pieces(block)) await child.stdin.write(piece);
  await child.stdin.close();
  await reading;
  await child.check();
  assertEquals({ bytes, hash: hash.digest("hex") }, {
    bytes: TOTAL,
    hash: hashOf(pieces(block)),
  });
});

Deno.test("100 MB go through the whole program and come back as they were", async () => {
  const block = bytesOfChance();
  const command = start(["-fraw", "--slice=1M", "--", ...childThat("echo")], {
    stdin: "piped",
    stderr: "inherit",
  });
  const keys = command.stdin.getWriter();
  const writing = (async () => {
    for (const piece of pieces(block)) await keys.write(piece);
    await keys.close();
  })();
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of command.stdout) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  await writing;
  const { code } = await command.status;
  assertEquals({ code, bytes, hash: hash.digest("hex") }, {
    code: 0,
    bytes: TOTAL,
    hash: hashOf(pieces(block)),
  });
});

Deno.test("200 starts end as they should, and none loses its output", async () => {
  const wrong: unknown[] = [];
  for (let code = 0; code < 200; code++) {
    await using child = spawn("cmd", ["/c", `echo ${code}&exit ${code}`]);
    const text = await textOf(child);
    const status = await child.status;
    if (text === `${code}\r\n` && status.code === code) continue;
    wrong.push({ code, text, status });
  }
  assertEquals(wrong, []);
});

Deno.test("30 children at once keep their outputs apart", async () => {
  const texts = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const { stdout } = await run("cmd", ["/c", `echo ${n}`]);
      return new TextDecoder().decode(stdout);
    }),
  );
  assertEquals(texts, Array.from(texts, (_, n) => `${n}\r\n`));
});

Deno.test("text is given as stdin, and sorted by a program of the system", async () => {
  const { stdout } = await run("sort", [], {
    stdin: { text: "b\r\nc\r\na\r\n" },
  });
  assertEquals(new TextDecoder().decode(stdout), "a\r\nb\r\nc\r\n");
});

Deno.test("a batch file and its URL are commands", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a b%25#ä " });
  try {
    const batch = `${folder}\\says.bat`;
    await Deno.writeTextFile(batch, "@echo said %1\r\n");
    const { pathToFileURL } = await import("node:url");
    for (const command of [batch, pathToFileURL(batch)]) {
      await using child = spawn(command, ["x"]);
      assertEquals(await textOf(child), 'said "x"\r\n');
      assertEquals(child.command, batch);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const STOPS = [
  {
    title: "a timeout",
    options: { timeoutMs: 1500 },
    stop: () => {},
    reason: "timeout",
  },
  {
    title: "a silence",
    options: { idleTimeoutMs: 1500 },
    stop: () => {},
    reason: "idle",
  },
  {
    title: "stop()",
    options: {},
    stop: (child: Child) => child.stop(),
    reason: "stopped",
  },
] as const;

for (const { title, options, stop, reason } of STOPS) {
  Deno.test(`${title} ends a child that stays`, async () => {
    await using child = spawnChildThat(["out", "ready", "stay"], options);
    assertEquals((await child.stdout.read(5))?.length, 5);
    const { pid } = child;
    assert(isAlive(pid));
    await stop(child);
    // A silence counts while somebody reads.
    assertEquals(await child.stdout.read(1), null);
    const status = await child.status;
    assertEquals({ reason: status.reason, success: status.success }, {
      reason,
      success: false,
    });
    assert(await until(() => !isAlive(pid)));
  });
}

Deno.test("an abort and the end of a scope end a child that stays", async () => {
  const control = new AbortController();
  let pids: number[];
  {
    await using aborted = spawnChildThat(["stay"], { signal: control.signal });
    await using left = spawnChildThat(["stay"]);
    pids = [aborted.pid, left.pid];
    control.abort();
    assertEquals((await aborted.status).reason, "aborted");
  }
  assert(await until(() => !pids.some(isAlive)));
});

Deno.test("a descendant that holds the pipe does not hold the end up", async () => {
  // `start /b` leaves it behind with the pipe of cmd.
  const startMs = performance.now();
  await using child = spawn(
    "cmd",
    ["/c", "start /b ping -n 8 127.0.0.1 >nul & exit 4"],
    { exitDelayMs: 200 },
  );
  const { code } = await child.status;
  assertEquals(code, 4);
  assertLessOrEqual(performance.now() - startMs, 6000);
});

Deno.test("a write to a child that has gone is a BrokenPipeError", async () => {
  await using child = spawn("cmd", ["/c", "exit 0"], { stdin: "piped" });
  await child.status;
  let error: unknown;
  try {
    for (let count = 0; count < 100; count++) {
      await child.stdin.write(new Uint8Array(MIB));
      await child.stdin.flush();
    }
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof BrokenPipeError, String(error));
});

Deno.test("a module is started from a folder with a space, a percent sign and more", async () => {
  const folder = await Deno.makeTempDir({ prefix: "a b%25#ä " });
  try {
    const { pathToFileURL } = await import("node:url");
    const module = pathToFileURL(`${folder}\\says.ts`);
    await Deno.writeTextFile(module, `console.log(Deno.args[0]);\n`);
    await using child = spawnModule(module, { args: ["said"] });
    assertEquals(await textOf(child), "said\n");
    await child.check();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a clear environment is empty but for what Windows adds", async () => {
  await using child = spawnChildThat(
    ["env", "PATHEXT", "out", "|", "env", "A"],
    {
      clearEnv: true,
      env: { A: "1", SystemRoot: Deno.env.get("SystemRoot") ?? "" },
    },
  );
  assertMatch(await textOf(child), /\|1$/);
});

for (const signal of ["SIGHUP", "SIGUSR1", "SIGCONT"] as const) {
  Deno.test(`${signal} cannot be sent, and kill() says so`, async () => {
    await using child = spawnChildThat(["stay"]);
    assertMatch(refusal(() => child.kill(signal)), /^TypeError: Cannot send/);
  });
}

Deno.test("a group of its own is refused before anything starts", () => {
  assertMatch(
    refusal(() => spawn("cmd", [], { group: true })),
    /Error: Cannot start .*Windows/,
  );
});
