/**
 * The whole program beside the seed's own in Python, the dumpers, `ts` and
 * `cat`, and beside its formats alone: MB/s of input. Slow peers get less of
 * it: they would take minutes, and MB/s compare.
 */
import { formatAlone } from "./formats.ts";
import { INPUTS } from "./inputs.ts";
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  isInstalled,
  MAIN,
  pathOf,
  report,
  temporaryFolder,
  writeBlocks,
} from "./measure.ts";

/** Where the output goes: a shell redirection or the rest of a pipeline. */
const SINKS = {
  "/dev/null": ">/dev/null",
  "a pipe": "| cat >/dev/null",
};

type Sink = keyof typeof SINKS;
type Kind = "text" | "random";

/** A command line that reads a file of so many MiB. */
interface Contender {
  /** The least that takes long enough, beside a start of 60 ms. */
  mib: 256 | 64 | 8 | 2;
  /** How often it reads the file. Default: once. */
  copies?: number;
  argv(path: string): readonly string[];
  /** The inputs that it is for. Default: both. */
  kind?: Kind;
  /** A peer or format that only the full run has. */
  isExtra?: true;
}

const ours = (...options: string[]) => (path: string) => [
  ...MAIN,
  ...options,
  "--",
  "cat",
  path,
];

const SEED = "main.ts (seed)";
const HEX = "main.ts -f hex -t none -s 1M";
const LINES = "main.ts -f text -l -t iso";
const RAW = "main.ts -f raw";
const CAT = "cat, in our place: cat FILE | cat";
const LONG_RAW = `${RAW}, 1 GiB`;
const LONG_CAT = "cat, in our place, 1 GiB";
const PYTHON = "Python: os.read(fd, 32), print";

const CONTENDERS: Record<string, Contender> = {
  [SEED]: { mib: 256, argv: ours() },
  [HEX]: { mib: 64, argv: ours("-fhex", "-tnone", "-s1M") },
  "main.ts -f json": { mib: 64, argv: ours("-fjson"), isExtra: true },
  "main.ts -f text": { mib: 64, argv: ours("-ftext"), isExtra: true },
  [LINES]: { mib: 256, argv: ours("-ftext", "-l", "-tiso"), kind: "text" },
  [RAW]: { mib: 256, argv: ours("-fraw") },
  [PYTHON]: {
    mib: 8,
    argv: (path) => ["python3", pathOf("seed.py"), "cat", path],
  },
  "first draft: BYOB(32), console.log": {
    mib: 2,
    argv: (path) => [...DENO, pathOf("first_draft.ts"), "cat", path],
    isExtra: true,
  },
  xxd: { mib: 8, argv: (path) => ["xxd", path] },
  "hexdump -C": { mib: 2, argv: (path) => ["hexdump", "-C", path] },
  "od -A x -t x1z": {
    mib: 2,
    argv: (path) => ["od", "-A", "x", "-t", "x1z", path],
  },
  hexyl: { mib: 2, argv: (path) => ["hexyl", path] },
  ts: { mib: 8, argv: (path) => ["sh", "-c", 'ts <"$0"', path], kind: "text" },
  [CAT]: { mib: 256, argv: (path) => ["sh", "-c", 'cat "$0" | cat', path] },
  // Beside 256 MiB, which take `cat` 0.1 s, the start of Deno counts as well.
  [LONG_RAW]: {
    mib: 256,
    copies: 4,
    argv: (path) => [...ours("-fraw")(path), path, path, path],
  },
  [LONG_CAT]: {
    mib: 256,
    copies: 4,
    argv: (path) => ["sh", "-c", 'cat "$0" "$0" "$0" "$0" | cat', path],
  },
};

