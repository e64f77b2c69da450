import {
  cutTo,
  formatBytes,
  formatCount,
  formatMs,
  shortCount,
} from "../../cli/words.ts";
import { assertEquals } from "../support/std_assert.ts";

const KIB = 1024;
const CASES: {
  title: string;
  format: (amount: number) => string;
  expected: [amount: number, text: string][];
}[] = [
  {
    title: "counts have their thousands parted",
    format: formatCount,
    expected: [[0, "0"], [999, "999"], [1000, "1,000"], [
      1234567890,
      "1,234,567,890",
    ]],
  },
  {
    title: "a short count has six columns",
    format: shortCount,
    expected: [[99_999, "99,999"], [100_000, "100 k"], [999_499, "999 k"], [
      999_600,
      "1.0 M",
    ], [123_456_789, "123 M"]],
  },
  {
    title: "bytes have the unit in which they are below 1024",
    format: formatBytes,
    expected: [
      [0, "0 B"],
      [1023, "1023 B"],
      [1023.7, "1.0 KiB"],
      [1024, "1.0 KiB"],
      [8192, "8.0 KiB"],
      [99.94 * KIB, "99.9 KiB"],
      [99.96 * KIB, "100 KiB"],
      [1023.4 * KIB, "1023 KiB"],
      [1023.6 * KIB, "1.0 MiB"],
      [1.25 * KIB ** 2, "1.3 MiB"],
      [KIB ** 3, "1.0 GiB"],
      [KIB ** 6, "1024 PiB"],
    ],
  },
  {
    title: "times have three digits and the unit that fits",
    format: formatMs,
    expected: [
      [0, "0 µs"],
      [0.25, "250 µs"],
      [0.9996, "1.00 ms"],
      [1, "1.00 ms"],
      [12.34, "12.3 ms"],
      [999.4, "999 ms"],
      [999.6, "1.00 s"],
      [9994, "9.99 s"],
      [9996, "10.0 s"],
      [59_949, "59.9 s"],
      [59_960, "1 min 0 s"],
      [125_000, "2 min 5 s"],
      [3_599_600, "1 h 0 min"],
      [3_720_000, "1 h 2 min"],
    ],
  },
];

for (const { title, format, expected } of CASES) {
  Deno.test(title, () => {
    assertEquals(
      expected.map(([amount]) => [amount, format(amount)]),
      expected,
    );
  });
}

Deno.test("a text is cut to its columns, of which some characters take two", () => {
  const texts = ["abcde", "abcdef", "日本", "日本語", "é…µ▁x", "😀😀😀"];
  assertEquals(texts.map((text) => cutTo(text, 5)), [
    "abcde",
    "abcd…",
    "日本",
    "日本…",
    "é…µ▁x",
    "😀😀…",
  ]);
});
