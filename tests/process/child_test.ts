import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertRejects,
} from "../support/std_assert.ts";
import {
  ExitError,
  type ExitStatus,
  run,
  spawn,
  type StopLadder,
  stopLadder,
  type StopStep,
} from "../../mod.ts";
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

const test = testNeeding("sh");

const SHORT: StopLadder = [
  { close: "stdin" },
  { signal: "SIGTERM", waitMs: 100 },
  { signal: "SIGKILL", waitMs: 1000 },
];
const decoder = new TextDecoder();

/** What a status says, without what differs from run to run. */
function told({ durationMs: _, ...rest }: ExitStatus) {
  return rest;
}

const EXITED: Omit<ExitStatus, "durationMs"> = {
  code: 0,
  signal: null,
  success: true,
  reason: "exited",
  stopSteps: 0,
  receivedSignal: null,
  bytesIn: 0,
  bytesOut: 0,
  bytesErr: 0,
  stderrTail: "",
  drained: true,
};

const ENDS: { script: string; expected: Partial<ExitStatus> }[] = [
  { script: "exit 0", expected: {} },
  { script: "exit 255", expected: { code: 255, success: false } },
  {
    script: "echo out; echo err >&2; exit 3",
    expected: {
      code: 3,
      success: false,
      bytesOut: 4,
      bytesErr: 4,
      stderrTail: "err\n",
    },
  },
  {
    script: "kill -TERM $$",
    expected: {
      code: 143,
      signal: "SIGTERM",
      success: false,
      reason: "signaled",
    },
  },
  {
    script: "kill -KILL $$",
    expected: {
      code: 137,
      signal: "SIGKILL",
      success: false,
      reason: "signaled",
    },
  },
  { script: "exec >&-; sleep 0.05; exit 0", expected: {} },
  { script: "(sleep 0.1; exit 9) >/dev/null 2>&1 & exit 0", expected: {} },
  {
    script: "exec 0<&- 1>&- 2>&-; exit 6",
    expected: { code: 6, success: false },
  },
];
for (const { script, expected } of ENDS) {
  test(`the status of bash -c '${script}' is told truly`, async () => {
    await using child = spawn("bash", ["-c", script]);
    assertEquals(told(await child.status), { ...EXITED, ...expected });
  });
}

for (const number of [34, 64]) {
  test({
    name: `a child that ends by real-time signal ${number} has a status`,
    // Deno rejects its own status then, and keeps the resource of the child.
    sanitizeResources: false,
    fn: async () => {
      await using child = spawn("bash", ["-c", `kill -${number} $$`]);
      assertEquals(told(await child.status), {
        ...EXITED,
        code: 128 + number,
        signal: number,
        success: false,
        reason: "signaled",
      });
    },
  });
}

test("the status lasts from the start to the process's end", async () => {
  await using child = spawn("sleep", ["0.2"]);
  const { durationMs } = await child.status;
  assertGreaterOrEqual(durationMs, 199);
  assertLessOrEqual(durationMs, 1000);
});

test("the time of a child does not count the wait for its pipes", async () => {
  const startMs = performance.now();
  await using child = spawn(fixture("leaves_grandchild.sh"));
  const [, { durationMs }] = await Promise.all([textOf(child), child.status]);
  assertGreaterOrEqual(performance.now() - startMs - durationMs, 249);
});

test("the tail is the last 8,192 bytes of stderr", async () => {
  const script =
    "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done >&2";
  await using child = spawn("sh", ["-c", script]);
  let all = "";
  for (let line = 0; line < 3000; line++) all += `line ${line}\n`;
  const { stderrTail, bytesErr } = await child.status;
  assertEquals({ stderrTail, bytesErr }, {
    stderrTail: all.slice(-8192),
    bytesErr: all.length,
  });
});

test("check gives the status of a success, and refuses any other", async () => {
  await using good = spawn("true");
  assertEquals(told(await good.check()), EXITED);
  await using bad = spawn("sh", [
    "-c",
    "echo first >&2; echo 'no\u{1b}[2J' >&2; exit 3",
  ]);
  const error = await assertRejects(() => bad.check(), ExitError);
  assertEquals(
    error.message,
    `"sh -c 'echo first >&2; echo '\\''no\\x1b[2J'\\'' >&2; exit 3'" ` +
      `ended with code 3: no\\x1b[2J`,
  );
  assertEquals(error.status, await bad.status);
});

