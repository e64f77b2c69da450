/**
 * Holds on to its signals: `holds.ts OPTIONS COMMAND [ARGUMENT…]`. Prints what
 * it gets of signals, and releases the hold at SIGQUIT.
 */
import { spawn } from "../../src/process/mod.ts";
import { holdSignals } from "../../src/process/signals.ts";

const [json = "{}", command = "true", ...args] = Deno.args;

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

const quit = Promise.withResolvers<void>();
const release = holdSignals((signal) => {
  print(`got ${signal}\n`);
  if (signal === "SIGQUIT") quit.resolve();
});
const child = spawn(command, args, {
  stdout: "inherit",
  ...JSON.parse(json),
});
print(`parent ${Deno.pid} child ${child.pid}\n`);
const { code } = await child.status;
print(`child ${code}\n`);
// Nothing else keeps the program alive.
const timer = setTimeout(() => {}, 10_000);
await quit.promise;
release();
release();
print("released\n");
clearTimeout(timer);
// A signal that ends it does so after 630 ms at the latest.
const livesMs = json === "{}" ? 5000 : 900;
setTimeout(() => print("lives\n"), livesMs);
