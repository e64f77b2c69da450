/** The planted faults fit the code as it is; `deno task mutants` tries them. */
import { assertEquals } from "./std_assert.ts";
import { READER_MUTANTS } from "./mutants/reader.ts";
import { WRITER_MUTANTS } from "./mutants/writer.ts";
import { ROOT } from "./whole_program.ts";

Deno.test("what a planted fault replaces stands once in its file", () => {
  const stale = [...READER_MUTANTS, ...WRITER_MUTANTS].filter(
    ({ file, from }) =>
      Deno.readTextFileSync(new URL(file, ROOT)).split(from).length !== 2,
  );
  assertEquals(stale.map(({ name }) => name), []);
});