const STOPS: {
  what: string;
  reason: string;
  message: RegExp;
  start: () => { child: ReturnType<typeof spawn>; act?: () => void };
}[] = [
  {
    what: "a timeout",
    reason: "timeout",
    message: /was ended by SIGTERM as its time was up$/,
    start: () => ({ child: spawn("sleep", ["30"], { timeoutMs: 50 }) }),
  },
  {
    what: "an idle timeout",
    reason: "idle",
    message: /as nothing came from it$/,
    start: () => ({ child: spawn("sleep", ["30"], { idleTimeoutMs: 50 }) }),
  },
  {
    what: "an abort",
    reason: "aborted",
    message: /as it was aborted$/,
    start: () => {
      const controller = new AbortController();
      const { signal } = controller;
      return {
        child: spawn("sleep", ["30"], { signal }),
        act: () => controller.abort(new Error("enough")),
      };
    },
  },
  {
    what: "stop",
    reason: "stopped",
    message: /as it was stopped$/,
    start: () => {
      const child = spawn("sleep", ["30"]);
      return { child, act: () => child.stop() };
    },
  },
  {
    what: "the end of its scope",
    reason: "disposed",
    message: /as its scope was left$/,
    start: () => {
      const child = spawn("sleep", ["30"]);
      return { child, act: () => child[Symbol.asyncDispose]() };
    },
  },
];
for (const { what, reason, message, start } of STOPS) {
  test(`${what} stops the child, and the status says so`, async () => {
    const { child, act } = start();
    await using _ = child;
    act?.();
    const { ms, value } = await timed(() => child.status);
    assertLessOrEqual(ms, 1000);
    assertEquals(told(value), {
      ...EXITED,
      code: 143,
      signal: "SIGTERM",
      success: false,
      reason: value.reason,
      stopSteps: 2,
    });
    assertEquals(value.reason, reason as ExitStatus["reason"]);
    const error = await assertRejects(() => child.check(), ExitError);
    assertMatch(error.message, message);
    assertEquals(
      (error.cause as Error | undefined)?.message,
      reason === "aborted" ? "enough" : undefined,
    );
    assert(!isAlive(child.pid));
  });
}

const LADDERS: {
  what: string;
  child: string;
  stdin?: "piped";
  ladder: StopLadder;
  expected: Partial<ExitStatus>;
}[] = [
  {
    what: "a child that reads its stdin ends at the first step",
    child: "cat.sh",
    stdin: "piped",
    ladder: [{ close: "stdin", waitMs: 1000 }, ...SHORT],
    expected: { code: 0, signal: null, stopSteps: 1 },
  },
  {
    what: "a child that ignores SIGTERM ends at SIGKILL",
    child: "ignores_signals.sh",
    ladder: SHORT,
    expected: { code: 137, signal: "SIGKILL", stopSteps: 3 },
  },
  {
    what: "a grace of 0 kills at once",
    child: "ignores_signals.sh",
    ladder: stopLadder({ graceMs: 0 }),
    expected: { code: 137, signal: "SIGKILL", stopSteps: 3 },
  },
  {
    what: "a child that cleans up ends with its own code",
    child: "cleans_up.sh",
    ladder: stopLadder(),
    expected: { code: 7, signal: null, stopSteps: 2 },
  },
  {
    what: "a stopped child hears SIGTERM",
    child: "stops_itself.sh",
    ladder: [{ signal: "SIGTERM", waitMs: 1500 }, {
      signal: "SIGKILL",
      waitMs: 1000,
    }],
    expected: { code: 143, signal: "SIGTERM", stopSteps: 1 },
  },
];
for (const { what, child: name, stdin, ladder, expected } of LADDERS) {
  test(`stop: ${what}`, async () => {
    await using child = spawn(fixture(name), [], { stdin, ladder });
    await child.stdout.read(32);
    if (name === "stops_itself.sh") {
      assert(await until(() => isStopped(child.pid)));
    }
    assertEquals(await child.stop(), true);
    assertEquals(told(await child.status), {
      ...EXITED,
      success: false,
      reason: "stopped",
      bytesOut: (await child.status).bytesOut,
      ...expected,
    });
  });
}

function isStopped(pid: number): boolean {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
}

test("stop may be called often, together and after the end", async () => {
  await using child = spawn("sleep", ["30"]);
  const stops = await Promise.all([child.stop(), child.stop(), child.stop()]);
  assertEquals(stops, [true, true, true]);
  assertEquals(await child.stop(), true);
  const { reason, stopSteps } = await child.status;
  assertEquals({ reason, stopSteps }, { reason: "stopped", stopSteps: 2 });
});

