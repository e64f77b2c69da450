/** Recordings that are played: their pieces, their times, their end. */
import {
  channelOf,
  type Child,
  ExitError,
  type ExitStatus,
  jsonLines,
  ManualClock,
  OutputDroppedError,
  type RecordedEvent,
  type RecordedStream,
  replay,
  type ReplayOptions,
} from "../../mod.ts";
import { bytesOf, textOf } from "../support/pieces.ts";
import { refusal, until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";
import { assert, assertEquals, assertRejects } from "../support/std_assert.ts";

/** A piece of stdout, or of another stream. */
function piece(
  ms: number,
  text: string,
  from: RecordedStream = "out",
): RecordedEvent {
  return { kind: "piece", ms, from, offset: 0, bytes: bytesOf(text) };
}

/** The last line of a recording. */
function status(
  ms: number,
  code: number | null = 0,
  signal: string | null = null,
  reason = "exited",
): RecordedEvent {
  return { kind: "status", ms, status: { code, signal, reason }, bytes: {} };
}

/** What arrives on a stream, with the time of the clock at which it does. */
async function arrivals(
  child: { stdout: Child["stdout"] },
  clock: { now(): number },
): Promise<[ms: number, text: string][]> {
  const got: [number, string][] = [];
  for (;;) {
    const bytes = await child.stdout.read(65_536);
    if (bytes === null) return got;
    got.push([clock.now(), textOf(bytes)]);
  }
}

/** Plays to the end on a manual clock, in steps of 1 ms. */
async function played(
  events: readonly RecordedEvent[],
  options: ReplayOptions = {},
  totalMs = 200,
): Promise<[ms: number, text: string][]> {
  const clock = new ManualClock();
  await using child = replay(events, { clock, ...options });
  const got = arrivals(child, clock);
  for (let ms = 0; ms < totalMs; ms++) await clock.advance(1);
  return await got;
}

const SESSION = [
  piece(10, "a"),
  piece(10, "b"),
  piece(13, "x", "err"),
  piece(20, "c"),
  piece(100, "d"),
  status(120),
];

const CASES: {
  name: string;
  options?: ReplayOptions;
  got: [number, string][];
}[] = [
  {
    name: "as it was recorded",
    got: [[10, "a"], [10, "b"], [20, "c"], [100, "d"]],
  },
  {
    name: "twice as fast",
    options: { speed: 2 },
    got: [[5, "a"], [5, "b"], [10, "c"], [50, "d"]],
  },
  {
    name: "without a wait",
    options: { speed: Infinity },
    got: [[0, "a"], [0, "b"], [0, "c"], [0, "d"]],
  },
  {
    name: "with its long pauses cut",
    options: { maxGapMs: 5, streams: ["out"] },
    got: [[5, "a"], [5, "b"], [10, "c"], [15, "d"]],
  },
  {
    name: "with the pauses of a stream that is played as well",
    options: { maxGapMs: 5 },
    got: [[5, "a"], [5, "b"], [13, "c"], [18, "d"]],
  },
  {
    name: "with its long pauses cut, at half the speed",
    options: { maxGapMs: 5, speed: 0.5, streams: ["out"] },
    got: [[10, "a"], [10, "b"], [20, "c"], [30, "d"]],
  },
  {
    name: "from the middle on",
    options: { fromMs: 15 },
    got: [[5, "c"], [85, "d"]],
  },
  {
    name: "up to the middle, with a piece of that moment",
    options: { toMs: 20 },
    got: [[10, "a"], [10, "b"], [20, "c"]],
  },
  {
    name: "from a moment to a moment",
    options: { fromMs: 10, toMs: 20 },
    got: [[0, "a"], [0, "b"], [10, "c"]],
  },
];

for (const { name, options, got } of CASES) {
  Deno.test(`a recording is played ${name}`, async () => {
    assertEquals(await played(SESSION, options), got);
  });
}

Deno.test("a part that ends early ends the streams at its moment", async () => {
  const clock = new ManualClock();
  await using child = replay([piece(1, "a"), piece(90, "b"), status(99, 7)], {
    clock,
    toMs: 50,
  });
  let endMs = -1;
  child.status.then(() => endMs = clock.now());
  await clock.advance(49);
  assertEquals(endMs, -1);
  await clock.advance(1);
  await clock.advance(0);
  assertEquals(endMs, 50);
  assertEquals((await child.status).code, 7);
});

Deno.test("a slow reader gets what is overdue at once, and the rest in time", async () => {
  const clock = new ManualClock();
  const large = "x".repeat(70_000);
  const events = [
    piece(1, large),
    piece(2, "late"),
    piece(3, "later"),
    piece(200, "in time"),
    status(201),
  ];
  await using child = replay(events, { clock });
  await clock.advance(100);
  assertEquals((await child.stdout.read(70_000))?.length, 70_000);
  const got = arrivals(child, clock);
  for (let ms = 0; ms < 150; ms++) await clock.advance(1);
  assertEquals(await got, [[100, "late"], [100, "later"], [200, "in time"]]);
});

Deno.test("a clock whose sleep ends too early brings no piece too early", async () => {
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms > 1 ? ms / 2 : ms;
      await null;
    },
  };
  await using child = replay([piece(10, "a"), piece(1000, "b")], { clock });
  assertEquals(await arrivals(child, clock), [[10, "a"], [1000, "b"]]);
});

