import {
  assertEquals,
  assertGreaterOrEqual,
} from "../../support/std_assert.ts";
import { Ticks } from "../../../cli/child/ticks.ts";

const MAX_TIMER_MS = 2_147_483_647;

/** How long a timer of so many milliseconds really lasts. */
type Lasts = (ms: number) => number;

/** A clock that moves by sleeping and by work alone. */
function handClock(lasts: Lasts = (ms) => ms) {
  let nowMs = 5000.25;
  const startMs = nowMs;
  const slept: number[] = [];
  return {
    slept,
    options: {
      now: () => nowMs,
      sleep(ms: number) {
        slept.push(ms);
        nowMs += lasts(ms);
        return Promise.resolve();
      },
    },
    work(ms: number) {
      nowMs += ms;
    },
    elapsedMs: () => nowMs - startMs,
  };
}

interface Case {
  title: string;
  lasts?: Lasts;
  /** How many ticks of 10 ms to pause, and how long to work then. */
  steps: [ticks: number, workMs: number][];
  /** When each pause ended. */
  ended: number[];
}

const CASES: Case[] = [
  {
    title: "are due one after another, whatever the work takes",
    steps: [[1, 3], [2, 9], [0, 0], [3, 29], [3, 0]],
    ended: [10, 30, 39, 60, 90],
  },
  {
    title: "that end late do not move the ones after them",
    lasts: (ms) => ms + 4,
    steps: [[1, 0], [1, 0], [1, 5], [1, 0]],
    ended: [14, 24, 34, 44],
  },
  {
    title: "wait again for a timer that fires too early",
    lasts: (ms) => ms > 1 ? ms / 2 : ms,
    steps: [[1, 0], [3, 0]],
    ended: [10, 40],
  },
  {
    title: "catch up when they are late by one tick and no more",
    steps: [[1, 20], [1, 0], [1, 0], [1, 0]],
    ended: [10, 30, 30, 40],
  },
  {
    title: "start anew after a long stop, without a burst",
    steps: [[1, 1000], [1, 0], [1, 0], [2, 0], [1, 0]],
    ended: [10, 1010, 1020, 1040, 1050],
  },
];

for (const { title, lasts, steps, ended } of CASES) {
  Deno.test(`pauses ${title}`, async () => {
    const clock = handClock(lasts);
    const ticks = new Ticks(10, clock.options);
    const given: number[] = [];
    for (const [count, workMs] of steps) {
      await ticks.pause(count);
      given.push(clock.elapsedMs());
      clock.work(workMs);
    }
    assertEquals(given, ended);
  });
}

Deno.test("a thousand pauses with work and late timers end when the last is due", async () => {
  const clock = handClock((ms) => ms + 1.5);
  const ticks = new Ticks(10, clock.options);
  for (let n = 0; n < 1000; n++) {
    await ticks.pause(n % 5);
    clock.work(n % 8);
  }
  // 2000 ticks, the last timer's delay, and the last work.
  assertEquals(clock.elapsedMs(), 20_000 + 1.5 + 999 % 8);
});

for (
  const { ticks, slept } of [
    { ticks: 1, slept: [MAX_TIMER_MS] },
    { ticks: 3, slept: [MAX_TIMER_MS, MAX_TIMER_MS, MAX_TIMER_MS] },
    { ticks: 1.5, slept: [MAX_TIMER_MS, MAX_TIMER_MS / 2] },
  ]
) {
  Deno.test(`a pause of ${ticks} times the longest timer is waited in steps`, async () => {
    const clock = handClock();
    await new Ticks(MAX_TIMER_MS, clock.options).pause(ticks);
    assertEquals(
      { slept: clock.slept, elapsedMs: clock.elapsedMs() },
      { slept, elapsedMs: ticks * MAX_TIMER_MS },
    );
  });
}

Deno.test("a pause by the platform's clock and timer is never early", async () => {
  const startMs = performance.now();
  const ticks = new Ticks(2.5);
  for (let n = 1; n <= 8; n++) {
    await ticks.pause(1);
    // A microsecond for the rounding of sums.
    assertGreaterOrEqual(performance.now() - startMs + 0.001, n * 2.5);
  }
});
