// deno-lint-ignore-file no-console -- it reports to a person
/**
 * Runs the tests under Windows and counts: `deno task windows`.
 *
 * On Debian, as root, by Wine: `prepare` builds what that needs in a folder that
 * is kept (2 GB, 90 s at the first time), and `run` starts `deno.exe` in it. On a
 * machine that cannot, nothing runs: the last line says why, and the status is 0.
 * On Windows the same tests run as they are, but for the terminal's.
 *
 *     deno task windows [--folder=FOLDER] [FILE…]
 *
 * The files of this folder that hold tests have no `_test` in their names: here
 * alone they make sense, and `deno task test` does not find them.
 */
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One process of `deno test`. */
interface TestRun {
  file: string;
  /** Runs here and starts Windows programs itself. */
  isHere?: boolean;
}

/** How the tests of one process ended. */
interface Counts {
  passed: number;
  failed: string[];
  ignored: string[];
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const HERE = fileURLToPath(new URL("./", import.meta.url));
const IS_WINDOWS = Deno.build.os === "windows";
/** A file that hangs costs so much, and the next one runs. */
const LIMIT_SECONDS = 300;
/** What `prepare` ends with on a machine that cannot. */
const CANNOT = 3;

const OWN: readonly TestRun[] = [
  { file: "tests/windows/options.ts" },
  { file: "tests/windows/ends.ts" },
  { file: "tests/windows/library.ts" },
  { file: "tests/windows/tap.ts" },
  { file: "tests/windows/recordings.ts" },
  { file: "tests/windows/ctrl_c.ts", isHere: true },
];

/** The files of the other tests, by their paths in the checkout. */
function* testFiles(folder = "tests"): Generator<string> {
  const entries = [...Deno.readDirSync(ROOT + folder)]
    .sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

/** Why this machine cannot run Windows programs, or nothing. */
async function prepare(folder: string): Promise<string | undefined> {
  if (IS_WINDOWS) return undefined;
  if (Deno.build.os !== "linux") return "it needs Debian";
  const { code, stderr } = await new Deno.Command(`${HERE}prepare`, {
    args: [folder, Deno.version.deno],
    stdin: "null",
    stdout: "inherit",
    stderr: "piped",
  }).output();
  if (code === 0) return undefined;
  const said = new TextDecoder().decode(stderr).trimEnd();
  if (code !== CANNOT) throw new Error(`prepare ended with ${code}: ${said}`);
  console.log(said);
  return said.split("\n").at(-1);
}

/** Runs the tests of one file. */
async function test(
  { file, isHere = IS_WINDOWS }: TestRun,
  folder: string,
): Promise<Counts> {
  const report = isHere
    ? await Deno.makeTempFile({ suffix: ".xml" })
    : resolve(folder, "root", "w", "report.xml");
  await Deno.remove(report).catch(() => {});
  const [command, ...before] = isHere
    ? [Deno.execPath()]
    : [`${HERE}run`, folder];
  const { code, stdout, stderr } = await new Deno.Command(command!, {
    args: [
      ...before,
      ...["test", "-A", "--no-check", "--no-prompt"],
      `--junit-path=${isHere ? report : "/w/report.xml"}`,
      file,
    ],
    cwd: ROOT,
    env: { WINDOWS_FOLDER: folder, LIMIT: `${LIMIT_SECONDS}`, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const counts = count(await Deno.readTextFile(report).catch(() => ""));
  // No report: it could not be loaded, it panicked, or its time was over.
  if (code !== 0 && counts.failed.length === 0) {
    counts.failed.push(`ended with status ${code}`);
  }
  if (counts.failed.length > 0) {
    const decoder = new TextDecoder();
    console.log(decoder.decode(stdout) + decoder.decode(stderr));
  }
  if (isHere) await Deno.remove(report).catch(() => {});
  return counts;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Reads a report of the test runner, which is in JUnit's XML. */
function count(report: string): Counts {
  const counts: Counts = { passed: 0, failed: [], ignored: [] };
  const cases = report.matchAll(
    /<testcase name="([^"]*)".*?(?:\/>|>(.*?)<\/testcase>)/gs,
  );
  for (const [, escaped = "", inside = ""] of cases) {
    const name = escaped.replaceAll(
      /&(?:#(\d+)|(\w+));/g,
      (_, code: string | undefined, word: string) =>
        code ? String.fromCodePoint(Number(code)) : ENTITIES[word] ?? word,
    );
    if (/<(failure|error)\b/.test(inside)) counts.failed.push(name);
    else if (inside.includes("<skipped")) counts.ignored.push(name);
    else counts.passed++;
  }
  return counts;
}

/** Runs the tests of one file, and prints how they ended. */
async function report(run: TestRun, folder: string): Promise<Counts> {
  const startMs = performance.now();
  const counts = await test(run, folder);
  const { passed, failed, ignored } = counts;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(
    `${run.file}: ${passed} passed, ${failed.length} failed, ` +
      `${ignored.length} ignored (${seconds} s)`,
  );
  for (const name of failed) console.log(`  failed: ${name}`);
  for (const name of ignored) console.log(`  ignored: ${name}`);
  return counts;
}

/** Runs all, and prints what passed, failed and was ignored. */
async function main(args: readonly string[]): Promise<number> {
  const named = args.find((arg) => arg.startsWith("--folder="))?.slice(9);
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${homedir()}/.cache`;
  const folder = resolve(named ?? `${cache}/basic-pipes-windows`);
  const why = await prepare(folder);
  if (why !== undefined) {
    console.log(`Windows: skipped, as ${why}`);
    return 0;
  }
  const files = args.filter((arg) => !arg.startsWith("--"));
  const all = [...OWN, ...[...testFiles()].map((file) => ({ file }))];
  const runs = files.length === 0
    ? all
    : all.filter(({ file }) => files.includes(file));
  const counts = new Map<TestRun, Counts>();
  for (const run of runs) counts.set(run, await report(run, folder));
  // Wine itself fails now and then. What fails twice is ours.
  const failing = runs.filter((run) => counts.get(run)!.failed.length > 0);
  const isAgain = failing.length > 0 && failing.length < runs.length / 4;
  for (const run of isAgain ? failing : []) {
    console.log("once more:");
    counts.set(run, await report(run, folder));
  }
  const sum = { passed: 0, failed: 0, ignored: 0 };
  for (const { passed, failed, ignored } of counts.values()) {
    sum.passed += passed;
    sum.failed += failed.length;
    sum.ignored += ignored.length;
  }
  const tries = isAgain ? `, ${failing.length} files run twice` : "";
  console.log(
    `Windows: ${sum.passed} passed, ${sum.failed} failed, ` +
      `${sum.ignored} ignored${tries}`,
  );
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

Deno.exit(await main(Deno.args));
