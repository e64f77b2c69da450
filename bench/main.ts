// deno-lint-ignore-file no-console -- a benchmark speaks to a person
/**
 * Every measurement but the long ones, one after the other, or those that are
 * named. Within four minutes on two cores; with `--full` also the long ones, and
 * more rounds, peers and inputs.
 *
 *     deno task bench [log reader …]
 *     deno task bench:full [log reader …]
 */
import { channel } from "./channel.ts";
import { formats } from "./formats.ts";
import { latency } from "./latency.ts";
import { log } from "./log.ts";
import { memory } from "./memory.ts";
import { owning } from "./process.ts";
import { reader } from "./reader.ts";
import { replaying } from "./replay.ts";
import { report } from "./report.ts";
import { recording } from "./recording.ts";
import { roundTrip } from "./round_trip.ts";
import { show } from "./show.ts";
import { size } from "./size.ts";
import { startup } from "./startup.ts";
import {
  tapAll,
  tapBytes,
  tapMemory,
  tapRate,
  tapRecord,
  tapStart,
  tapTrips,
} from "./tap.ts";
import { writer } from "./writer.ts";

const PARTS: Record<string, (isFull: boolean) => Promise<void>> = {
  size,
  startup,
  latency,
  round_trip: roundTrip,
  memory,
  log,
  formats,
  reader,
  writer,
  process: owning,
  recording,
  channel,
  tap: tapAll,
  "tap:bytes": tapBytes,
  "tap:rate": tapRate,
  "tap:record": tapRecord,
  "tap:trips": tapTrips,
  "tap:memory": tapMemory,
  "tap:start": tapStart,
  report,
  replay: replaying,
  show,
};

/** Parts that take minutes: with `--full`, or by name. */
const LONG: ReadonlySet<string> = new Set(["channel", "tap"]);

const isFull = Deno.args.includes("--full");
const named = Deno.args.filter((word) => word !== "--full");
const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  const names = Object.keys(PARTS).join(", ");
  console.error(
    `Cannot measure as it must be one of ${names}: current value is ${unknown}`,
  );
  Deno.exit(2);
}
const times: string[] = [];
const startMs = performance.now();
// The rows of a part are measured with it.
const all = Object.keys(PARTS).filter((name) =>
  !name.includes(":") && (isFull || !LONG.has(name))
);
for (const name of named.length > 0 ? named : all) {
  console.log(`\n== ${name}`);
  const partMs = performance.now();
  await PARTS[name]!(isFull);
  times.push(`${name} ${((performance.now() - partMs) / 1000).toFixed(0)}`);
}
const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
console.log(`\n${seconds} s: ${times.join(", ")}`);
