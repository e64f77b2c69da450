/**
 * What one message waits for on its way through a program: a few bytes go to
 * `cat`, come back through the program as a line, and the time of `cat` alone
 * in the same round is taken off.
 */
import {
  type Cases,
  DENO,
  inTurns,
  isInstalled,
  MAIN,
  median,
  pathOf,
  printed,
  report,
  type Samples,
} from "./measure.ts";

const FLOOR = "cat alone";
const LEAST = "the least loop in Deno";
const CONTENDERS: Record<string, readonly string[]> = {
  [FLOOR]: ["cat"],
  "main.ts": [...MAIN, "--", "cat"],
  "main.ts -l -f text": [...MAIN, "-l", "-f", "text", "--", "cat"],
  [LEAST]: [...DENO, pathOf("bare_loop.ts"), "cat"],
  Python: ["python3", "-u", pathOf("seed.py"), "cat"],
  ts: ["sh", "-c", "cat | ts"],
};

/** Microseconds of each round trip, as a client in Python sees them. */
function trips(messages: number, argv: readonly string[]): Promise<number[]> {
  const client = ["python3", pathOf("round_trips.py"), String(messages)];
  return printed([...client, ...argv]);
}

/** What each adds to the median of `cat` alone in its round. */
function added(
  samples: Samples<number[]>,
  of: (trips: number[]) => number,
): Samples {
  const floor = samples.get(FLOOR)!.map(median);
  const values: Samples = new Map();
  for (const [name, rounds] of samples) {
    if (name === FLOOR) continue;
    values.set(name, rounds.map((each, round) => of(each) - floor[round]!));
  }
  return values;
}

export async function latency(isFull: boolean): Promise<void> {
  const cases: Cases<number[]> = {};
  for (const [name, argv] of Object.entries(CONTENDERS)) {
    if (name === "ts" && !isInstalled("ts")) continue;
    cases[name] = () => trips(isFull ? 1000 : 400, argv);
  }
  const samples = await inTurns(cases, isFull ? 7 : 5);
  report("added to a message, median, µs", added(samples, median), [
    { ours: "main.ts", peer: LEAST, atMost: 1.2 },
    { ours: "main.ts -l -f text", peer: LEAST },
    { ours: "main.ts", peer: "Python" },
  ]);
  const p99 = (values: number[]) => values[Math.floor(values.length * 0.99)]!;
  report("added to a message, p99, µs", added(samples, p99), [
    { ours: "main.ts", peer: LEAST },
  ]);
}
