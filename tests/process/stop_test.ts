import { passedOn } from "../../src/process/stop.ts";
import { assertEquals } from "../support/std_assert.ts";
import { refusal, testNeeding } from "../support/processes.ts";
import { type StopLadder, stopLadder } from "../../mod.ts";

const test = testNeeding("SIGTERM");

const KILL = { signal: "SIGKILL", waitMs: 1000 } as const;
const CASES: { title: string; ladder: StopLadder; steps: StopLadder }[] = [
  {
    title: "takes the place of SIGTERM, with its grace",
    ladder: stopLadder({ graceMs: 70 }),
    steps: [{ signal: "SIGHUP", waitMs: 70 }, KILL, KILL],
  },
  {
    title: "has the grace of stdin's end where there is no other",
    ladder: [{ close: "stdin", waitMs: 70 }, KILL],
    steps: [{ signal: "SIGHUP", waitMs: 70 }, KILL, KILL],
  },
  {
    title: "is followed by SIGKILL though the ladder has none",
    ladder: [{ signal: "SIGINT", waitMs: 70 }],
    steps: [{ signal: "SIGHUP", waitMs: 70 }, KILL],
  },
];
for (const { title, ladder, steps } of CASES) {
  test(`a signal that is passed on ${title}`, () => {
    assertEquals(passedOn(ladder, "SIGHUP", false), steps);
    assertEquals(passedOn(ladder, "SIGHUP", true), [
      { waitMs: 1000 },
      ...steps,
    ]);
  });
}
Deno.test("a grace that no timer can hold is refused where it is given", () => {
  for (const graceMs of [-1, NaN, 2 ** 31]) {
    assertEquals(
      refusal(() => stopLadder({ graceMs })),
      "RangeError: Cannot make a stop ladder as graceMs must be from 0 to " +
        `2147483647: current value is ${graceMs}`,
    );
  }
});
Deno.test("options of the usual ladder that are unusable are refused", () => {
  for (
    const { options, says } of [
      { options: null, says: "must be an object: current value is null" },
      { options: { grace: 1 }, says: 'are graceMs: current value is "grace"' },
    ]
  ) {
    assertEquals(
      refusal(() => stopLadder(options as never)),
      `TypeError: Cannot make a stop ladder as its options ${says}`,
    );
  }
});
Deno.test("the usual ladder closes stdin, and gives its grace between SIGTERM and SIGKILL", () => {
  for (
    const { ladder, waitMs } of [
      { ladder: stopLadder(), waitMs: 5000 },
      { ladder: stopLadder({ graceMs: 70 }), waitMs: 70 },
    ]
  ) {
    assertEquals(ladder, [
      { close: "stdin" },
      { signal: "SIGTERM", waitMs },
      { signal: "SIGKILL", waitMs: 1000 },
    ]);
  }
});
