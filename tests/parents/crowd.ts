// deno-lint-ignore-file no-console -- it speaks as any program does
/**
 * Runs a crowd of children and says what they leave: descriptors, zombies, and
 * memory after a collection. A process of its own, so that what other tests
 * have left to collect is not counted.
 *
 *     deno run -A --v8-flags=--expose-gc crowd.ts sequence|status|at-once
 */
import { run, spawn } from "../../mod.ts";

const WORK: Record<string, () => Promise<void>> = {
  sequence: async () => {
    for (let count = 0; count < 1000; count++) await run("true");
  },
  status: async () => {
    for (let count = 0; count < 500; count++) {
      await spawn("echo", ["x"], { stderr: "piped" }).status;
    }
  },
  "at-once": async () => {
    await Promise.all(Array.from({ length: 300 }, () => run("true")));
  },
};

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

function zombies(): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" && Number(parent) === Deno.pid) count++;
    } catch {
      // It has ended meanwhile.
    }
  }
  return count;
}

/** What is held, in MiB: objects, and bytes outside of the heap. */
async function heldMiB(): Promise<number> {
  // Finalizers run in turns of their own and free what the next one finds.
  for (let turn = 0; turn < 4; turn++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, external } = Deno.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

await run("true");
const before = { descriptors: descriptors(), heldMiB: await heldMiB() };
await WORK[Deno.args[0] ?? ""]?.();
console.log(JSON.stringify({
  descriptors: descriptors() - before.descriptors,
  zombies: zombies(),
  heldMiB: await heldMiB() - before.heldMiB,
}));
