import { existsSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertRejects,
} from "../support/std_assert.ts";
import { type Child, spawn, type SpawnOptions } from "../../mod.ts";
import {
  bytesOf,
  fixture,
  isAlive,
  isBlockedOnWrite,
  needs,
  testNeeding,
  textOf,
  timed,
  until,
} from "../support/processes.ts";
import { isQuick } from "../support/is_quick.ts";
import { together } from "../support/together.ts";

/** For what blocks the event loop of all, or is about a very short time. */
const alone = testNeeding("sh", "cat");
const test = together("what a child writes, until its end", 6, ["sh", "cat"]);

test("a descendant that holds the pipe costs exitDelayMs, and no byte", async () => {
  await isQuick(1000, async () => {
    await using child = spawn(fixture("leaves_grandchild.sh"));
    const { ms, value } = await timed(() =>
      Promise.all([textOf(child), child.status])
    );
    const [text, { code, reason, bytesOut, drained }] = value;
    assertEquals({ text, code, reason, bytesOut, drained }, {
      text: "left\n",
      code: 4,
      reason: "exited",
      bytesOut: 5,
      drained: false,
    });
    assertGreaterOrEqual(ms, 249);
    return ms;
  });
});

test("what a descendant writes within exitDelayMs is read, as often as it comes", async () => {
  // No process between two writes: on a busy machine one comes late. 1.25 s in
  // all, and the silence is at most a second.
  const script = "exec 3<> <(:); " +
    "for i in 1 2 3 4 5; do read -rt 0.25 -u 3; echo $i; done 2>/dev/null & exit 4";
  await using child = spawn("bash", ["-c", script], { exitDelayMs: 1000 });
  const [text, { code, drained }] = await Promise.all([
    textOf(child),
    child.status,
  ]);
  assertEquals({ text, code, drained }, {
    text: "1\n2\n3\n4\n5\n",
    code: 4,
    drained: true,
  });
});

alone("bytes that came while the event loop was blocked are kept", async () => {
  const marker = await Deno.makeTempFile();
  await Deno.remove(marker);
  const script =
    "(sleep 0.1; echo late; : >$0; exec sleep 3) 2>/dev/null & exit 4";
  await using child = spawn("sh", ["-c", script, marker]);
  const text = textOf(child);
  await until(() => !isAlive(child.pid));
  await new Promise((resolve) => setTimeout(resolve, 20));
  // Now the silence is over in which the pipe would be let go, and the bytes
  // have come too.
  const startMs = performance.now();
  while (performance.now() - startMs < 500 || !existsSync(marker));
  assertEquals(await text, "late\n");
  await Deno.remove(marker);
});

test("a timeout means it, whoever holds the pipe", async () => {
  await isQuick(2000, async () => {
    await using child = spawn("sh", ["-c", "echo first; sleep 3; echo x"], {
      timeoutMs: 300,
    });
    const { ms, value } = await timed(() =>
      Promise.all([textOf(child), child.status])
    );
    assertEquals([value[0], value[1].reason], ["first\n", "timeout"]);
    return ms;
  });
});

test("a timeout means it while a descendant floods the pipe", async () => {
  await isQuick(1500, async () => {
    await using child = spawn("sh", ["-c", "yes 2>/dev/null & exec sleep 9"], {
      timeoutMs: 100,
    });
    const { ms, value } = await timed(() =>
      Promise.all([discard(child), child.status])
    );
    assertEquals([value[1].reason, value[1].drained], ["timeout", false]);
    return ms;
  });
});

test("after a stop no more is read than the largest pipe holds", async () => {
  await using child = spawn("sh", ["-c", "yes 2>/dev/null & exec sleep 9"]);
  await child.stdout.read(1);
  await child.stop();
  const size = (await bytesOf(child)).length;
  // A chunk before the stop, two that are read ahead until the exit is known,
  // and one that goes over the limit.
  assertLessOrEqual(size, 1_048_576 + 4 * 65_536);
});

