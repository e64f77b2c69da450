import { LineBuffer, storeInteger } from "../../../cli/formats/store.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { bytesOf, written } from "./harness.ts";

Deno.test("a line buffer keeps what is written while it grows", () => {
  const buffer = new LineBuffer(4);
  buffer.append(bytesOf("abc"));
  buffer.append(bytesOf("defgh"));
  buffer.view.setUint8(0, 0x41);
  assertEquals(
    [new TextDecoder().decode(buffer.written()), buffer.bytes.length],
    ["Abcdefgh", 8],
  );
});

Deno.test("a line buffer at least doubles and never shrinks", () => {
  const buffer = new LineBuffer(100);
  buffer.length = 100;
  buffer.ensure(1);
  const doubled = buffer.bytes.length;
  buffer.ensure(1000);
  const grown = buffer.bytes.length;
  buffer.reset();
  buffer.ensure(1100);
  assertEquals(
    [doubled, grown, buffer.bytes.length, buffer.length],
    [200, 1100, 1100, 0],
  );
});

const INTEGERS = [0, 9, 10, 99, 100, 12345, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1]
  .concat([1e9 - 1, 1e9, 1e15]);

for (const value of INTEGERS) {
  Deno.test(`the integer ${value} is written in decimal`, () => {
    const log = written((out) => {
      out.ensure(16);
      out.length = storeInteger(out.view, 0, value);
    });
    assertEquals(log, String(value));
  });
}
