/**
 * What one message waits for on its way through a program: a byte goes to
 * `cat`, comes back through the program as a line, and the time of `cat` alone
 * is taken off.
 *
 *     deno run --allow-all bench/latency.ts
 */
import { fileURLToPath } from "node:url";
import { median, printTable } from "./measure.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const deno = [Deno.execPath(), "run", "-q", "--allow-run"];
const CONTENDERS = [
  { name: "cat alone", argv: ["cat"] },
  { name: "main.ts", argv: [...deno, `${HERE}../main.ts`, "--", "cat"] },
  { name: "the least in Deno", argv: [...deno, `${HERE}bare_loop.ts`, "cat"] },
  { name: "Python", argv: ["python3", "-u", `${HERE}seed.py`, "cat"] },
  { name: "ts", argv: ["sh", "-c", "cat | ts"] },
];

/** Microseconds of each round trip, sorted; measured by a client in Python. */
async function roundTripsUs(argv: readonly string[]): Promise<number[]> {
  const { stdout } = await new Deno.Command("python3", {
    args: [`${HERE}round_trips.py`, ...argv],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

const rows = [["added to a message", "median µs", "p99 µs", "of Python's"]];
let floor = { p50: 0, p99: 0 };
const added = new Map<string, { p50: number; p99: number }>();
for (const { name, argv } of CONTENDERS) {
  const trips = await roundTripsUs(argv);
  const p50 = median(trips);
  const p99 = trips[Math.floor(trips.length * 0.99)] ?? NaN;
  if (added.size === 0) floor = { p50, p99 };
  added.set(name, { p50: p50 - floor.p50, p99: p99 - floor.p99 });
}
const python = added.get("Python")?.p50 ?? NaN;
for (const [name, { p50, p99 }] of added) {
  rows.push([
    name,
    p50.toFixed(0),
    p99.toFixed(0),
    name === "cat alone" ? "" : (p50 / python).toFixed(2),
  ]);
}
printTable([...rows, ["target", "", "", "1.50"]]);
