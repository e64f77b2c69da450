/**
 * Owns two children and takes the end of the first for a failure of its own, as
 * `Promise.all` of two checks does: `checks_two.ts COMMAND [ARGUMENT…]`, the
 * first being one that ends at once when it is told to.
 */
import { spawn } from "../../src/process/mod.ts";

const [command = "true", ...args] = Deno.args;
const first = spawn("sleep", ["30"], { stdout: "null" });
const second = spawn(command, args, { stdout: "inherit" });
Deno.stdout.writeSync(
  new TextEncoder().encode(`parent ${Deno.pid} child ${first.pid}\n`),
);
await Promise.all([first.check(), second.check()]);
