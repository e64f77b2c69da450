import { CutCharacters } from "../../../cli/summary/signs.ts";
import { assertEquals } from "../../support/std_assert.ts";

interface Found {
  cut: number;
  isText: boolean;
  isInside: boolean;
}

function look(reads: readonly Uint8Array[]): Found {
  const characters = new CutCharacters();
  for (const chunk of reads) characters.take(chunk);
  const { cut, isText, isInside } = characters;
  return { cut, isText, isInside };
}

const TEXT = new TextEncoder().encode("aé€😀z");
/** The places within a character of that text. */
const WITHIN = new Set([2, 4, 5, 7, 8, 9]);

Deno.test("a text cut at any two places counts those within a character", () => {
  for (let first = 1; first < TEXT.length; first++) {
    for (let second = first + 1; second < TEXT.length; second++) {
      const cut = [first, second].filter((at) => WITHIN.has(at)).length;
      const reads = [
        TEXT.subarray(0, first),
        TEXT.subarray(first, second),
        TEXT.subarray(second),
      ];
      const title = `cut at ${first} and ${second}`;
      const expected = { cut, isText: true, isInside: false };
      assertEquals(look(reads), expected, title);
    }
  }
});

const CASES: { title: string; reads: number[][]; expected: Found }[] = [
  {
    title: "single bytes cut at every place within a character",
    reads: Array.from(TEXT, (byte) => [byte]),
    expected: { cut: WITHIN.size, isText: true, isInside: false },
  },
  {
    title: "an end within a character is no cut",
    reads: [[0x61, 0xe2, 0x82]],
    expected: { cut: 0, isText: true, isInside: true },
  },
  {
    title: "a character that is not continued is no text",
    reads: [[0x61, 0xe2, 0x82], [0x61]],
    expected: { cut: 0, isText: false, isInside: false },
  },
  {
    title: "a NUL is no text",
    reads: [[0x61, 0, 0x61], [0xe2], [0x82, 0xac]],
    expected: { cut: 0, isText: false, isInside: false },
  },
  {
    title: "a byte that starts no character is no text",
    reads: [[0x61, 0xff], [0xe2], [0x82, 0xac]],
    expected: { cut: 0, isText: false, isInside: false },
  },
  {
    title: "a continuation alone at the end is not held for a character",
    reads: [[...new Array(80).fill(0x61), 0x82], [0x61]],
    expected: { cut: 0, isText: true, isInside: false },
  },
];

for (const { title, reads, expected } of CASES) {
  Deno.test(title, () => {
    assertEquals(look(reads.map((read) => Uint8Array.from(read))), expected);
  });
}
