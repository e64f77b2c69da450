/** Owns the module that is its argument, and prints its process id. */
import { spawnModule } from "../../mod.ts";

await using child = spawnModule(Deno.args[0] ?? "", { stdout: "inherit" });
Deno.stdout.writeSync(new TextEncoder().encode(`child ${child.pid}\n`));
await child.status;
