// deno-lint-ignore-file no-console -- the tables of a benchmark are for a person
/**
 * What every part of the benchmark shares: cases that run in turns, and tables
 * of their medians and of the ratios between them.
 */
import { fileURLToPath } from "node:url";

/** The path of a file, relative to this folder. */
export function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Runs a program of this folder. */
export const DENO: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--allow-all",
];

/** Runs the program as its users do. */
export const MAIN: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  "--allow-run",
  pathOf("../main.ts"),
];

/** Whether a program is found: a peer that is missing is left out. */
export function isInstalled(program: string): boolean {
  return new Deno.Command("sh", {
    args: ["-c", `command -v "$0" >/dev/null`, program],
  }).outputSync().success;
}

/** The value that a command prints as JSON. */
export async function printed<T = number>(
  [command = "", ...args]: readonly string[],
): Promise<T> {
  const { stdout, success } = await new Deno.Command(command, {
    args,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Failed: ${command} ${args.join(" ")}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A folder that is removed at the end of the scope. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { path: string }
> {
  const path = await Deno.makeTempDir({ prefix: "bench-" });
  const remove = () => Deno.remove(path, { recursive: true });
  return { path, [Symbol.asyncDispose]: remove };
}

/** Writes a block of bytes to a new file, so many times. */
export async function writeBlocks(
  path: string,
  block: Uint8Array<ArrayBuffer>,
  count: number,
): Promise<string> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const writer = file.writable.getWriter();
  for (let n = 0; n < count; n++) await writer.write(block);
  writer.releaseLock();
  return path;
}

/** Each case by its name, and how it is measured once. */
export type Cases<Sample = number> = Record<string, () => Promise<Sample>>;

/** What was measured: a sample of each case a round. */
export type Samples<Sample = number> = Map<string, Sample[]>;

/**
 * Measures each case once in every round. The load of a machine changes more
 * within a minute than the cases differ, so only numbers of the same round are
 * compared. Every second round goes backwards: otherwise a case would always
 * follow the same one, and pay for what that one leaves behind.
 */
export async function inTurns<Sample>(
  cases: Cases<Sample>,
  rounds: number,
): Promise<Samples<Sample>> {
  const entries = Object.entries(cases);
  const samples: Samples<Sample> = new Map(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of entries) {
      samples.get(name)!.push(await measure());
    }
    entries.reverse();
  }
  return samples;
}

/** What is asked of a case. */
export interface Claim {
  /** The case. */
  ours: string;
  /** Its ratio to this one is meant; without a peer, the value itself. */
  peer?: string;
  /** The least that is asked. */
  atLeast?: number;
  /** The most that is asked. */
  atMost?: number;
  /** Every round has to meet it, and not the median alone. */
  inEveryRound?: true;
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** The median of some numbers, the lowest and the highest. */
function spread(values: readonly number[]): number[] {
  return [median(values), Math.min(...values), Math.max(...values)];
}

/** A number in at least two digits that mean something. */
function show(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/**
 * Prints what was measured, and then what was asked beside it: the median of
 * the ratios of each round, and the ratio of the best that each has reached.
 */
export function report(
  title: string,
  samples: Samples,
  claims: readonly Claim[] = [],
): void {
  const rows = [[title, "median", "lowest", "highest"]];
  for (const [name, values] of samples) {
    rows.push([name, ...spread(values).map(show)]);
  }
  printTable(rows);
  const verdicts = claims.flatMap((claim) => judge(claim, samples));
  if (verdicts.length === 0) return;
  const head = [
    ...["", "beside", "ratio", "lowest", "highest", "of the best"],
    ...["asked", ""],
  ];
  printTable([head, ...verdicts]);
}

/** The row of one claim; none if it or its peer was not measured. */
function judge(claim: Claim, samples: Samples): string[][] {
  const { ours, peer, atLeast, atMost, inEveryRound } = claim;
  const values = samples.get(ours);
  const floor = peer === undefined ? values?.map(() => 1) : samples.get(peer);
  if (values === undefined || floor === undefined) return [];
  const ratios = values.map((value, round) => value / floor[round]!);
  const judged = inEveryRound ? ratios : [median(ratios)];
  const isMet = judged.every((ratio) =>
    ratio >= (atLeast ?? -Infinity) && ratio <= (atMost ?? Infinity)
  );
  const bounds = [
    atLeast === undefined ? "" : `>= ${atLeast}`,
    atMost === undefined ? "" : `<= ${atMost}`,
  ].join("");
  const asked = bounds + (inEveryRound ? " always" : "");
  const verdict = bounds === "" ? "" : isMet ? "yes" : "NO";
  const best = (each: readonly number[]) =>
    atMost === undefined ? Math.max(...each) : Math.min(...each);
  const ofBest = peer === undefined ? "" : show(best(values) / best(floor));
  const numbers = [...spread(ratios).map(show), ofBest];
  return [[ours, peer ?? "", ...numbers, asked, verdict]];
}

/** Prints rows in columns, numbers to the right. */
function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  console.log();
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const isNumber = column > 0 && /^[\d.-]/.test(rows[1]?.[column] ?? "");
      const width = widths[column] ?? 0;
      return isNumber ? cell.padStart(width) : cell.padEnd(width);
    });
    console.log(cells.join("  ").trimEnd());
  }
}
