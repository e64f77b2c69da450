/**
 * Starts its second child after a key was pressed on the terminal, and before
 * it knows of it: until a line comes on stdin its event loop is blocked.
 */
import { spawn } from "../../src/process/mod.ts";

const print = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(text));
// The guard looks for a terminal when the first child starts.
const first = spawn("sh", ["-c", "trap '' INT; exec cat"], {
  stdin: "piped",
  onSignal: "pass",
});
print(`parent ${Deno.pid} child ${first.pid}\nblocked\n`);
Deno.stdin.readSync(new Uint8Array(64));
const second = spawn("sleep", ["30"], { onSignal: "pass" });
print(`second ${(await second.status).signal}\n`);
await first.stdin.close();
await first.status;
