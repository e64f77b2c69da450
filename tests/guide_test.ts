/** Each step of the guide runs, and prints what stands there. */
import {
  chaptersOf,
  createGuideFolder,
  outputOf,
  steady,
} from "./support/guide.ts";
import { needs } from "./support/processes.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { ROOT } from "./support/whole_program.ts";

const GUIDE = Deno.readTextFileSync(new URL("GUIDE.md", ROOT));

Deno.test(
  "each step of the guide prints what stands there",
  needs("bash", "python3", "script"),
  async (t) => {
    const folder = await createGuideFolder();
    try {
      for (const { title, steps } of chaptersOf(GUIDE)) {
        await t.step(title, async () => {
          for (const step of steps) {
            if (step.kind === "file") {
              await Deno.writeTextFile(`${folder}/${step.name}`, step.text);
              continue;
            }
            const printed = await outputOf(step.command, folder);
            assertEquals(steady(printed), steady(step.output), step.command);
          }
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("each chapter of the guide has a step that is run", () => {
  const chapters = chaptersOf(GUIDE).filter(({ title }) => /^\d/.test(title));
  assert(chapters.length >= 10);
  for (const { title, steps } of chapters) {
    assert(steps.some(({ kind }) => kind === "command"), title);
  }
});
