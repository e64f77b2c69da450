// deno-lint-ignore-file no-console -- it speaks as any program does
/**
 * Reads a little of a flood, slowly, and says how many bytes it read and by how
 * many MiB its memory grew at the most. A process of its own: other tests share
 * the memory of theirs.
 */
import { spawn } from "../../mod.ts";

await using child = spawn("head", ["-c", "400000000", "/dev/zero"]);
const startRss = Deno.memoryUsage().rss;
let mostMiB = 0;
let bytes = 0;
for (let count = 0; count < 200; count++) {
  bytes += (await child.stdout.read(65_536))?.length ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 1));
  mostMiB = Math.max(mostMiB, (Deno.memoryUsage().rss - startRss) / 2 ** 20);
}
console.log(JSON.stringify({ bytes, mostMiB }));
