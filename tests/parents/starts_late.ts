/**
 * Starts the child a second time once the first has been told to end:
 * `starts_late.ts IGNORING COMMAND`, where IGNORING does not listen.
 */
import { endAs, spawn } from "../../mod.ts";

const [ignoring = "true", command = "true"] = Deno.args;
const print = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(text));
const ladder = [{ signal: "SIGTERM", waitMs: 60_000 }] as const;
const options = { stdout: "inherit", onSignal: "pass" } as const;
const first = spawn("bash", [ignoring], { ...options, ladder });
print(`parent ${Deno.pid} child ${first.pid}\n`);
while (first.receivedSignal === null) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const second = spawn("bash", [command], options);
const { code, reason } = await second.status;
await first.status;
print(`second ${code} ${reason}\n`);
await endAs("SIGTERM");
