import { encodeInto } from "../../src/write/queue.ts";
import { assertEquals } from "../support/std_assert.ts";

const PARTS = ["a", "\0", "\x7f", "\x80", "é", "€", "😀", "\ud83d", "\ude00"];

for (const before of [0, 1, 126, 127, 128, 129, 500]) {
  for (const after of [0, 1, 500]) {
    Deno.test(`text is UTF-8 as TextEncoder has it: ${before} letters before, ${after} after`, () => {
      for (const one of PARTS) {
        for (const two of PARTS) {
          const text = "b".repeat(before) + one + two + "c".repeat(after);
          const target = new Uint8Array(7 + text.length * 3);
          const end = encodeInto(text, target, 7);
          assertEquals(target.subarray(7, end), new TextEncoder().encode(text));
          assertEquals(target.subarray(0, 7), new Uint8Array(7));
        }
      }
    });
  }
}
