/** A value in a text of JSON that is replaced, and nothing else. */
import { replaceValue, valueText } from "../../src/recording/answer.ts";
import { seededRandom } from "../support/random.ts";
import { assertEquals } from "../support/std_assert.ts";

const CASES = [
  { text: '{"id":1}', path: ["id"], became: '{"id":X}' },
  {
    text: ' { "id" : "a}\\"" , "b":[{"id":2}] } ',
    path: ["id"],
    became: ' { "id" : X , "b":[{"id":2}] } ',
  },
  {
    text: '{"a":{"id":[1,{"x":"]"}]},"id":-1.5e9}',
    path: ["id"],
    became: '{"a":{"id":[1,{"x":"]"}]},"id":X}',
  },
  {
    text: '{"a":{"id":[1,{"x":"]"}]},"id":null}',
    path: ["a", "id"],
    became: '{"a":{"id":X},"id":null}',
  },
  { text: '{"id":1,"id":2}', path: ["id"], became: '{"id":1,"id":X}' },
  { text: '{"\\u0069d":1}', path: ["id"], became: '{"\\u0069d":X}' },
  { text: '{"b":true}', path: ["id"], became: '{"b":true}' },
  { text: '{"b":true}', path: ["b", "id"], became: '{"b":true}' },
  { text: "{}", path: ["id"], became: "{}" },
  { text: "[1]", path: ["id"], became: "[1]" },
  {
    text: '{\n\t"a" : [ ] ,\r\n "id"\t:\n{ } }',
    path: ["id"],
    became: '{\n\t"a" : [ ] ,\r\n "id"\t:\nX }',
  },
];

for (const { text, path, became } of CASES) {
  Deno.test(`the value at ${path.join(".")} of ${JSON.stringify(text)} is replaced`, () => {
    assertEquals(replaceValue(text, path, "X"), became);
  });
}

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`of any JSON exactly one value changes: seed ${seed}`, () => {
    const random = seededRandom(seed);
    const pick = <T>(all: readonly T[]) =>
      all[Math.floor(random() * all.length)]!;
    const make = (depth: number): unknown => {
      const kind = random() * (depth > 3 ? 3 : 5);
      if (kind < 1) return pick([0, -1.5, 1e300, true, false, null]);
      if (kind < 3) {
        return pick(["", "id", '"}', "\\", "é\u2028{[", "\ud83d\ude00,:"]);
      }
      const size = Math.floor(random() * 4);
      const inner = Array.from({ length: size }, () => make(depth + 1));
      if (kind < 4) return inner;
      // Not two names of one escaped character: `JSON.parse` of Deno 2.9.6 takes
      // one for the other.
      const names = ["id", "a", 'a"b', "\\", "é", ""];
      return Object.fromEntries(inner.map((each) => [pick(names), each]));
    };
    for (let n = 0; n < 200; n++) {
      const value = { first: make(0), id: make(0), last: make(0) };
      const text = JSON.stringify(value, null, pick([0, 1, "\t"]));
      assertEquals(
        JSON.parse(replaceValue(text, ["id"], '"other"')),
        { ...value, id: "other" },
      );
      assertEquals(JSON.parse(valueText(text, ["last"])!), value.last);
    }
  });
}
