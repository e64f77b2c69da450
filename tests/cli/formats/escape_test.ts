import { isHidden } from "../../../src/text_safety.ts";
import { showBytes } from "../../../cli/formats/escape.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";

const encoder = new TextEncoder();

const CASES: {
  title: string;
  bytes: string | number[];
  columns?: number;
  isCut?: boolean;
  expected: string;
}[] = [
  { title: "text stands as it is", bytes: "Spam 0", expected: '"Spam 0"' },
  {
    title: "what ends a line, a quote or a word of ours is escaped",
    bytes: 'a\r\n\t"\\',
    expected: '"a\\r\\n\\t\\"\\\\"',
  },
  {
    title: "what acts on a terminal is escaped",
    bytes: "\x1b[2J\x7f\u009b\u202e\u200b\u{e0041}",
    expected: '"\\x1b[2J\\x7f\\u{9b}\\u{202e}\\u{200b}\\u{e0041}"',
  },
  {
    title: "what is not UTF-8 is shown as bytes",
    bytes: [0x61, 0xff, 0xe2, 0x82],
    expected: '"a\\xff\\xe2\\x82"',
  },
  {
    title: "a character that the copy cut is left out",
    bytes: [0x61, 0xe2, 0x82],
    isCut: true,
    expected: '"a"…',
  },
  {
    title: "what has no room is left out, wide characters counted twice",
    bytes: "日本語日本語",
    columns: 10,
    expected: '"日本語"…',
  },
  { title: "nothing is an empty text", bytes: [], expected: '""' },
];

for (const { title, bytes, columns = 60, isCut, expected } of CASES) {
  Deno.test(title, () => {
    const given = typeof bytes === "string"
      ? encoder.encode(bytes)
      : Uint8Array.from(bytes);
    assertEquals(showBytes(given, columns, isCut), expected);
  });
}

Deno.test("no bytes of two make anything that acts, or more columns than asked", () => {
  for (let word = 0; word < 0x10000; word++) {
    const shown = showBytes(Uint8Array.of(word >> 8, word & 0xff), 12);
    for (const character of shown) {
      const codePoint = character.codePointAt(0)!;
      assert(codePoint >= 0x20 && codePoint !== 0x7f && !isHidden(codePoint));
    }
    assert(shown.length <= 12, shown);
  }
});
