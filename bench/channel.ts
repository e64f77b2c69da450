/**
 * Messages with a child, in every pattern, beside what else there is: NDJSON by
 * Web Streams, Node's `fork`, Python's `Connection`, vscode-jsonrpc. Both ends
 * are of the same kind. Where messages go both ways, 10,000 come before those
 * that are measured: until V8 has compiled both ends, a message takes several
 * times as long.
 */
import {
  type Cases,
  type Claim,
  DENO,
  inTurns,
  isInstalled,
  pathOf,
  printed,
  report,
} from "./measure.ts";

type Result = Record<"perSecond" | "p50" | "p99", number>;

interface Row {
  title: string;
  pattern: string;
  /** How many messages each way gets; the slow ones fewer. */
  count: number;
  ways: readonly string[];
  claims: readonly Claim[];
}

const ROWS: readonly Row[] = [
  {
    title: "round trips of 32 bytes, one at a time, a second",
    pattern: "trips",
    count: 50_000,
    ways: ["jsonLines", "jsonHeader", "structured", "naive", "fork"],
    claims: [
      { ours: "jsonLines", peer: "naive", atLeast: 2 },
      { ours: "jsonLines", peer: "fork", atLeast: 0.7 },
      { ours: "jsonHeader", peer: "jsonLines", atLeast: 0.5 },
    ],
  },
  {
    title: "echo of 32 bytes, 256 in flight, a second",
    pattern: "flight",
    count: 200_000,
    ways: ["jsonLines", "jsonHeader", "structured", "naive", "fork"],
    claims: [
      { ours: "jsonLines", peer: "fork", atLeast: 2 },
      { ours: "jsonLines", peer: "naive", atLeast: 10 },
      { ours: "jsonHeader", peer: "jsonLines", atLeast: 0.5 },
    ],
  },
  {
    title: "requests (JSON-RPC), 256 in flight, a second",
    pattern: "requests",
    count: 150_000,
    ways: ["jsonLines", "jsonHeader", "fork", "vscode"],
    claims: [
      { ours: "jsonLines", peer: "fork", atLeast: 1.5 },
      { ours: "jsonLines", peer: "vscode", atLeast: 8 },
    ],
  },
  ...["out", "in"].map((pattern) => ({
    title: `32 bytes one way, ${pattern}, a second`,
    pattern,
    count: 300_000,
    ways: ["jsonLines", "bytes", "structured", "fork", "python"],
    claims: [
      { ours: "bytes", peer: "python", atLeast: 3 },
      { ours: "jsonLines", peer: "fork", atLeast: 5 },
    ],
  })),
  {
    title: "1 MiB one way, out, a second",
    pattern: "large",
    count: 200,
    ways: ["jsonLines", "bytes", "fork", "python"],
    claims: [
      { ours: "bytes", peer: "python", atLeast: 0.5 },
      { ours: "jsonLines", peer: "fork", atLeast: 1 },
    ],
  },
];

/** The command of one way in one pattern; none if its program is missing. */
function commandOf(
  way: string,
  { pattern, count }: Row,
): readonly string[] | undefined {
  if (way === "fork") {
    // A request needs an id, which an echo of messages does without.
    const like = pattern === "requests" ? "flight" : pattern;
    return isInstalled("node")
      ? ["node", pathOf("channel_peer.mjs"), like, String(count)]
      : undefined;
  }
  if (way === "python") {
    return isInstalled("python3")
      ? ["python3", pathOf("channel_peer.py"), pattern, String(count)]
      : undefined;
  }
  if (way === "vscode") {
    return [...DENO, pathOf("channel_vscode.ts"), String(count / 5)];
  }
  // The naive loop is so slow that a fifth is enough.
  const messages = way === "naive" ? count / 5 : count;
  return [
    ...[...DENO, pathOf("channel_case.ts")],
    ...[way, pattern, String(messages)],
  ];
}

export async function channel(isFull: boolean): Promise<void> {
  for (const row of ROWS) {
    const cases: Cases<Result> = {};
    for (const way of row.ways) {
      const argv = commandOf(way, row);
      if (argv !== undefined) cases[way] = () => printed<Result>(argv);
    }
    const samples = await inTurns(cases, isFull ? 9 : 5);
    const part = (name: keyof Result) =>
      new Map([...samples].map(([way, results]) => [
        way,
        results.map((result) => result[name]),
      ]));
    report(row.title, part("perSecond"), row.claims);
    if (row.pattern !== "trips") continue;
    report("the same, p50 in µs", part("p50"));
    report("the same, p99 in µs", part("p99"));
  }
  const argv = [...DENO, pathOf("channel_slow_receiver.ts"), "1000000"];
  const growth = await printed<{ mebibytes: number }>(argv);
  report(
    "a million messages to a receiver ten times slower, MiB more",
    new Map([["jsonLines", [growth.mebibytes]]]),
    [{ ours: "jsonLines", atMost: 50 }],
  );
}
