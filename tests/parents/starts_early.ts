/**
 * Starts a child with `start` alone: `starts_early.ts OPTIONS WAY COMMAND
 * [ARGUMENT…]`, where WAY says what happens before anybody owns it: `own` owns
 * it at once, `heard` after a signal, `fail` fails, `exit` exits, `leave` leaves
 * its scope and waits.
 */
import { start } from "../../src/process/start.ts";

const [json = "{}", way = "own", command = "true", ...args] = Deno.args;

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

{
  using started = start(command, args, {
    stdout: "inherit",
    ...JSON.parse(json),
  });
  print(`parent ${Deno.pid} child ${started.process.pid}\n`);
  if (way === "heard") {
    const heard = Promise.withResolvers<void>();
    const hear = () => heard.resolve();
    for (const signal of SIGNALS) Deno.addSignalListener(signal, hear);
    await heard.promise;
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, hear);
  }
  if (way === "own" || way === "heard") {
    const { own } = await import("../../src/process/spawn.ts");
    const child = own(started);
    print(`owned, received ${child.receivedSignal}\n`);
    child.status.then(({ reason, code }) => print(`${reason} ${code}\n`));
  }
  if (way === "fail") throw new Error("the rest has failed");
  if (way === "exit") Deno.exit(5);
}
print("left\n");
if (way === "leave") await new Promise((resolve) => setTimeout(resolve, 5000));
