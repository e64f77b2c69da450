import { passedOn } from "../../src/process/stops.ts";
import { assertEquals } from "../support/std_assert.ts";
import { type StopLadder, stopLadder } from "../../mod.ts";

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
  Deno.test(`a signal that is passed on ${title}`, () => {
    assertEquals(passedOn(ladder, "SIGHUP", false), steps);
    assertEquals(passedOn(ladder, "SIGHUP", true), [
      { waitMs: 1000 },
      ...steps,
    ]);
  });
}
