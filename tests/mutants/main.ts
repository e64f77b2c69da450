// deno-lint-ignore-file no-console -- its table is for a person
/**
 * Breaks the library on purpose, one small break at a time, in a copy of the
 * tree, and shows that the tests notice each. Ends with 1 if one survives.
 *
 *     deno task mutants [words of a break's name, or of its file's]
 */

import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mod.ts";

const top = `${import.meta.dirname}/../..`;

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name.startsWith(".") || name === "coverage") continue;
    const target = `${to}/${name}`;
    if (isDirectory) await copyTree(`${from}/${name}`, target);
    else await Deno.copyFile(`${from}/${name}`, target);
  }
}

/** Whether all the tests pass in the copy; `null` if they do not end. */
async function pass(
  tree: string,
  tests: readonly string[],
  timeoutMs?: number,
): Promise<boolean | null> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-check", "--fail-fast", ...tests],
    cwd: tree,
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = true;
  const timer = timeoutMs && setTimeout(() => {
    hasEnded = false;
    child.kill("SIGKILL");
  }, timeoutMs);
  const { success } = await child.status;
  clearTimeout(timer);
  return hasEnded ? success : null;
}

/** What the tests say to a break. */
async function verdict(
  tree: string,
  { name, file, from, to, tests }: Mutant,
  timeoutMs: number,
): Promise<"caught" | "caught, does not end" | "SURVIVED"> {
  const path = `${tree}/${file}`;
  const sound = await Deno.readTextFile(path);
  if (sound.split(from).length !== 2) {
    throw new Error(`"${name}": its text must stand once in ${file}`);
  }
  await Deno.writeTextFile(path, sound.replace(from, () => to));
  try {
    const hasPassed = await pass(tree, tests, timeoutMs);
    if (hasPassed === null) return "caught, does not end";
    return hasPassed ? "SURVIVED" : "caught";
  } finally {
    await Deno.writeTextFile(path, sound);
  }
}

/** How long tests may take, by how long they take unbroken. */
async function measureTimeout(
  tree: string,
  tests: readonly string[],
): Promise<number> {
  const startMs = performance.now();
  if (!await pass(tree, tests)) {
    throw new Error(`unbroken, these must pass first: ${tests.join(" ")}`);
  }
  return 10_000 + 3 * (performance.now() - startMs);
}

const wanted = Deno.args.join(" ");
const mutants = MUTANTS.filter(
  ({ name, file }) => name.includes(wanted) || file.includes(wanted),
);
const tree = await Deno.makeTempDir({ prefix: "mutants-" });
let survivors = 0;
try {
  await copyTree(top, tree);
  const timeouts = new Map<readonly string[], number>();
  for (const mutant of mutants) {
    const { name, tests } = mutant;
    const timeoutMs = timeouts.get(tests) ?? await measureTimeout(tree, tests);
    timeouts.set(tests, timeoutMs);
    const outcome = await verdict(tree, mutant, timeoutMs);
    if (outcome === "SURVIVED") survivors++;
    console.log(`${outcome.padEnd(20)}  ${name}`);
  }
  console.log(`${mutants.length - survivors} of ${mutants.length} caught`);
} finally {
  await Deno.remove(tree, { recursive: true });
}
Deno.exitCode = survivors > 0 ? 1 : 0;
