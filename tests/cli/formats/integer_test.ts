import { storeInteger } from "../../../cli/formats/integer.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { written } from "./harness.ts";

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