test("stopping a child that has ended by itself changes nothing", async () => {
  await using child = spawn("true");
  await child.status;
  assertEquals(await child.stop(), true);
  assertEquals(child.kill(), false);
  assertEquals(told(await child.status), EXITED);
});

test("a ladder that does not end the child says so, and its scope still does", async () => {
  let pid = 0;
  {
    await using child = spawn(fixture("ignores_signals.sh"), [], {
      ladder: [{ signal: "SIGTERM", waitMs: 50 }],
    });
    pid = child.pid;
    await child.stdout.read(32);
    assertEquals(await child.stop(), false);
    assert(isAlive(pid));
  }
  assert(!isAlive(pid));
});

test("a descendant that holds the pipe costs exitDelayMs, and no byte", async () => {
  await using child = spawn(fixture("leaves_grandchild.sh"));
  const { ms, value } = await timed(() =>
    Promise.all([textOf(child), child.status])
  );
  assertEquals([value[0], told(value[1])], ["left\n", {
    ...EXITED,
    code: 4,
    success: false,
    bytesOut: 5,
    drained: false,
  }]);
  assertGreaterOrEqual(ms, 249);
  assertLessOrEqual(ms, 1000);
});

test("what a descendant writes within exitDelayMs is read, as often as it comes", async () => {
  const script =
    "for i in 1 2 3 4 5; do sleep 0.1; echo $i; done 2>/dev/null & exit 4";
  await using child = spawn("sh", ["-c", script]);
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

test("bytes that came while the event loop was blocked are kept", async () => {
  const script = "(sleep 0.1; echo late; exec sleep 3) 2>/dev/null & exit 4";
  await using child = spawn("sh", ["-c", script]);
  const text = textOf(child);
  await until(() => !isAlive(child.pid));
  await new Promise((resolve) => setTimeout(resolve, 20));
  // Now the silence is over in which the pipe would be let go, and the bytes
  // have come too.
  for (const startMs = performance.now(); performance.now() - startMs < 500;);
  assertEquals(await text, "late\n");
});

test("a timeout means it, whoever holds the pipe", async () => {
  await using child = spawn("sh", ["-c", "echo first; sleep 3; echo x"], {
    timeoutMs: 300,
  });
  const { ms, value } = await timed(() =>
    Promise.all([textOf(child), child.status])
  );
  assertEquals([value[0], value[1].reason], ["first\n", "timeout"]);
  assertLessOrEqual(ms, 450);
});

test("a timeout means it while a descendant floods the pipe", async () => {
  await using child = spawn("sh", ["-c", "yes 2>/dev/null & exec sleep 9"], {
    timeoutMs: 100,
  });
  const { ms, value } = await timed(() =>
    Promise.all([discard(child), child.status])
  );
  assertEquals([value[1].reason, value[1].drained], ["timeout", false]);
  assertLessOrEqual(ms, 1500);
});

test("after a stop no more is read than the largest pipe holds", async () => {
  await using child = spawn("sh", ["-c", "yes 2>/dev/null & exec sleep 9"]);
  await child.stdout.read(1);
  await child.stop();
  const size = (await bytesOf(child)).length;
  // A chunk before it, and one that goes over the limit.
  assertLessOrEqual(size, 65_536 + 1_048_576 + 65_536);
});

test("a stop means it while a descendant drips into the pipe", async () => {
  // No process between two drips: the pipe is never silent for 10 ms.
  const drips = "exec 3<> <(:); " +
    "(until read -rt 0.002 -u 3; do echo x; done) 2>/dev/null & exec sleep 9";
  for (const options of [{ timeoutMs: 100 }, {}]) {
    await using child = spawn("bash", ["-c", drips], options);
    if (options.timeoutMs === undefined) {
      await child.stdout.read(1);
      child.stop();
    }
    const { ms, value } = await timed(() =>
      Promise.all([discard(child), child.status])
    );
    assertEquals(value[1].drained, false);
    assertLessOrEqual(ms, 1500);
  }
});

const LIMITS = [
  { what: "its timeout", options: { timeoutMs: 300 } },
  { what: "an abort", options: {} },
  { what: "stop", options: {} },
];
for (const { what, options } of LIMITS) {
  test(`after the end of a child, ${what} ends the wait for its pipe`, async () => {
    const abort = new AbortController();
    // Never silent for as long as a pipe is waited for.
    const script = "(while :; do sleep 0.1; echo x; done) 2>/dev/null & exit 0";
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
    assertLessOrEqual(ms, 2000);
  });
}

test("after the end of a child, a stop does not wait for a silence that is long", async () => {
  const script = "sleep 9 2>/dev/null & exit 0";
  await using child = spawn("sh", ["-c", script], { exitDelayMs: 60_000 });
  const all = timed(() => Promise.all([discard(child), child.status]));
  await until(() => !child.kill("SIGCONT"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await child.stop();
  const { ms, value } = await all;
  assertEquals([value[1].reason, value[1].drained], ["exited", false]);
  assertLessOrEqual(ms, 2000);
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
  const script =
    "(head -c 200000 /dev/zero; while :; do sleep 0.003; echo x; done) 2>/dev/null & exec sleep 9";
  await using child = spawn("bash", ["-c", script]);
  await child.stdout.read(1);
  await child.stop();
  await child.status;
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { ms, value } = await timed(() => bytesOf(child));
  // How much of what the descendant wrote is read depends on when it wrote it.
  assert(value.length >= 65_536, `${value.length} bytes`);
  assertLessOrEqual(ms, 2000);
});

test("a ladder that did not end the child is walked again", async () => {
  const ladder = [{ signal: "SIGINT", waitMs: 20 }] as const;
  const script = "trap '' INT; echo ready; exec sleep 30";
  await using child = spawn("bash", ["-c", script], { ladder });
  await child.stdout.readLine();
  assertEquals([await child.stop(), await child.stop()], [false, false]);
  // Two at once are one.
  assertEquals(await Promise.all([child.stop(), child.stop()]), [false, false]);
  child.kill("SIGKILL");
  assertEquals((await child.status).stopSteps, 3);
});

test("a ladder that is changed after the start is still the one that was given", async () => {
  const ladder: StopStep[] = [{ signal: "SIGTERM", waitMs: 5000 }];
  await using child = spawn("sleep", ["30"], { ladder });
  ladder[0] = { signal: "SIGKILL", waitMs: 5000 };
  assertEquals(await child.stop(), true);
  assertEquals((await child.status).signal, "SIGTERM");
});

test("a reader that comes late does not wait for whoever holds the pipe", async () => {
  // More than is read ahead, and a descendant that holds the pipe.
  const script =
    "head -c 131072 /dev/zero; (sleep 0.2; echo late; exec sleep 9) 2>/dev/null & exit 0";
  await using child = spawn("sh", ["-c", script]);
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
  assertLessOrEqual(ms, 3000);
});

test("a child that writes is not idle because the event loop was blocked", async () => {
  const script = "while :; do echo x; sleep 0.02; done";
  await using child = spawn("bash", ["-c", script], { idleTimeoutMs: 200 });
  const all = discard(child);
  await child.stdout.peek(1).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const startMs = performance.now(); performance.now() - startMs < 400;);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await child.stop();
  await all;
  assertEquals((await child.status).reason, "stopped");
});

test("a timeout that fires after a blocked event loop does not blame a child that had ended", async () => {
  await using child = spawn("true", [], { timeoutMs: 50 });
  const startMs = performance.now();
  while (isAlive(child.pid) || performance.now() - startMs < 100);
  const { reason, success } = await child.status;
  assertEquals({ reason, success }, { reason: "exited", success: true });
});

test("a stop that is too weak does not keep a timeout from ending the child", async () => {
  const script = "trap '' INT; echo ready; exec sleep 30";
  await using child = spawn("bash", ["-c", script], { timeoutMs: 200 });
  await child.stdout.readLine();
  const weak = child.stop({ ladder: [{ signal: "SIGINT", waitMs: 60_000 }] });
  const { signal, reason } = await child.status;
  assertEquals({ signal, reason }, { signal: "SIGTERM", reason: "stopped" });
  assertEquals(await weak, true);
});

test("a ladder that is asked for does not wait for a stop under way", async () => {
  await using child = spawn(fixture("ignores_signals.sh"));
  await child.stdout.read(1);
  child.stop({ ladder: [{ signal: "SIGTERM", waitMs: 60_000 }] });
  const stopped = await child.stop({
    ladder: [{ signal: "SIGKILL", waitMs: 1000 }],
  });
  assertEquals([stopped, (await child.status).signal], [true, "SIGKILL"]);
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
  assertEquals((await bytesOf(child)).length, buffered + 65_536);
});

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return Deno.readTextFileSync(path).split(" ").map(Number).filter(Boolean);
}

async function discard(child: ReturnType<typeof spawn>): Promise<void> {
  while (await child.stdout.read(65_536) !== null);
}

test("a stop reaches every descendant of a child with a group of its own", async () => {
  await using child = spawn(fixture("family.sh"), [], { group: true });
  let text = "";
  while ((text.match(/\n/g)?.length ?? 0) < 2) {
    text += decoder.decode(await child.stdout.read(64) ?? new Uint8Array());
  }
  const pids = text.trim().split("\n").map(Number);
  assertEquals(pids.map(isAlive), [true, true]);
  await child.stop();
  assert(await until(() => !pids.some(isAlive)), "a descendant lives");
  assertEquals((await child.status).drained, true);
});

test("what ignores SIGTERM in the group is killed when its leader has ended", async () => {
  const script =
    "trap '' TERM; sleep 30 2>/dev/null & trap - TERM; echo $!; wait";
  await using child = spawn("sh", ["-c", script], { group: true });
  const pid = Number(decoder.decode(await child.stdout.read(64) ?? undefined));
  await child.stop();
  assert(await until(() => !isAlive(pid)), "a descendant lives");
});

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
    /^Cannot read stdout to its end as nobody had begun to read it while the child's end was waited for: current value is 9\d{5} bytes let go$/,
  );
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
  let text = "";
  await assertRejects(async () => {
    for (;;) {
      const chunk = await child.stdout.read(65_536);
      if (chunk === null) break;
      text += decoder.decode(chunk);
    }
  }, RangeError);
  assertEquals(text.includes("behind"), false);
  await status;
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
      new Promise((resolve) => setTimeout(resolve, 400, "held up")),
    ]),
    "held up",
  );
  const rest = await bytesOf(child);
  assertEquals([first?.length, rest.length], [1, 999_999]);
  assertEquals((await status).code, 0);
});

