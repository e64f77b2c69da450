/**
 * Starts two children, each by a copy of the library of its own:
 * `two_copies.ts COPY CHILD [end]`, where COPY is the URL of the other copy's
 * `mod.ts`, or `worker` for one in a worker. Each child cleans up for a time of
 * its own. With `end` the program ends by SIGTERM when the quick one has.
 */
import { endAs, spawn } from "../../mod.ts";

const [copy = "worker", child = "true", end] = Deno.args;

/** The child that is slow to end. */
async function slow(library: { spawn: typeof spawn }): Promise<void> {
  const args = ["slow", "1.5"];
  await library.spawn(child, args, { stdout: "inherit" }).status;
}

if (globalThis.name === "slow") {
  await slow({ spawn });
} else {
  const quick = spawn(child, ["quick", "0.6"], { stdout: "inherit" });
  Deno.stdout.writeSync(
    new TextEncoder().encode(`parent ${Deno.pid} child ${quick.pid}\n`),
  );
  if (copy === "worker") {
    new Worker(import.meta.url, { type: "module", name: "slow" });
  } else slow(await import(copy));
  await quick.status;
  if (end) await endAs("SIGTERM");
  // Neither ends before the signal does it.
  setTimeout(() => Deno.exit(1), 20_000);
}
