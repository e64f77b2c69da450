/**
 * How much memory a million messages take that come ten times as fast as they
 * are received: `channel_slow_receiver.ts COUNT`. Prints the growth of what the
 * process has in memory, at its highest.
 */
import { channelOf, jsonLines, spawn } from "../mod.ts";

const [words = "1000000"] = Deno.args;
const count = Number(words);
const SOURCE = `
import sys
for n in range(${count}):
    sys.stdout.write('{"n":%d,"text":"spam spam spam"}\\n' % n)
`;
await using child = spawn("python3", ["-c", SOURCE], { stdin: "piped" });
const channel = channelOf(child, jsonLines());

/** Keeps the receiver busy for so long. */
function work(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

let most = 0;
let first = 0;
for (let n = 0; n < count; n++) {
  if (await channel.receive() === null) throw new Error(`only ${n} came`);
  // 10 µs a message: the sender takes less than one.
  if (n % 100 === 0) work(1);
  if (n % 1_000 !== 0) continue;
  await new Promise((resolve) => setTimeout(resolve));
  const { rss } = Deno.memoryUsage();
  if (n === 10_000) first = rss;
  most = Math.max(most, rss);
}
const mebibytes = Math.round((most - first) / 1_048_576 * 10) / 10;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ mebibytes })));