alone("a stop means it while a descendant drips into the pipe", async () => {
  // No process between two drips: the pipe is never silent for 10 ms.
  const drips = "exec 3<> <(:); " +
    "(until read -rt 0.002 -u 3; do echo x; done) 2>/dev/null & exec sleep 9";
  for (const options of [{ timeoutMs: 100 }, {}]) {
    await isQuick(1500, async () => {
      await using child = spawn("bash", ["-c", drips], options);
      if (options.timeoutMs === undefined) {
        await child.stdout.read(1);
        child.stop();
      }
      const { ms, value } = await timed(() =>
        Promise.all([discard(child), child.status])
      );
      assertEquals(value[1].drained, false);
      return ms;
    });
  }
});

const LIMITS = [
  { what: "its timeout", options: { timeoutMs: 300 } },
  { what: "an abort", options: {} },
  { what: "stop", options: {} },
];
for (const { what, options } of LIMITS) {
  test(`after the end of a child, ${what} ends the wait for its pipe`, async () => {
    await isQuick(2000, async () => {
      const abort = new AbortController();
      // Never silent for as long as a pipe is waited for.
      const script =
        "(while :; do sleep 0.1; echo x; done) 2>/dev/null & exit 0";
      await using child = spawn("bash", ["-c", script], {
        ...options,
        signal: abort.signal,
      });
      const all = timed(() => Promise.all([discard(child), child.status]));
      // Until its end is known here, too.
      await until(() => !child.kill("SIGCONT"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (what === "an abort") abort.abort();
      if (what === "stop") assertEquals(await child.stop(), true);
      const { ms, value: [, status] } = await all;
      const { code, reason, success, drained } = status;
      // It had ended by itself.
      assertEquals({ code, reason, success, drained }, {
        code: 0,
        reason: "exited",
        success: true,
        drained: false,
      });
      return ms;
    });
  });
}

test("after the end of a child, a stop does not wait for a silence that is long", async () => {
  await isQuick(2000, async () => {
    const script = "sleep 9 2>/dev/null & exit 0";
    await using child = spawn("sh", ["-c", script], { exitDelayMs: 60_000 });
    const all = timed(() => Promise.all([discard(child), child.status]));
    await until(() => !child.kill("SIGCONT"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await child.stop();
    const { ms, value } = await all;
    assertEquals([value[1].reason, value[1].drained], ["exited", false]);
    return ms;
  });
});

test(
  "a slow reader gets all that a stopped child had written into a large pipe",
  needs("python3"),
  async () => {
    await using child = spawn("python3", [
      fixture("writes_into_a_large_pipe.py"),
    ], { stderr: "piped" });
    await child.stdout.read(1);
    assertEquals(await child.stderr.readLine(), "written");
    await child.stop();
    // Longer than a pipe is waited for after a stop.
    await new Promise((resolve) => setTimeout(resolve, 400));
    assertEquals((await bytesOf(child)).length, 600_000 - 1);
    await child.status;
  },
);

test("a slow reader does not wait for a descendant that drips after a stop", async () => {
  await isQuick(2000, async () => {
    const script =
      "(head -c 200000 /dev/zero; while :; do sleep 0.003; echo x; done) 2>/dev/null & exec sleep 9";
    await using child = spawn("bash", ["-c", script]);
    await child.stdout.read(1);
    await child.stop();
    await child.status;
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { ms, value } = await timed(() => bytesOf(child));
    // How much of what the descendant wrote is read depends on when it wrote it:
    // at least the chunk of which one byte was read above.
    assert(1 + value.length >= 65_536, `${value.length} bytes`);
    return ms;
  });
});

test("a reader that comes late does not wait for whoever holds the pipe", async () => {
  await isQuick(3000, async () => {
    // More than is read ahead, and a descendant that holds the pipe.
    const script =
      "head -c 131072 /dev/zero; (sleep 0.2; echo late; exec sleep 9) 2>/dev/null & exit 0";
    await using child = spawn("sh", ["-c", script], { exitDelayMs: 1000 });
    // The first chunk is a full pipe: then the second one is all that is left.
    await until(() => childrenOf(child.pid).some(isBlockedOnWrite));
    let size = (await child.stdout.read(10))?.length ?? 0;
    assertEquals((await child.status).code, 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { ms } = await timed(async () => {
      for (;;) {
        const chunk = await child.stdout.read(65_536);
        if (chunk === null) break;
        size += chunk.length;
      }
    });
    assertEquals(size, 131_072 + "late\n".length);
    return ms;
  });
});

test("a slow reader gets all that a stopped child had written", async () => {
  await using child = spawn("head", ["-c", "300000", "/dev/zero"]);
  await child.stdout.read(1);
  // One chunk has been taken, and the pipe is full again.
  const { buffered } = child.stdout;
  await until(() => isBlockedOnWrite(child.pid));
  await child.stop();
  await child.status;
  // Longer than a pipe is waited for.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { length } = await bytesOf(child);
  // It may have written more while the signal was on its way.
  assertGreaterOrEqual(length, buffered + 65_536);
  assertEquals((await child.status).bytesOut, length + 1);
});

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return Deno.readTextFileSync(path).split(" ").map(Number).filter(Boolean);
}

async function discard(child: ReturnType<typeof spawn>): Promise<void> {
  while (await child.stdout.read(65_536) !== null);
}

test("64 KiB that nobody reads do not hold the status up, and stay readable", async () => {
  await using child = spawn("head", ["-c", "65536", "/dev/zero"]);
  const { bytesOut, drained, code } = await child.status;
  assertEquals({ bytesOut, drained, code }, {
    bytesOut: 65_536,
    drained: true,
    code: 0,
  });
  assertEquals(await bytesOf(child), new Uint8Array(65_536));
});

test("more than 64 KiB that nobody reads do not hold the status up, and a late reader is told", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"]);
  const { bytesOut, drained, code } = await child.status;
  assertEquals({ bytesOut, drained, code }, {
    bytesOut: 1_000_000,
    drained: true,
    code: 0,
  });
  const error = await assertRejects(() => bytesOf(child), RangeError);
  assertMatch(
    error.message,
    /^Cannot read stdout to its end as nobody read it while the child's end was waited for: current value is 934464 bytes dropped$/,
  );
});

const LEFT: {
  what: string;
  leave: (child: Child) => Promise<unknown>;
  options?: SpawnOptions;
}[] = [
  {
    what: "its scope is left after one line",
    leave: async (child) => {
      await child.stdout.readLine();
      await child[Symbol.asyncDispose]();
    },
  },
  {
    what: "it is stopped after a loop was left",
    leave: async (child) => {
      for await (const _ of child.stdout.lines()) break;
      await child.stop();
    },
  },
  {
    what: "its time is up after one line",
    leave: (child) => child.stdout.readLine(),
    options: { timeoutMs: 200 },
  },
  {
    what: "nobody has read, and its scope is left",
    leave: async (child) => {
      await until(
        () => isBlockedOnWrite(child.pid) || child.stdout.buffered > 0,
        100,
      );
      await child[Symbol.asyncDispose]();
    },
  },
];
for (const { what, leave, options } of LEFT) {
  test(`a server that writes much as it stops ends in its grace: ${what}`, async () => {
    await isQuick(3000, async () => {
      const marker = await Deno.makeTempFile();
      await Deno.remove(marker);
      const script = fixture("writes_as_it_stops.sh");
      await using child = spawn(script, [marker], options);
      await leave(child);
      const { ms, value: status } = await timed(() => child.status);
      assertEquals([status.code, status.signal], [0, null]);
      await Deno.remove(marker);
      return ms;
    });
  });
}

test("after a stop, bytes that nobody reads are kept up to 64 KiB, and the others counted", async () => {
  const marker = await Deno.makeTempFile();
  await using child = spawn(fixture("writes_as_it_stops.sh"), [marker]);
  await child.stdout.readLine();
  // More lines may have come with the first one: the reader has them already.
  const hadBytes = child.stdout.buffered;
  await child.stop();
  const { bytesOut } = await child.status;
  let size = 0;
  const error = await assertRejects(async () => {
    for await (const slice of child.stdout.slices(65_536)) size += slice.length;
  }, RangeError);
  const lost = Number(/ (\d+) bytes dropped$/.exec(error.message)?.[1]);
  assertEquals("ready\n".length + size + lost, bytesOut);
  assertGreaterOrEqual(size - hadBytes, 65_536 - 4096);
  assertLessOrEqual(size - hadBytes, 131_072);
  await Deno.remove(marker);
});

test("a reader that goes on after a stop gets every byte", async () => {
  const script = "trap 'head -c 400000 /dev/zero; exit 0' TERM; " +
    "echo ready; while :; do sleep 0.02; done";
  await using child = spawn("bash", ["-c", script]);
  assertEquals(await child.stdout.readLine(), "ready");
  const stopped = child.stop();
  let size = 0;
  for await (const slice of child.stdout.slices(16_384)) {
    size += slice.length;
    // Slower than the child: it takes more than 250 ms for one chunk.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertEquals([await stopped, size], [true, 400_000]);
  assertEquals((await child.status).code, 0);
});

test("a reader that comes before anything was dropped holds the child up", async () => {
  const script = "head -c 60000 /dev/zero; read -r _; head -c 200000 /dev/zero";
  await using child = spawn("bash", ["-c", script], { stdin: "piped" });
  const status = child.wait();
  // Nobody reads it but the one who keeps it flowing.
  const isKept = () => Deno.inspect(child).includes("bytesOut: 60000");
  assert(await until(isKept), Deno.inspect(child));
  await child.stdout.read(1);
  await child.stdin.close();
  // Longer than a pipe may stay unread.
  await new Promise((resolve) => setTimeout(resolve, 600));
  assertEquals((await child.stdout.readAll()).length, 259_999);
  await status;
});

test("after a stop, what a reader has taken counts no more against the 64 KiB", async () => {
  const script =
    "trap 'head -c 60000 /dev/zero; read -r _; sleep 0.6; head -c 60000 /dev/zero; exit' TERM; " +
    "echo ready; while :; do sleep 0.02; done";
  await using child = spawn("bash", ["-c", script], {
    stdin: "piped",
    // It does not close stdin.
    ladder: [{ signal: "SIGTERM", waitMs: 5000 }],
  });
  assertEquals(await child.stdout.readLine(), "ready");
  child.stop();
  const isKept = () => Deno.inspect(child).includes("bytesOut: 60006");
  assert(await until(isKept), Deno.inspect(child));
  assertEquals((await child.stdout.readExactly(60_000)).length, 60_000);
  await child.stdin.close();
  // Nobody reads for longer than a pipe may stay unread, and then it writes.
  assertEquals((await child.status).code, 0);
  assertEquals((await child.stdout.readAll()).length, 60_000);
});

alone(
  "after a stop a pipe that a descendant holds is closed after a short silence",
  async () => {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const script = "sleep 9 2>/dev/null & echo ready; exec sleep 9";
      await using child = spawn("sh", ["-c", script]);
      assertEquals(await child.stdout.readLine(), "ready");
      const rest = bytesOf(child);
      const { ms } = await timed(async () => {
        await child.stop();
        await child.status;
      });
      await rest;
      times.push(ms);
    }
    // 10 ms, and not 250; on a busy machine one of five rounds shows it.
    assertLessOrEqual(Math.min(...times), 200);
  },
);

test("what onRead got stays as it was, however often the pipe is read after it", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  const pieces: Uint8Array[] = [];
  child.stdout.onRead = (bytes) => pieces.push(bytes);
  const lines = Array.from({ length: 300 }, (_, n) => `Spam ${n}`);
  for (const line of lines) {
    await child.stdin.write(`${line}\n`);
    assertEquals(await child.stdout.readLine(), line);
  }
  await child.stdin.close();
  await child.stdout.readAll();
  const kept = await new Blob(pieces as BlobPart[]).text();
  assertEquals(kept, lines.map((line) => `${line}\n`).join(""));
});

test("pieces that are kept for a late reader are joined, and stay as they were", async () => {
  // After 250 ms nobody has read, and each piece is read when it comes.
  const script = "for i in $(seq 40); do echo $i; sleep 0.02; done";
  await using child = spawn("bash", ["-c", script]);
  await child.status;
  const slices: Uint8Array[] = [];
  for await (const slice of child.stdout.slices(65_536)) slices.push(slice);
  let expected = "";
  for (let line = 1; line <= 40; line++) expected += `${line}\n`;
  assertEquals(await new Blob(slices as BlobPart[]).text(), expected);
  assertLessOrEqual(slices.length, 2);
});

const DROPS = ["check", "wait"] as const;
for (const call of DROPS) {
  test(`${call} with rest "drop" lets a half read child end, and its reader finds the end`, async () => {
    const script = "echo ready; head -c 1000000 /dev/zero; echo no >&2";
    await using child = spawn("sh", ["-c", script]);
    assertEquals(await child.stdout.readLine(), "ready");
    const { bytesOut, stderrTail } = await child[call]({ rest: "drop" });
    assertEquals([bytesOut, stderrTail], [1_000_006, "no\n"]);
    // What the reader held already is still there.
    assertLessOrEqual((await bytesOf(child)).length, 65_536);
    assertEquals(await child.stdout.read(1), null);
  });
}

for (const isPending of [true, false]) {
  test(`a read that ${isPending ? "is pending" : "comes"} when the rest is dropped finds the end`, async () => {
    const script = "read -r _; head -c 1000000 /dev/zero";
    await using child = spawn("sh", ["-c", script], { stdin: "piped" });
    const pending = isPending ? child.stdout.read(1) : undefined;
    const status = child.check({ rest: "drop" });
    const read = pending ?? child.stdout.read(1);
    await child.stdin.close();
    assertEquals(await read, null);
    assertEquals((await status).bytesOut, 1_000_000);
  });
}

for (
  const { writes, line } of [
    { writes: "drips", line: "while echo x; do sleep 0.02; done" },
    { writes: "floods", line: "exec yes" },
  ]
) {
  test(`a descendant that ${writes} holds the end up for exitDelayMs in all where the rest is dropped after the exit`, async () => {
    await isQuick(2000, async () => {
      const script = `echo hi; (${line}) 2>/dev/null & exit 0`;
      await using child = spawn("sh", ["-c", script], { timeoutMs: 5000 });
      assertEquals(await child.stdout.readLine(), "hi");
      await until(() => child.hasExited);
      const { ms, value } = await timed(() => child.check({ rest: "drop" }));
      assertEquals([value.code, value.drained], [0, false]);
      return ms;
    });
  });
}

test("a status that is only looked at changes nothing", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"]);
  const { status } = child;
  // Longer than a pipe may stay unread while somebody waits.
  await new Promise((resolve) => setTimeout(resolve, 400));
  assertEquals((await bytesOf(child)).length, 1_000_000);
  assertEquals((await status).drained, true);
});

test("a descendant that writes on holds the status up for exitDelayMs in all where nobody reads", async () => {
  const script = "(while echo x; do sleep 0.02; done) & exit 3";
  for (const to of ["1", "2"]) {
    await isQuick(2000, async () => {
      await using child = spawn("bash", [
        "-c",
        `exec 3>&${to} 1>&3 2>&3; ${script}`,
      ]);
      const { ms, value } = await timed(() => child.status);
      assertEquals([value.code, value.drained], [3, false]);
      return ms;
    });
  }
});

test("a piped stderr that nobody reads does not hold stdout up", async () => {
  await using child = spawn(fixture("floods_both.sh"), [], { stderr: "piped" });
  assertEquals((await bytesOf(child)).length, 200_000);
  assertEquals((await child.status).bytesErr, 200_000);
});

test("what is in the pipe at the end is read ahead, however much was read before", async () => {
  const script = "head -c 100000 /dev/zero; read -r _; head -c 10 /dev/zero";
  await using child = spawn("bash", ["-c", script], { stdin: "piped" });
  for (let left = 100_000; left > 0;) {
    left -= (await child.stdout.read(left))?.length ?? left;
  }
  await child.stdin.close();
  const { bytesOut, drained } = await child.status;
  assertEquals({ bytesOut, drained }, { bytesOut: 100_010, drained: true });
});

test("what a descendant writes that nobody reads is read ahead by two chunks at most", async () => {
  const script = "head -c 300000 /dev/zero 2>/dev/null & exit 0";
  await using child = spawn("bash", ["-c", script]);
  // Until its end is known here, too.
  await until(() => !child.kill("SIGCONT"));
  const { bytesOut } = await child.status;
  assertLessOrEqual(bytesOut, 131_072);
});

test("no byte is read that comes after those that were let go", async () => {
  const script =
    "head -c 1000000 /dev/zero; echo done >&2; read -r _; echo behind";
  await using child = spawn("bash", ["-c", script], {
    stdin: "piped",
    stderr: "piped",
  });
  const status = child.status;
  assertEquals(await child.stderr.readLine(), "done");
  await child.stdout.read(1);
  await child.stdin.close();
  // Until "behind" has arrived.
  await status;
  let text = "";
  await assertRejects(async () => {
    for (;;) {
      const chunk = await child.stdout.read(65_536);
      if (chunk === null) break;
      text += new TextDecoder().decode(chunk);
    }
  }, RangeError);
  assertEquals(text.includes("behind"), false);
});

test("a pipe that stays unread for long flows once the status is asked for", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"], {
    timeoutMs: 5000,
  });
  // Longer than a pipe may stay unread.
  await new Promise((resolve) => setTimeout(resolve, 400));
  assertEquals((await child.status).reason, "exited");
});

