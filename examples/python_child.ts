// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * Python as a child, both ways: it is asked, and it asks back. It needs nothing
 * but Python's standard library.
 *
 *     deno run --allow-run examples/python_child.ts
 */
import { channelOf, jsonLines, spawn } from "@basic-pipes/basic-pipes";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(import.meta.resolve("./python_child.py"));
await using child = spawn("python3", [script], { stdin: "piped" });
const channel = channelOf(child, jsonLines(), {
  onNoise: (line) => console.error("Python printed:", line),
});

// What Python asks of us while it works on our request.
channel.serve({ price: ({ name }: { name: string }) => name.length });

const prices = await channel.request("prices", { names: ["fig", "apple"] });
console.log(prices);
await channel.close();
await child.check();
