/** The planted faults fit the code as it is; `deno task mutants` tries them. */
import { assertEquals } from "../support/std_assert.ts";
import { MUTANTS } from "./mod.ts";
import { ROOT } from "../support/whole_program.ts";

Deno.test("what a planted fault replaces stands once in its file", () => {
  const stale = MUTANTS.filter(
    ({ file, from }) =>
      Deno.readTextFileSync(new URL(file, ROOT)).split(from).length !== 2,
  );
  assertEquals(stale.map(({ name }) => name), []);
});
