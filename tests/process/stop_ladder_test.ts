import { refusal } from "../support/processes.ts";
import { assertEquals } from "../support/std_assert.ts";
import { stopLadder } from "../../mod.ts";

Deno.test("a grace that no timer can hold is refused where it is given", () => {
  for (const graceMs of [-1, NaN, 2 ** 31]) {
    assertEquals(
      refusal(() => stopLadder({ graceMs })),
      "RangeError: Cannot make a stop ladder as graceMs must be from 0 to " +
        `2147483647: current value is ${graceMs}`,
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
