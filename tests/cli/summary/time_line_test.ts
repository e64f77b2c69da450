import {
  drawColumns,
  greatest,
  heightLegend,
  TimeLine,
  timeScale,
} from "../../../cli/summary/time_line.ts";
import { seededRandom } from "../../support/random.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";

/** When how many bytes came. */
type Arrived = [atMs: number, bytes: number];

/** The same by its definition, from a list of all that came. */
function plainColumns(
  arrivals: readonly Arrived[],
  count: number,
  endMs: number,
): number[] {
  const lastMs = Math.max(0, ...arrivals.map(([atMs]) => atMs));
  let widthMs = 1 / 64;
  while (lastMs >= 2048 * widthMs) widthMs *= 2;
  const columns = new Array<number>(count).fill(0);
  for (const [atMs, bytes] of arrivals) {
    const bucketMs = Math.floor(atMs / widthMs) * widthMs;
    const column = Math.min(count - 1, Math.floor(bucketMs * count / endMs));
    columns[column]! += bytes;
  }
  return columns;
}

function lineOf(arrivals: readonly Arrived[]): TimeLine {
  const line = new TimeLine();
  for (const [atMs, bytes] of arrivals) line.add(atMs, bytes);
  return line;
}

function draw(
  arrivals: readonly Arrived[],
  count: number,
  endMs: number,
): string {
  const columns = lineOf(arrivals).columns(count, endMs);
  return drawColumns(columns, greatest([columns]));
}

for (let seed = 1; seed <= 40; seed++) {
  Deno.test(`the columns are those of a list of all that came, seed ${seed}`, () => {
    const random = seededRandom(seed);
    // From a run of a millisecond to one of weeks, so that widths double often.
    const scaleMs = 10 ** (random() * 10 - 1);
    const arrivals: Arrived[] = [];
    let atMs = 0;
    for (let n = Math.floor(random() * 3000); n > 0; n--) {
      atMs += random() < 0.3 ? 0 : random() ** 4 * scaleMs / 100;
      arrivals.push([atMs, 1 + Math.floor(random() ** 6 * 1e6)]);
    }
    const endMs = atMs * (1 + random()) + 0.001;
    const count = 1 + Math.floor(random() * 200);
    const line = lineOf(arrivals);
    const columns = line.columns(count, endMs);
    assertEquals(columns, plainColumns(arrivals, count, endMs));
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    assertEquals(sum(columns), sum(arrivals.map(([, bytes]) => bytes)));
    // A moment is at most a 1,024th of the time before its place.
    const [first] = arrivals;
    if (first !== undefined) {
      const place = columns.findIndex((bytes) => bytes > 0);
      assert(place <= first[0] / endMs * count);
      assert(place + 1 + count / 1024 >= first[0] / endMs * count);
    }
  });
}

Deno.test("all at the end and a bit now and then are told apart at a look", () => {
  const steps = [0, 2, 4, 6, 8].map((at): Arrived => [at + 0.5, 800]);
  assertEquals([draw([[8.9, 4096]], 9, 9), draw(steps, 9, 9)], [
    "▁▁▁▁▁▁▁▁█",
    "█▁█▁█▁█▁█",
  ]);
});

Deno.test("what came at the very end, or later, is in the last column", () => {
  assertEquals(lineOf([[1, 5], [9, 6], [10, 7]]).columns(3, 9), [5, 0, 13]);
});

const HEIGHTS: { columns: number[]; drawn: string }[] = [
  { columns: [0, 0, 0], drawn: "▁▁▁" },
  { columns: [0, 1], drawn: "▁█" },
  { columns: [1, 2], drawn: "▂█" },
  { columns: [0, 1, 10, 100, 1000, 1e4, 1e5, 1e6], drawn: "▁▂▃▄▅▆▇█" },
  { columns: [6, 12, 0], drawn: "▆█▁" },
  { columns: [2 ** 50, 2 ** 50 - 1, 1], drawn: "██▂" },
];

Deno.test("the height of a column is by the logarithm of its bytes", () => {
  const drawn = HEIGHTS.map(({ columns }) => ({
    columns,
    drawn: drawColumns(columns, greatest([columns])),
  }));
  assertEquals(drawn, HEIGHTS);
});

Deno.test("two rows have one scale, and none have no height", () => {
  assertEquals([greatest([[1, 5], [7, 0]]), greatest([]), greatest([[]])], [
    7,
    0,
    0,
  ]);
});

const SCALES: { count: number; endMs: number; scale: string }[] = [
  {
    count: 60,
    endMs: 5000,
    scale: "0 s           1.25 s       2.50 s        3.75 s       5.00 s",
  },
  {
    count: 36,
    endMs: 3_599_000,
    scale: "0 s          30 min 0 s  59 min 59 s",
  },
  { count: 24, endMs: 0.5, scale: "0 s               500 µs" },
  { count: 12, endMs: 1, scale: "0 s  1.00 ms" },
];

Deno.test("the scale has as many times as there is room for, the last at its end", () => {
  const scales = SCALES.map(({ count, endMs }) => ({
    count,
    endMs,
    scale: timeScale(count, endMs),
  }));
  assertEquals(scales, SCALES);
});

Deno.test("it is said what nothing looks like, and what the most", () => {
  assertEquals(
    heightLegend(1048000, 60, 3_599_000),
    "▁ nothing came, █ 1023 KiB came in 1 min 0 s (log scale)",
  );
});
