/** The table of faults in tests/README.md names tests that there are. */
import { assert, assertEquals } from "./support/std_assert.ts";
import { ROOT } from "./support/whole_program.ts";

/** A file of tests, or how a title in the file that was named last begins. */
const NAMED = /`([a-z_/]+_test\.ts)`|“([^”]+)”/g;

/** A title as the code has it: `…` is what the test fills in. */
function pattern(title: string): RegExp {
  const parts = title.split("…").map((part) => RegExp.escape(part));
  return new RegExp(`["'\`]${parts.join("\\$\\{.*?\\}")}`);
}

Deno.test("every title in the table of faults is that of a test", () => {
  const page = Deno.readTextFileSync(new URL("tests/README.md", ROOT));
  const rows = page.split("\n").filter((line) => /^\| \d/.test(line));
  assert(rows.length >= 75);
  const missing: string[] = [];
  let titles = 0;
  for (const row of rows) {
    let file = "";
    let code = "";
    for (const [, name, title] of row.matchAll(NAMED)) {
      if (name !== undefined) {
        file = name;
        code = Deno.readTextFileSync(new URL(`tests/${name}`, ROOT));
      } else if (title !== undefined) {
        titles++;
        if (!pattern(title).test(code)) missing.push(`${file}: ${title}`);
      }
    }
  }
  assert(titles > 50);
  assertEquals(missing, []);
});