test("idle is the child's silence, not the reader's pause", async () => {
  await using child = spawn("head", ["-c", "1000000", "/dev/zero"], {
    idleTimeoutMs: 300,
  });
  await child.stdout.read(1);
  await new Promise((resolve) => setTimeout(resolve, 700));
  await bytesOf(child);
  assertEquals((await child.status).reason, "exited");
});

test("cancelling stdout lets go of the child's output", async () => {
  await using child = spawn("yes");
  await child.stdout.read(32);
  await child.stdout.cancel();
  const { signal, drained } = await child.status;
  assertEquals({ signal, drained }, { signal: "SIGPIPE", drained: false });
});

test("leaving the scope in the middle of a loop stops an endless child", async () => {
  let pid = 0;
  const { ms } = await timed(async () => {
    await using child = spawn("yes");
    pid = child.pid;
    for (let count = 0; count < 3; count++) await child.stdout.read(32);
  });
  assert(!isAlive(pid));
  assertLessOrEqual(ms, 1000);
});

test({
  name: "a scope is left when the status is there",
  // Deno cannot end a write to a pipe that somebody holds and does not read.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    // A descendant holds stdin, and for `drainMs` the status waits for it.
    const script =
      "exec 3<&0; sleep 2 <&3 >/dev/null 2>&1 & echo ready; exec sleep 30";
    let status: Promise<ExitStatus>;
    {
      await using child = spawn("sh", ["-c", script], {
        stdin: "piped",
        // It does not close stdin.
        ladder: [{ signal: "SIGTERM", waitMs: 1000 }],
      });
      await child.stdout.readLine();
      child.stdin.write(new Uint8Array(300_000)).catch(() => {});
      status = child.status;
    }
    // The first one that has resolved already wins.
    const first = await Promise.race([status, Promise.resolve()]);
    assertEquals(first?.reason, "disposed");
  },
});

test("an error in the scope stops the child and is thrown on", async () => {
  let pid = 0;
  await assertRejects(
    async () => {
      await using child = spawn("sleep", ["30"]);
      pid = child.pid;
      throw new RangeError("of the caller");
    },
    RangeError,
    "of the caller",
  );
  assert(!isAlive(pid));
});

test("receivedSignal is null as long as none came", async () => {
  await using child = spawn("true");
  assertEquals(child.receivedSignal, null);
  await child.status;
});

test("30,000 writes to stdin leave nothing behind", async () => {
  const { text } = await run(Deno.execPath(), [
    ...["run", "--quiet", "--allow-run", "--v8-flags=--expose-gc"],
    fixture("../parents/writes_often.ts"),
    "30000",
  ]);
  // A race against a promise that never settles left 300 bytes a write: 9 MB.
  assert(Number(text()) < 1_000_000, text());
});