test("a reader that has read one pipe and pauses loses nothing of the other", async () => {
  const script = "echo a; exec head -c 200000 /dev/zero >&2";
  await using child = spawn("sh", ["-c", script], { stderr: "piped" });
  // What it reads is there then, and it does not wait.
  await until(() => isBlockedOnWrite(child.pid));
  assertEquals(await child.stdout.readLine(), "a");
  // Longer than a pipe may stay unread.
  await new Promise((resolve) => setTimeout(resolve, 600));
  let size = 0;
  for await (const slice of child.stderr.slices(65_536)) size += slice.length;
  assertEquals(size, 200_000);
});

test("a reader that has begun and pauses holds the child up, and loses nothing", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"]);
  const first = await child.stdout.read(1);
  const status = child.status;
  // Longer than a pipe may stay unread.
  assertEquals(
    await Promise.race([
      status,
      new Promise((resolve) => setTimeout(resolve, 700, "held up")),
    ]),
    "held up",
  );
  const rest = await bytesOf(child);
  assertEquals([first?.length, rest.length], [1, 999_999]);
  assertEquals((await status).code, 0);
});

test("cancelling stdout lets go of the child's output", async () => {
  await using child = spawn("yes");
  await child.stdout.read(32);
  await child.stdout.cancel();
  const { signal, drained } = await child.status;
  assertEquals({ signal, drained }, { signal: "SIGPIPE", drained: false });
});
