/** Each step of the guide runs, and prints what stands there. */
import {
  chaptersOf,
  createGuideFolder,
  outputOf,
  steady,
  type Step,
} from "./support/guide.ts";
import { needs } from "./support/processes.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { together } from "./support/together.ts";
import { ROOT } from "./support/whole_program.ts";

const GUIDE = Deno.readTextFileSync(new URL("GUIDE.md", ROOT));
const CHAPTERS = chaptersOf(GUIDE);
/** From this chapter on a command needs what the ones before it have written. */
const IN_A_ROW = 8;

const commandsOf = (steps: readonly Step[]) =>
  steps.filter((step) => step.kind === "command");

const test = together("each step of the guide prints what stands there");

const isInRow = (title: string) => parseInt(title) >= IN_A_ROW;

/** Commands, in their order. */
function runs(title: string, commands: ReturnType<typeof commandsOf>): void {
  test(title, needs("bash", "python3", "script"), async () => {
    const folder = await createGuideFolder();
    try {
      for (const step of CHAPTERS.flatMap(({ steps }) => steps)) {
        if (step.kind !== "file") continue;
        await Deno.writeTextFile(`${folder}/${step.name}`, step.text);
      }
      for (const { command, output } of commands) {
        let printed = "";
        // Where the machine is busy with others we read late, and two messages
        // come as one: then they are written further apart.
        for (const slowness of /--tick/.test(command) ? [1, 4, 16] : [1]) {
          printed = steady(await outputOf(paced(command, slowness), folder));
          if (printed === steady(output)) break;
        }
        assertEquals(printed, steady(output), command);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function paced(command: string, slowness: number): string {
  return command.replace(
    /--tick (\d+)ms/,
    (_, ms) => `--tick ${Number(ms) * slowness}ms`,
  );
}

const row = CHAPTERS.filter(({ title }) => isInRow(title));
runs(
  row.map(({ title }) => title).join(" "),
  row.flatMap(({ steps }) => commandsOf(steps)),
);
for (const { title, steps } of CHAPTERS) {
  if (isInRow(title)) continue;
  for (const step of commandsOf(steps)) {
    runs(`${title}: ${step.command}`, [step]);
  }
}

Deno.test("no two programs of the guide have one name", () => {
  const files = CHAPTERS.flatMap(({ steps }) => steps)
    .flatMap((step) => step.kind === "file" ? [step.name] : []);
  assertEquals(files, [...new Set(files)]);
});

Deno.test("each chapter of the guide has a step that is run", () => {
  const chapters = CHAPTERS.filter(({ title }) => /^\d/.test(title));
  assert(chapters.length >= 10);
  for (const { title, steps } of chapters) {
    assert(steps.some(({ kind }) => kind === "command"), title);
  }
});
