/**
 * Owns one child: `owner.ts OPTIONS WAY COMMAND [ARGUMENT…]`, where OPTIONS is
 * the JSON of `SpawnOptions` and WAY says what happens once the child exists.
 * Prints `parent PID child PID`, what the child writes, and its status.
 */
import { endAs, run, spawn, type SpawnOptions } from "../../src/process/mod.ts";

const [json = "{}", way = "wait", command = "true", ...args] = Deno.args;
const encoder = new TextEncoder();

function print(text: string | Uint8Array): void {
  Deno.stdout.writeSync(typeof text === "string" ? encoder.encode(text) : text);
}

const WAYS: Record<string, () => void> = {
  wait: () => {},
  throw: () => setTimeout(() => JSON.parse("thrown on purpose"), 0),
  reject: () => void Promise.reject(new Error("rejected on purpose")),
  exit: () => Deno.exit(5),
  later: () => {
    // After the time in which a terminal's signal may have missed the child.
    setTimeout(() => print("later\n"), 100);
  },
  handle: () => {
    void Promise.reject(new Error("handled"));
  },
  other: () => {
    const script = "trap 'echo cleaned up after 1; exit' TERM; echo ready; " +
      "while :; do sleep 0.05; done";
    spawn("bash", ["-c", script], { stdout: "inherit" });
  },
  pair: () => {
    const second = spawn(command, args, { ...options, stdout: "inherit" });
    print(`second ${second.pid}\n`);
  },
  listen: () => Deno.addSignalListener("SIGTERM", () => {}),
  fail: () => {
    try {
      spawn("no-such-command");
    } catch {
      print("failed\n");
    }
  },
  wrap: () => {
    // A wrapped child that has ended, and one that could not be started.
    const wrapped = spawn("true", [], { stdout: "null", onSignal: "pass" });
    wrapped.status.then(() => {
      try {
        spawn("no-such-command", [], { onSignal: "pass" });
      } catch {
        print("wrapped\n");
      }
    });
  },
  end: () => void endAs("SIGTERM"),
  block: () => {
    // A busy loop, as a parent that computes has.
    for (const startMs = performance.now(); performance.now() - startMs < 400;);
  },
};

if (way === "sequence") {
  for (let count = 0;; count++) {
    if (count === 1) print(`parent ${Deno.pid} child 0\n`);
    await run(command, args);
  }
}

if (way === "handle") {
  // Before the first start: its listener is the first to be called.
  addEventListener("unhandledrejection", (event) => event.preventDefault());
}
const options: SpawnOptions = JSON.parse(json);
const child = spawn(command, args, options);
print(`parent ${Deno.pid} child ${child.pid}\n`);
if (options.stdout === undefined) {
  const first = await child.stdout.read(65_536);
  if (first) print(first);
}
WAYS[way]?.();
if (options.stdout === undefined) {
  for (;;) {
    const bytes = await child.stdout.read(65_536);
    if (bytes === null) break;
    print(bytes);
  }
}
const status = await child.status;
const { code, signal, reason, receivedSignal, drained, stopSteps } = status;
print(
  JSON.stringify({
    code,
    signal,
    reason,
    receivedSignal,
    drained,
    stopSteps,
  }) + "\n",
);
if (way === "listen") {
  print(
    `next ${(await spawn("sh", ["-c", "sleep 0.2; exit 6"]).status).code}\n`,
  );
  // Ends by itself, later than anybody would wait for a signal to act.
  setTimeout(() => Deno.exit(3), 600);
}
if (options.onSignal === "pass") await endAs(receivedSignal ?? status);
