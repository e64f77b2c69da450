/**
 * Round trips of 32 bytes through `cat`: `round_trip_case.ts CASE COUNT`. Prints
 * the microseconds of each, on average.
 */
import { spawn } from "../mod.ts";

const WARM_UP = 1000;
const MESSAGE = new Uint8Array(32).fill(120);

type Trip = () => Promise<unknown>;

function plain(): Deno.ChildProcess {
  return new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
}

const CASES: Record<string, () => Trip> = {
  spawn() {
    const { stdin, stdout } = spawn("cat", [], { stdin: "piped" });
    return async () => {
      stdin.write(MESSAGE);
      await stdin.flush();
      return await stdout.read(32);
    };
  },
  "Deno.Command"() {
    const child = plain();
    const writer = child.stdin.getWriter();
    const reader = child.stdout.getReader();
    return async () => {
      await writer.write(MESSAGE);
      return (await reader.read()).value;
    };
  },
  "Deno.Command, BYOB into a kept buffer"() {
    const child = plain();
    const writer = child.stdin.getWriter();
    const reader = child.stdout.getReader({ mode: "byob" });
    let buffer = new ArrayBuffer(65_536);
    return async () => {
      await writer.write(MESSAGE);
      const { value } = await reader.read(new Uint8Array(buffer));
      buffer = value!.buffer;
    };
  },
};

const [name = "", count = ""] = Deno.args;
const trip = CASES[name]!();
for (let n = 0; n < WARM_UP; n++) await trip();
const startMs = performance.now();
for (let n = 0; n < Number(count); n++) await trip();
const us = (performance.now() - startMs) * 1000 / Number(count);
Deno.stdout.writeSync(new TextEncoder().encode(String(us)));
// The end of this program ends cat.
Deno.exit();
