/**
 * `writes_often.ts WRITES`: writes one byte to a child so many times, each flushed, and
 * prints by how many bytes the heap has grown. Needs `--v8-flags=--expose-gc`.
 */
import { spawn } from "../../mod.ts";

declare const gc: () => void;

function heapBytes(): number {
  gc();
  return Deno.memoryUsage().heapUsed;
}

await using child = spawn("cat", [], { stdin: "piped", stdout: "null" });
async function write(times: number): Promise<void> {
  for (let done = 0; done < times; done++) {
    await child.stdin.write("x");
    await child.stdin.flush();
  }
}
await write(1000);
const before = heapBytes();
await write(Number(Deno.args[0]));
const grown = heapBytes() - before;
Deno.stdout.writeSync(new TextEncoder().encode(`${grown}\n`));