Deno.test("real time does not drift: 400 pauses of 2 ms take 0.8 s", async () => {
  const events = Array.from({ length: 400 }, (_, n) => piece(2 * n, "."));
  const startMs = performance.now();
  await using child = replay(events);
  const moments: number[] = [];
  for await (const _ of child.stdout.chunks()) {
    moments.push(performance.now() - startMs);
  }
  // Nothing comes early; a busy machine may be late, but not by the sum of it.
  assertEquals(moments.filter((ms, n) => ms < 2 * n), []);
  assertEquals(moments.length, 400);
  const lateMs = moments.map((ms, n) => ms - 2 * n);
  assert(Math.min(...lateMs.slice(200)) < 100, `late by ${lateMs.at(-1)} ms`);
});

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`played pieces are the recorded pieces, whatever the reader does: seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const streams: readonly RecordedStream[] = ["out", "err", "in"];
    const pieces: Record<RecordedStream, string[]> = {
      out: [],
      err: [],
      in: [],
    };
    const events: RecordedEvent[] = [];
    let ms = 0;
    for (let n = 0; n < 150; n++) {
      const from = streams[Math.floor(random() * 3)]!;
      const size = 1 + Math.floor(random() ** 12 * 100_000);
      const text = String.fromCharCode(97 + n % 26).repeat(size);
      ms += random() < 0.5 ? 0 : random() * 20;
      pieces[from].push(text);
      events.push(piece(ms, text, from));
    }
    events.push(status(ms));
    const clock = new ManualClock();
    await using child = replay(events, { clock, streams });
    const read = async (reader: Child["stdout"]) => {
      const got: string[] = [];
      for (;;) {
        const bytes = await reader.read(1_000_000);
        if (bytes === null) return got;
        got.push(textOf(bytes));
        if (random() < 0.2) await clock.sleep(random() * 50);
      }
    };
    const all = Promise.all([
      read(child.stdout),
      read(child.stderr),
      read(child.input),
    ]);
    let isDone = false;
    all.finally(() => isDone = true);
    while (!isDone) await clock.advance(10);
    const [out, err, input] = await all;
    assertEquals({ out, err, in: input }, pieces);
  });
}

Deno.test("a child that is a recording has every part of a child", async () => {
  const events = [
    piece(0, "one\ntwo\n"),
    piece(1, "warning\n", "err"),
    status(5, 3),
  ];
  const clock = new ManualClock();
  const header = {
    program: "basic-pipes 0.2.0",
    command: ["server", "--stdio"],
    startedAt: "2026-11-26T10:00:00.000000Z",
    frame: "auto",
  };
  // The type says that all code which takes a child takes this one.
  await using child: Child = replay(
    Object.assign(events, { header }),
    { clock },
  );
  await child.stdin.write("hello");
  await child.stdin.close();
  assertEquals(child.hasExited, false);
  assertEquals([child.pid, child.command, child.args], [
    0,
    "server",
    ["--stdio"],
  ]);
  assertEquals(await child.stdout.readLine(), "one");
  const ended = child.check();
  ended.catch(() => {});
  await clock.advance(10);
  const error = await assertRejects(() => ended, ExitError);
  assertEquals(
    error.message,
    `"server --stdio" ended with code 3: warning`,
  );
  const whole: ExitStatus = {
    code: 3,
    signal: null,
    success: false,
    reason: "exited",
    stopSteps: 0,
    receivedSignal: null,
    durationMs: 5,
    bytesIn: 5,
    bytesOut: 8,
    bytesErr: 8,
    stderrTail: "warning\n",
    drained: true,
  };
  assertEquals(error.status, whole);
  assertEquals(child.hasExited, true);
  assertEquals(child.kill(), false);
  assertEquals(await child.stdout.readLine(), "two");
  assertEquals(await child.stdout.readLine(), null);
});

Deno.test("a channel talks to a child that is a recording", async () => {
  await using child = replay([
    piece(0, '{"n":0}\n{"n"'),
    piece(1, ":1}\n"),
    status(2),
  ]);
  const channel = channelOf(child, jsonLines());
  assertEquals([await channel.receive(), await channel.receive()], [
    { n: 0 },
    { n: 1 },
  ]);
  assertEquals(await channel.receive(), null);
});

const ENDS: { name: string; events: RecordedEvent[]; end: object }[] = [
  {
    name: "a signal",
    events: [status(0, null, "SIGSEGV", "signaled")],
    end: { code: 139, signal: "SIGSEGV", success: false, reason: "signaled" },
  },
  {
    name: "the signal of a limit of the system",
    events: [status(0, null, "SIGXCPU", "signaled")],
    end: { code: 152, signal: "SIGXCPU", success: false, reason: "signaled" },
  },
  {
    name: "a signal of no system",
    events: [status(0, null, "constructor", "signaled")],
    end: {
      code: 128,
      signal: "constructor",
      success: false,
      reason: "signaled",
    },
  },
  {
    name: "a timeout",
    events: [status(0, null, "SIGTERM", "timeout")],
    end: { code: 143, signal: "SIGTERM", success: false, reason: "timeout" },
  },
  {
    name: "a success after a stop, which is none",
    events: [status(0, 0, null, "stopped")],
    end: { code: 0, signal: null, success: false, reason: "stopped" },
  },
  {
    name: "no last line",
    events: [piece(0, "x")],
    end: { code: 125, signal: null, success: false, reason: "lost" },
  },
];

for (const { name, events, end } of ENDS) {
  Deno.test(`the recorded end is given: ${name}`, async () => {
    await using child = replay(events);
    const { code, signal, success, reason } = await child.status;
    assertEquals({ code, signal, success, reason }, end as typeof end);
  });
}

Deno.test("a recording is stopped like a child: its end comes at once", async () => {
  for (
    const { end, reason, signal, stopSteps } of [
      {
        end: (child: Child) => child.stop(),
        reason: "stopped",
        signal: "SIGTERM",
        stopSteps: 1,
      },
      {
        end: (child: Child) => child.kill("SIGINT"),
        reason: "signaled",
        signal: "SIGINT",
        stopSteps: 0,
      },
      {
        end: (child: Child) => child[Symbol.asyncDispose](),
        reason: "disposed",
        signal: "SIGTERM",
        stopSteps: 1,
      },
    ]
  ) {
    const child = replay([piece(0, "x"), piece(3_600_000, "y"), status(1)]);
    await until(() => child.hasExited, 10);
    await end(child);
    const ended = await child.status;
    assertEquals(
      [ended.reason, ended.signal, ended.stopSteps, ended.success],
      [reason, signal, stopSteps, false],
    );
    await child[Symbol.asyncDispose]();
  }
});

Deno.test("what was played before a stop stays readable", async () => {
  await using child = replay([piece(0, "x"), piece(3_600_000, "y")]);
  await until(() => child.hasExited, 10);
  await child.stop();
  assertEquals(textOf(await child.stdout.readAll()), "x");
});

Deno.test("a pipe that nobody reads does not hold up an end that is waited for", async () => {
  const block = "x".repeat(40_000);
  await using child = replay([
    piece(0, block),
    piece(0, block),
    piece(0, block),
    piece(0, "said", "err"),
    status(0),
  ]);
  assertEquals((await child.status).bytesOut, 120_000);
  assertEquals(await child.stderr.text(), "said");
  const error = await assertRejects(
    () => child.stdout.readAll(),
    OutputDroppedError,
  );
  assertEquals([error.stream, error.droppedBytes], ["stdout", 80_000]);
});

Deno.test("a pipe that nobody reads holds all up at 64 KiB, as a process is held", async () => {
  const block = "x".repeat(40_000);
  let given = 0;
  const events = function* () {
    for (let n = 0; n < 10; n++) {
      given++;
      yield piece(0, block);
    }
  };
  await using child = replay({ [Symbol.iterator]: events });
  await until(() => given > 2, 100);
  assertEquals(given, 2);
  assertEquals((await child.stdout.readAll()).length, 400_000);
});

Deno.test("a caller that drops the rest has all bytes counted", async () => {
  const block = "x".repeat(40_000);
  await using child = replay([
    piece(0, block),
    piece(0, block),
    piece(0, block),
    status(0),
  ]);
  const { bytesOut } = await child.wait({ rest: "drop" });
  assertEquals(bytesOut, 120_000);
  assertEquals(await child.stdout.read(1), null);
});

const GAP: RecordedEvent = {
  kind: "gap",
  ms: 2,
  from: "out",
  bytes: 70_000,
  why: "the disk was full",
};

Deno.test("a reader is told where bytes are missing, after what came before", async () => {
  await using child = replay([piece(0, "ab"), GAP, piece(3, "cd"), status(4)]);
  assertEquals(textOf((await child.stdout.readExactly(2))!), "ab");
  const error = await assertRejects(() => child.stdout.read(9), RangeError);
  assertEquals(
    error.message,
    'Cannot replay all of "out" as a part of it was not recorded: current value is 70000 bytes missing, as the disk was full',
  );
  assertEquals((await child.status).code, 0);
});

Deno.test("a caller that hears of gaps gets what stands behind them", async () => {
  const gaps: unknown[] = [];
  await using child = replay([piece(0, "ab"), GAP, piece(3, "cd"), status(4)], {
    onGap: (gap) => gaps.push(gap),
  });
  assertEquals([await child.stdout.text(), gaps], ["abcd", [GAP]]);
});

Deno.test("a gap of a stream that is not played is none", async () => {
  await using child = replay([piece(0, "x", "err"), GAP, status(4)], {
    streams: ["err"],
  });
  assertEquals(await child.stderr.text(), "x");
});

Deno.test("a recording that cannot be read on fails the reader, and its end is lost", async () => {
  const events = async function* () {
    yield piece(0, "x");
    await null;
    throw new Error("Cannot read a recording as its disk is gone");
  };
  await using child = replay({ [Symbol.asyncIterator]: events });
  assertEquals(textOf((await child.stdout.readExactly(1))!), "x");
  const error = await assertRejects(() => child.stdout.read(1), Error);
  assertEquals(error.message, "Cannot read a recording as its disk is gone");
  assertEquals((await child.status).reason, "lost");
});

Deno.test("an endless recording is left by the end of the scope, and closed", async () => {
  let isClosed = false;
  const events = async function* () {
    try {
      for (let ms = 0;; ms++) yield piece(ms, "x");
    } finally {
      isClosed = true;
      await null;
    }
  };
  {
    await using child = replay({ [Symbol.asyncIterator]: events });
    assertEquals(textOf((await child.stdout.readExactly(3))!), "xxx");
  }
  assertEquals(isClosed, true);
});

const REFUSALS: { options: object; refused: string }[] = [
  {
    options: { speed: 0 },
    refused:
      "RangeError: Cannot replay a recording as speed must be more than 0: current value is 0",
  },
  {
    options: { speed: "2" },
    refused:
      'RangeError: Cannot replay a recording as speed must be more than 0: current value is "2"',
  },
  {
    options: { maxGapMs: NaN },
    refused:
      "RangeError: Cannot replay a recording as maxGapMs must be 0 or more: current value is NaN",
  },
  {
    options: { fromMs: 2, toMs: 1 },
    refused:
      "RangeError: Cannot replay a recording as toMs must be fromMs or more: current value is 1",
  },
  {
    options: { streams: ["stdout"] },
    refused:
      'TypeError: Cannot replay a recording as a stream must be one of "in", "out", "err": current value is "stdout"',
  },
  {
    options: { clock: {} },
    refused:
      "TypeError: Cannot replay a recording as clock must have now and sleep: current value is Object",
  },
  {
    options: { fast: true },
    refused:
      'TypeError: Cannot replay a recording as its options are clock, streams, speed, maxGapMs, fromMs, toMs, onGap: current value is "fast"',
  },
];

for (const { options, refused } of REFUSALS) {
  Deno.test(`replay refuses ${JSON.stringify(options)}`, () => {
    assertEquals(refusal(() => replay([], options)), refused);
  });
}

Deno.test("a stream that is not played is refused by its name", async () => {
  await using child = replay([], { streams: ["out"] });
  assertEquals(
    refusal(() => child.stderr),
    'TypeError: Cannot read stderr as "err" is none of the streams that are played: current value is out',
  );
  assertEquals(
    refusal(() => child.kill("TERM" as "SIGTERM")),
    'TypeError: Cannot end a recording as there is no such signal: current value is "TERM"',
  );
});

Deno.test("a manual clock wakes its sleepers one after the other, each at its moment", async () => {
  const clock = new ManualClock();
  const woken: string[] = [];
  const sleeper = async (name: string, ms: number) => {
    for (let n = 0; n < 2; n++) {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now()}`);
    }
  };
  sleeper("slow", 30);
  sleeper("fast", 20);
  await clock.advance(45);
  assertEquals(woken, ["fast at 20", "slow at 30", "fast at 40"]);
  await clock.advance(15);
  assertEquals([woken.at(-1), clock.now()], ["slow at 60", 60]);
  await assertRejects(() => clock.advance(-1), RangeError);
});
