import { plot } from "../../../cli/summary/plot.ts";
import { assertEquals } from "../../support/std_assert.ts";

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
