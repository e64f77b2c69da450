import { SliceCount } from "../../../cli/summary/statistics.ts";
import { assertEquals } from "../../support/std_assert.ts";

const CASES = [
  {
    title: "each read is cut by itself",
    fill: false,
    max: Infinity,
    reads: [8, 32, 33, 65536],
    counts: [1, 1, 2, 2048],
  },
  {
    title: "with --fill a slice goes on over several reads",
    fill: true,
    max: Infinity,
    reads: [8, 8, 16, 8, 56, 1],
    counts: [1, 0, 0, 1, 1, 1],
  },
  {
    title: "what is not logged any more is not counted",
    fill: false,
    max: 3,
    reads: [8, 65536, 65536],
    counts: [1, 2, 0],
  },
];

for (const { title, fill, max, reads, counts } of CASES) {
  Deno.test(`of the slices of the log: ${title}`, () => {
    const count = new SliceCount({ sliceBytes: 32, fill, max });
    assertEquals(reads.map((bytes) => count.take(bytes, "out")), counts);
  });
}

Deno.test("the two pipes fill slices of their own, and share the limit", () => {
  const count = new SliceCount({ sliceBytes: 32, fill: true, max: 3 });
  const counts = (["out", "err", "out", "err"] as const).map((stream) =>
    count.take(20, stream)
  );
  assertEquals(counts, [1, 1, 1, 0]);
});
