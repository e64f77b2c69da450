/**
 * Owns the module that is its argument, and prints its process id; the second
 * argument says what the module's stdin and stderr are.
 */
import { spawnModule } from "../../mod.ts";

const [module = "", other = "piped"] = Deno.args;
await using child = spawnModule(module, {
  stdout: "inherit",
  ...(other === "inherit" ? { stdin: "inherit", stderr: "inherit" } : {}),
});
Deno.stdout.writeSync(new TextEncoder().encode(`child ${child.pid}\n`));
await child.status;
