import { settlesWithin } from "../src/wait.ts";
import { assertEquals } from "./support/std_assert.ts";

const CASES = [
  { what: "an end that has come", end: Promise.resolve(), expected: true },
  {
    what: "an end that never comes",
    end: new Promise(() => {}),
    expected: false,
  },
];
for (const { what, end, expected } of CASES) {
  Deno.test(`${what} is waited for, and leaves no timer`, async () => {
    assertEquals(await settlesWithin(end, 20), expected);
  });
}
