import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  chaptersOf,
  createGuideFolder,
  outputOf,
  steady,
} from "./support/guide.ts";
import { needs } from "./support/processes.ts";
import { PARENT_OPTIONS } from "../cli/options/parent.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { ROOT, shell } from "./support/whole_program.ts";

const README = Deno.readTextFileSync(new URL("README.md", ROOT));

/** The lines of the README's blocks of one language. */
function blockLines(language: string): string[] {
  const blocks = README.matchAll(
    new RegExp("^```" + language + "\\n(.*?)^```$", "gms"),
  );
  return [...blocks].flatMap(([, block = ""]) => block.trim().split("\n"));
}

Deno.test("the two commands stand within the first 15 lines", () => {
  const top = README.split("\n").slice(0, 15).join("\n");
  assert(top.includes("npx -y deno@2.9.6 run --allow-run main.ts"));
  assert(top.includes("npx -y deno@2.9.6 task ok"));
});

Deno.test("the gate runs the README's own test command", () => {
  const gate = Deno.readTextFileSync(new URL(".ci/run", ROOT));
  assert(gate.includes("npx -y deno@2.9.6 task ok"));
});

Deno.test("what is run has the packages of the lock file, and no others", () => {
  const { lock } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  assertEquals(lock, { frozen: true });
  const { npm } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.lock", ROOT)),
  ) as { npm: Record<string, { integrity?: string }> };
  for (const [name, { integrity }] of Object.entries(npm)) {
    assert(integrity?.startsWith("sha512-"), name);
  }
  // The README says what the program itself loads, and whose that is.
  assert(README.includes("`deno-std`") && Object.hasOwn(npm, "deno-std@1.4.0"));
});

Deno.test("every option stands in the README's table, and no other", () => {
  const rows = README.split("\n").filter((line) => line.startsWith("| `-"));
  const named = rows.flatMap((row) =>
    [...(row.split(" | ")[0] ?? "").matchAll(/--([a-z-]+)/g)].map((m) => m[1])
  );
  assertEquals(named.toSorted(), Object.keys(PARENT_OPTIONS).toSorted());
});

const COMMANDS = blockLines("sh")
  .map((line) => line.replace(/\s+#.*$/, ""))
  .filter((line) => line.startsWith("deno run"));

for (const command of COMMANDS) {
  const programs = command.includes("python3") ? ["python3"] : [];
  Deno.test(
    `the README's command runs: ${command}`,
    needs("bash", ...programs),
    async () => {
      // Ours runs until it is stopped: three lines are enough to know.
      const options = command.endsWith("--allow-run main.ts")
        ? " --count 2 --tick 10ms"
        : "";
      const line = `${command.replace("deno run --allow-run main.ts", "main")}`;
      const { code, stdout, stderr } = await shell(
        `cd "$ROOT" && ${line}${options}`,
        {
          env: { ROOT: fileURLToPath(ROOT) },
        },
      );
      assertEquals(code, 0);
      assert(stdout.length > 0);
      if (!line.includes("--summary")) assertEquals(stderr, "");
    },
  );
}

Deno.test(
  "each command in a console block of the README prints what stands there",
  needs("bash", "python3"),
  async () => {
    const folder = await createGuideFolder();
    try {
      for (const step of chaptersOf(README).flatMap(({ steps }) => steps)) {
        if (step.kind === "file") {
          await Deno.writeTextFile(`${folder}/${step.name}`, step.text);
          continue;
        }
        // In the folder of the example there is no checkout.
        const command = step.command
          .replace("deno run --allow-run main.ts", "basic-pipes");
        const printed = await outputOf(command, folder);
        assertEquals(steady(printed), steady(step.output), command);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "the README's example of the library runs in a folder of its own",
  needs("sh"),
  async () => {
    const chapter = README.slice(README.indexOf("## The library"));
    const block = (language: string) =>
      chapter.split(`\`\`\`${language}\n`)[1]?.split("\n```")[0] ?? "";
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/deno.json`, block("json"));
      await Deno.writeTextFile(`${folder}/example.ts`, block("ts"));
      for (const name of ["mod.ts", "src"]) {
        const from = fileURLToPath(new URL(name, ROOT));
        cpSync(from, `${folder}/basic-pipes/${name}`, { recursive: true });
      }
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", "--no-lock", "--allow-run", "example.ts"],
        cwd: folder,
        stdin: "null",
      }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
