/**
 * Runs the module that is its argument twice, with a line on stdin in between,
 * and prints what the two write.
 */
import { spawnModule } from "../../mod.ts";

const [module = ""] = Deno.args;

async function runModule(): Promise<void> {
  await using child = spawnModule(module);
  const line = await child.stdout.readLine();
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
  await child.check();
}

await runModule();
await Deno.stdin.read(new Uint8Array(1));
await runModule();
