/** Asks a child so often, and prints what that left: `asks_often.ts COUNT`. */
import { channelOf, jsonLines, spawn } from "../../mod.ts";

const [count] = Deno.args;
const program = new URL("./serves.ts", import.meta.url).href;
await using child = spawn(Deno.execPath(), ["run", "-q", program], {
  stdin: "piped",
});
const channel = channelOf(child, jsonLines());
let pending = 0;

async function ask(total: number): Promise<void> {
  let asked = 0;
  const one = async () => {
    while (asked < total) {
      const n = asked++;
      // Some of them are given up, or fail.
      const options = n % 500 === 0 ? { timeoutMs: 0 } : {};
      const method = n % 300 === 0 ? "missing" : "echo";
      pending++;
      await channel.request(method, [n], options).catch(() => {});
      pending--;
    }
  };
  await Promise.all(Array.from({ length: 256 }, one));
}

function look() {
  (globalThis as unknown as { gc(): void }).gc();
  return {
    heapMiB: Deno.memoryUsage().heapUsed / 1_048_576,
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    pending,
  };
}

await ask(5_000);
const before = look();
await ask(Number(count));
const after = look();
const both = Object.entries(before).map(([name, value]) => [
  name,
  [value, after[name as keyof typeof after]],
]);
Deno.stdout.writeSync(
  new TextEncoder().encode(JSON.stringify(Object.fromEntries(both))),
);
