import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "../support/std_assert.ts";
import {
  ExitError,
  type ExitStatus,
  spawn,
  type StopLadder,
  stopLadder,
  type StopStep,
} from "../../mod.ts";
import {
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
    await isQuick(1000, async () => {
      const { child, act } = start();
      await using _ = child;
      act?.();
      const { ms, value } = await timed(() => child.status);
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
      return ms;
    });
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

test("leaving the scope in the middle of a loop stops an endless child", async () => {
  await isQuick(1000, async () => {
    let pid = 0;
    const { ms } = await timed(async () => {
      await using child = spawn("yes");
      pid = child.pid;
      for (let count = 0; count < 3; count++) await child.stdout.read(32);
    });
    assert(!isAlive(pid));
    return ms;
  });
});

test({
  name: "a scope is left when the status is there",
  // Deno cannot end a write to a pipe that somebody holds and does not read.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    // A descendant holds stdin, and for 250 ms the status waits for it.
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
    // It has resolved already, so it wins against the event loop's next turn.
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const first = await Promise.race([status, turn]);
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

test("console.log of a child shows the process, its state and what has passed", async () => {
  await using child = spawn("sh", ["-c", "read -r line; echo \u202e; exit 3"], {
    stdin: "piped",
  });
  const shown = () =>
    Deno.inspect(child).replaceAll(/\s+/g, " ").replace(`${child.pid}`, "PID");
  const command = `sh -c 'read -r line; echo \\\\u{202e}; exit 3'`;
  const facts = (state: string, ...[bytesIn, bytesOut]: number[]) =>
    `Child { pid: PID, command: "${command}", state: "${state}", ` +
    `bytesIn: ${bytesIn}, bytesOut: ${bytesOut}, bytesErr: 0 }`;
  assertEquals(shown(), facts("running", 0, 0));
  await child.stdin.write("x\n");
  assertEquals(await child.stdout.readLine(), "\u202e");
  await child.status;
  assertEquals(shown(), facts("exited with code 3", 2, 4));
  assertEquals(child.hasExited, true);
  await using killed = spawn("sleep", ["30"]);
  const stopped = killed.stop();
  assertStringIncludes(Deno.inspect(killed), '"being stopped"');
  assertEquals(killed.hasExited, false);
  await stopped;
  assertStringIncludes(Deno.inspect(killed), '"ended by SIGTERM"');
});

test("an option that there is not is refused, by stop, check and wait", async () => {
  await using child = spawn("true");
  const timeout = { timeout: 5 } as Record<string, unknown>;
  assertEquals(
    refusal(() => child.stop(timeout)),
    'TypeError: Cannot stop a child as its options are ladder: current value is "timeout"',
  );
  for (
    const { options, says } of [
      {
        options: timeout,
        says: `its options are rest: current value is "timeout"`,
      },
      {
        options: { rest: "lose" as "drop" },
        says: `rest must be one of "keep", "drop": current value is "lose"`,
      },
    ]
  ) {
    for (const call of ["wait", "check"] as const) {
      const error = await assertRejects(() => child[call](options), TypeError);
      assertEquals(
        error.message,
        `Cannot wait for the end of a child as ${says}`,
      );
    }
  }
  assertEquals((await child.wait()).code, 0);
});

test("receivedSignal is null as long as none came", async () => {
  await using child = spawn("true");
  assertEquals(child.receivedSignal, null);
  await child.status;
});
