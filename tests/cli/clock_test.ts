import { Clock } from "../../cli/arrival.ts";
import { assert } from "../support/std_assert.ts";

for (const jumpMs of [0, 3_600_000, -3_600_000]) {
  Deno.test(`a wall clock that jumps by ${jumpMs} ms is followed at once, and moves nothing else`, () => {
    const real = Date.now;
    const clock = new Clock();
    const first = clock.now("out");
    try {
      Date.now = () => real() + jumpMs;
      const before = Date.now();
      const { wallMs, elapsedMs } = clock.now("out");
      const after = Date.now();
      assert(wallMs >= before && wallMs < after + 1, `${wallMs - before} ms`);
      const wentMs = elapsedMs - first.elapsedMs;
      assert(wentMs >= 0 && wentMs < 60_000, `${wentMs} ms`);
    } finally {
      Date.now = real;
    }
  });
}
