import { assertEquals } from "./support/std_assert.ts";
import { Tail } from "../src/bytes.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("the text of a tail keeps a BOM", () => {
  const tail = new Tail(8);
  tail.add(bytes("\ufeffa"));
  assertEquals(tail.text(), "\ufeffa");
});

for (const maxBytes of [1, 2, 3, 5, 8, 26, 30]) {
  Deno.test(`a tail of ${maxBytes} is the same however the bytes are cut`, () => {
    const whole = "abcdefghijklmnopqrstuvwxyz";
    for (let size = 1; size <= whole.length; size++) {
      const tail = new Tail(maxBytes);
      for (let at = 0; at < whole.length; at += size) {
        tail.add(bytes(whole.slice(at, at + size)));
        assertEquals(
          new TextDecoder().decode(tail.bytes()),
          whole.slice(0, at + size).slice(-maxBytes),
        );
      }
    }
  });
}