const CLAIMS: Claim[] = [
  { ours: SEED, peer: "seed, the format alone", atLeast: 0.7 },
  { ours: LINES, peer: "text by lines, the format alone", atLeast: 0.5 },
  { ours: SEED, peer: PYTHON, atLeast: 10 },
  { ours: HEX, peer: "xxd", atLeast: 1 },
  { ours: HEX, peer: "hexdump -C", atLeast: 1 },
  { ours: HEX, peer: "od -A x -t x1z", atLeast: 1 },
  { ours: HEX, peer: "hexyl", atLeast: 1 },
  { ours: LINES, peer: "ts", atLeast: 1 },
  { ours: RAW, peer: CAT },
];

const PIPE_CLAIMS: Claim[] = [
  { ours: RAW, peer: CAT, atLeast: 0.5, inEveryRound: true },
  { ours: LONG_RAW, peer: LONG_CAT, atLeast: 0.5, inEveryRound: true },
];

/** MB of input a second; the shell is not between the clock and the program. */
async function rate(
  { argv, mib, copies = 1 }: Contender,
  path: string,
  sink: Sink,
): Promise<number> {
  const startMs = performance.now();
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `"$@" ${SINKS[sink]}`, "sh", ...argv(path)],
    stdin: "null",
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`Failed: ${argv(path).join(" ")}`);
  return copies * mib * 2 ** 20 / 1000 / (performance.now() - startMs);
}

/** The formats alone on the same text, with no pipe and no program around them. */
const FORMATS_ALONE: Cases = {
  "seed, the format alone": formatAlone("seed", "slices", "text", {
    mib: 256,
  }),
  "text by lines, the format alone": formatAlone("text", "lines", "text", {
    time: "iso",
    mib: 256,
  }),
};

/** Whether a contender takes part. */
type Filter = (name: string, contender: Contender) => boolean;

/** The cases of one input and one sink that this machine can measure. */
function casesOf(
  kind: Kind,
  sink: Sink,
  folder: string,
  isWanted: Filter,
): Cases {
  const isAlone = kind === "text" && sink === "/dev/null";
  const cases: Cases = isAlone ? { ...FORMATS_ALONE } : {};
  for (const [name, contender] of Object.entries(CONTENDERS)) {
    const { kind: only = kind, mib, argv } = contender;
    const program = name === "ts" ? "ts" : argv("")[0]!;
    if (only !== kind || !isInstalled(program)) continue;
    if (!isWanted(name, contender)) continue;
    const path = `${folder}/${kind}-${mib}`;
    cases[name] = () => rate(contender, path, sink);
  }
  return cases;
}

export async function log(isFull: boolean): Promise<void> {
  await using folder = await temporaryFolder();
  for (const kind of ["text", "random"] as const) {
    for (const mib of [256, 64, 8, 2]) {
      const path = `${folder.path}/${kind}-${mib}`;
      await writeBlocks(path, INPUTS[kind], mib * 16);
    }
  }
  const measure = async (
    kind: Kind,
    sink: Sink,
    rounds: number,
    isWanted: Filter,
    claims = CLAIMS,
  ) => {
    const cases = casesOf(kind, sink, folder.path, isWanted);
    const title = `${kind} to ${sink}, MB/s of input`;
    report(title, await inTurns(cases, rounds), claims);
  };
  const isUsual: Filter = (_, { isExtra, copies }) =>
    copies === undefined && (isFull || !isExtra);
  await measure("text", "/dev/null", isFull ? 5 : 3, isUsual);
  await measure("random", "/dev/null", isFull ? 5 : 3, isUsual);
  // Its speed changes from run to run: more rounds show the lowest.
  const isRaw: Filter = (name) => [RAW, CAT, LONG_RAW, LONG_CAT].includes(name);
  await measure("text", "a pipe", isFull ? 15 : 7, isRaw, PIPE_CLAIMS);
  if (!isFull) return;
  await measure("random", "a pipe", 15, isRaw, PIPE_CLAIMS);
  const isOther: Filter = (name) => !isRaw(name, CONTENDERS[name]!);
  await measure("text", "a pipe", 5, isOther);
  await measure("random", "a pipe", 5, isOther);
}
