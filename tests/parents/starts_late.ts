/**
 * Starts the child a second time once the first has been told to end:
 * `starts_late.ts FIRST SECOND [ON_SIGNAL]`, two scripts of bash. By default the
 * program stands for both, and then FIRST may take no notice of the signal.
 */
import { endAs, spawn, type SpawnOptions } from "../../src/process/mod.ts";

const [command = "true", late = "true", onSignal = "pass"] = Deno.args;
const print = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(text));
const ladder = [{ signal: "SIGTERM", waitMs: 60_000 }] as const;
const options: SpawnOptions = {
  stdout: "inherit",
  onSignal: onSignal === "end" ? "end" : "pass",
};
const first = spawn("bash", [command], { ...options, ladder });
print(`parent ${Deno.pid} child ${first.pid}\n`);
while (first.receivedSignal === null) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const second = spawn("bash", [late], options);
const { code, reason } = await second.status;
await first.status;
print(`second ${code} ${reason}\n`);
await endAs("SIGTERM");
