/** How much there is: modules that a start loads, and lines of code. */
import { type Claim, pathOf, printed, report } from "./measure.ts";

interface Module {
  specifier: string;
  dependencies?: { code?: { specifier?: string } }[];
}

/** The modules of a program, and how many requests deep its graph is. */
async function graphOf(
  entry: string,
): Promise<[modules: number, depth: number]> {
  const { roots, modules } = await printed<
    { roots: string[]; modules: Module[] }
  >([Deno.execPath(), "info", "--json", pathOf(`../${entry}`)]);
  const byName = new Map(modules.map((each) => [each.specifier, each]));
  const seen = new Set(roots);
  let depth = 0;
  for (let level = roots; level.length > 0; depth++) {
    const next = level.flatMap((name) => byName.get(name)?.dependencies ?? []);
    const names = new Set(next.flatMap(({ code }) => code?.specifier ?? []));
    level = [...names.difference(seen)];
    for (const name of level) seen.add(name);
  }
  return [modules.length, depth];
}

/** The lines of a TypeScript text that are neither blank nor comment alone. */
function codeLines(text: string): number {
  let isComment = false;
  return text.split("\n").filter((line) => {
    const code = line.trim();
    if (code.startsWith("/*")) isComment = true;
    const counts = code !== "" && !isComment && !code.startsWith("//");
    if (code.endsWith("*/")) isComment = false;
    return counts;
  }).length;
}

/** The files of a folder and its code lines, those in it included. */
function folderSize(path: string): [files: number, lines: number] {
  let [files, lines] = [0, 0];
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    const [f, l] = isDirectory
      ? folderSize(`${path}/${name}`)
      : [1, codeLines(Deno.readTextFileSync(`${path}/${name}`))];
    files += f;
    lines += l;
  }
  return [files, lines];
}

const CLAIMS: Claim[] = [
  { ours: "modules of main.ts", atMost: 100 },
  { ours: "modules of child.ts", atMost: 12 },
];

export async function size(): Promise<void> {
  const rows = new Map<string, number[]>();
  for (const entry of ["main.ts", "child.ts", "mod.ts"]) {
    const [modules, depth] = await graphOf(entry);
    rows.set(`modules of ${entry}`, [modules]);
    rows.set(`depth of its graph, ${entry}`, [depth]);
  }
  let whole = 0;
  for (const folder of ["src", "cli"]) {
    const [files, lines] = folderSize(pathOf(`../${folder}`));
    rows.set(`files of ${folder}/`, [files]);
    rows.set(`code lines of ${folder}/`, [lines]);
    whole += lines;
  }
  rows.set("code lines of both", [whole]);
  report("size", rows, CLAIMS);
}
