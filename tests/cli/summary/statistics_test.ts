import { Statistics } from "../../../cli/summary/statistics.ts";
import type { Silence } from "../../../cli/summary/statistics.ts";
import { assertEquals } from "../../support/std_assert.ts";

const encoder = new TextEncoder();

/** What one pipe gave at a moment. */
type Step =
  | { at: number; text: string; stream?: "out" | "err" }
  | { at: number; ask: "out" | "err" };

function feed(steps: readonly Step[], endMs: number): Statistics {
  const statistics = new Statistics();
  for (const step of steps) {
    if ("ask" in step) statistics.ask(step.ask, step.at);
    else {
      const { at: elapsedMs, text, stream = "out" } = step;
      const arrival = { wallMs: 0, elapsedMs, stream };
      statistics.take(encoder.encode(text), 1, arrival);
    }
  }
  statistics.end(endMs);
  return statistics;
}

function longest(steps: readonly Step[], endMs: number): unknown[] {
  const write = ({ fromMs, lengthMs, next, isCut }: Silence) => {
    const text = next && new TextDecoder().decode(next);
    return [fromMs, lengthMs, text, isCut];
  };
  return feed(steps, endMs).silences.longest.map(write);
}

Deno.test("the two pipes are counted apart", () => {
  const { out, err, durationMs } = feed([
    { at: 10, text: "one" },
    { at: 20, text: "error", stream: "err" },
    { at: 35, text: "x".repeat(4096) },
    { at: 45, text: "x".repeat(8192) },
    { at: 50, text: "x".repeat(12288) },
    { at: 60, text: "x".repeat(65536) },
  ], 70);
  const facts = [out, err].map((pipe) => ({
    bytes: pipe.bytes,
    slices: pipe.slices,
    reads: pipe.reads,
    firstMs: pipe.firstMs,
    lastMs: pipe.lastMs,
    exactly: pipe.exactly,
    gaps: [pipe.gaps.min, pipe.gaps.max],
  }));
  assertEquals(facts, [
    {
      bytes: 90115,
      slices: 5,
      reads: 5,
      firstMs: 10,
      lastMs: 60,
      exactly: { 4096: 1, 8192: 1, 65536: 1 },
      gaps: [5000, 25_000],
    },
    {
      bytes: 5,
      slices: 1,
      reads: 1,
      firstMs: 20,
      lastMs: 20,
      exactly: { 4096: 0, 8192: 0, 65536: 0 },
      gaps: [Infinity, -Infinity],
    },
  ]);
  assertEquals(durationMs, 70);
});

Deno.test("the five longest silences are kept with what came after them", () => {
  const steps: Step[] = [{ at: 0, text: "start" }];
  let at = 0;
  for (const gap of [30, 200, 9, 70, 40, 100, 20, 60]) {
    steps.push({ at: at += gap, text: `after ${gap}` });
  }
  assertEquals(longest(steps, at + 5), [
    [30, 200, "after 200", false],
    [349, 100, "after 100", false],
    [239, 70, "after 70", false],
    [469, 60, "after 60", false],
    [309, 40, "after 40", false],
  ]);
});

Deno.test("of what came after a silence 24 bytes are copied", () => {
  const chunk = encoder.encode("123456789012345678901234567890");
  const statistics = new Statistics();
  const arrival = { wallMs: 0, stream: "out" } as const;
  statistics.take(chunk, 1, { ...arrival, elapsedMs: 0 });
  statistics.take(chunk, 1, { ...arrival, elapsedMs: 50 });
  chunk.fill(0);
  const [silence] = statistics.silences.longest;
  assertEquals(silence, {
    fromMs: 0,
    lengthMs: 50,
    next: encoder.encode("123456789012345678901234"),
    isCut: true,
  });
});

Deno.test("a silence before the end has nothing after it", () => {
  const steps: Step[] = [{ at: 5, text: "a" }];
  assertEquals(longest(steps, 105), [[5, 100, null, false]]);
});

Deno.test("a child that was waited for has been silent since the start", () => {
  const waited: Step[] = [{ at: 80, ask: "out" }, { at: 95, text: "a" }];
  assertEquals(longest(waited, 96), [[0, 95, "a", false]]);
  // It may have written long before anybody was ready to read.
  const there: Step[] = [{ at: 80, ask: "out" }, { at: 89, text: "a" }];
  assertEquals(longest(there, 90), []);
});

Deno.test("a pipe that is silent while the other speaks is no silence", () => {
  const steps: Step[] = [
    { at: 0, text: "a" },
    { at: 95, text: "b", stream: "err" },
    { at: 100, text: "c" },
  ];
  assertEquals(longest(steps, 100), [[0, 95, "b", false]]);
});

Deno.test("time in which the log was written is no silence of the child", () => {
  const steps: Step[] = [
    { at: 0, ask: "out" },
    { at: 10, text: "a" },
    { at: 110, ask: "out" },
    { at: 130, text: "b" },
    { at: 130, ask: "out" },
  ];
  assertEquals(longest(steps, 130), [
    [110, 20, "b", false],
    [0, 10, "a", false],
  ]);
  assertEquals(feed(steps, 130).out.busyMs, 100);
});

Deno.test("time in which nobody reads a pipe is no silence, also at the end", () => {
  const unread: Step[] = [
    { at: 0, ask: "out" },
    { at: 0, ask: "err" },
    { at: 30, text: "a" },
    { at: 1980, text: "b", stream: "err" },
    { at: 1981, ask: "err" },
  ];
  const first = [0, 30, "a", false];
  assertEquals(longest(unread, 2500), [first]);
  const read: Step[] = [...unread, { at: 2000, ask: "out" }];
  assertEquals(longest(read, 2500), [[2000, 500, null, false], first]);
});
