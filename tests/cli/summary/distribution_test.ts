import { seededRandom } from "../../support/random.ts";
import { Distribution, plot } from "../../../cli/summary/distribution.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";

function of(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

/** The quantile of the definition: of `n` sorted values the ⌈share·n⌉th. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
}

/** Whole numbers from 0 to 2^32 - 1. */
function random(seed: number): () => number {
  const next = seededRandom(seed);
  return () => next() * 2 ** 32;
}

for (const seed of [1, 2, 3]) {
  Deno.test(`quantiles are within 1.6 % of the exact ones (seed ${seed})`, () => {
    const next = random(seed);
    // Even over all octaves up to 2^40.
    const values = Array.from(
      { length: 20_000 },
      () => Math.floor(2 ** (next() / 2 ** 32 * 40)),
    );
    const distribution = of(values);
    const sorted = values.toSorted((a, b) => a - b);
    for (const share of [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
      const exact = quantile(sorted, share);
      const shown = distribution.quantile(share);
      assert(
        Math.abs(shown - exact) <= exact * 0.016,
        `${share}: ${shown} instead of ${exact}`,
      );
    }
    assertEquals(
      [distribution.min, distribution.max],
      [sorted[0], sorted.at(-1)],
    );
  });
}

Deno.test("values below 128, and equal ones of any size, are exact", () => {
  const values = [1, 5, 5, 127, 8192, 8192, 8192, 65_535, 1_000_003];
  const distribution = of(values);
  const shown = values.map((_, index) =>
    distribution.quantile((index + 1) / values.length)
  );
  assertEquals(shown, values);
});

Deno.test("the five that are shown are those of the definition", () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  assertEquals(of(values).quantiles(), {
    min: 1,
    median: 50,
    p90: 90,
    p99: 99,
    max: 100,
  });
});

Deno.test("a quantile between two values is the upper one", () => {
  const distribution = of([1, 2, 3, 4, 5, 6, 7]);
  const shown = [0.5, 0.9, 0.99].map((share) => distribution.quantile(share));
  assertEquals(shown, [4, 7, 7]);
});

Deno.test("the value before each power of two is in the octave before", () => {
  for (let octave = 1; octave <= 42; octave++) {
    const [before, from] = of([2 ** octave - 1, 2 ** octave]).octaves();
    const expected = [{ from: 2 ** (octave - 1), count: 1 }, {
      from: 2 ** octave,
      count: 1,
    }];
    assertEquals([before, from], expected);
  }
});

Deno.test("octaves begin at powers of two, the empty ones between included", () => {
  const values = [0, 1, 2, 3, 4, 7, 8, 63, 64, 127, 128, 255, 256, 4095, 4096];
  assertEquals(of(values).octaves(), [
    { from: 0, count: 1 },
    { from: 1, count: 1 },
    { from: 2, count: 2 },
    { from: 4, count: 2 },
    { from: 8, count: 1 },
    { from: 16, count: 0 },
    { from: 32, count: 1 },
    { from: 64, count: 2 },
    { from: 128, count: 2 },
    { from: 256, count: 1 },
    { from: 512, count: 0 },
    { from: 1024, count: 0 },
    { from: 2048, count: 1 },
    { from: 4096, count: 1 },
  ]);
});

Deno.test("nothing has no quantile and no octave", () => {
  const none = of([]);
  assertEquals([none.quantile(0.5), none.octaves()], [NaN, []]);
});

Deno.test("what is beyond the last octave falls into it", () => {
  const far = of([2 ** 42, 2 ** 50, Number.MAX_SAFE_INTEGER]);
  assertEquals(far.octaves(), [{ from: 2 ** 42, count: 3 }]);
  assertEquals(far.max, Number.MAX_SAFE_INTEGER);
});

const label = (value: number) => `${value}`;

function octaves(...counts: number[]) {
  return counts.map((count, index) => ({ from: 2 ** index, count }));
}

Deno.test("the highest column is full, and the least shows", () => {
  assertEquals(
    plot(octaves(1, 500, 1000, 0, 250), { columns: 60, label }),
    [
      "      ███",
      "▁▁▁██████   ▄▄▄",
      "1  2  4  8  16",
    ],
  );
});

Deno.test("many octaves have narrow columns, and labels where there is room", () => {
  const counts = Array.from({ length: 14 }, (_, index) => index % 2);
  assertEquals(plot(octaves(...counts), { columns: 16, label }), [
    " █ █ █ █ █ █ █",
    " █ █ █ █ █ █ █",
    "1  8  64  1024",
  ]);
});
