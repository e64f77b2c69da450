import { isHidden } from "../../../src/text_safety.ts";
import { assertEquals } from "../../support/std_assert.ts";

const HIDDEN =
  /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]$/u;

Deno.test("hidden are exactly the code points of the properties it names", () => {
  const wrong: string[] = [];
  for (let codePoint = 0x80; codePoint <= 0x10ffff; codePoint++) {
    if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
    const expected = HIDDEN.test(String.fromCodePoint(codePoint));
    if (isHidden(codePoint) !== expected) wrong.push(codePoint.toString(16));
  }
  assertEquals(wrong, []);
});

Deno.test("every bidirectional control is hidden", () => {
  const controls = [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d]
    .concat([0x202e, 0x2066, 0x2067, 0x2068, 0x2069]);
  assertEquals(controls.filter((codePoint) => !isHidden(codePoint)), []);
});
