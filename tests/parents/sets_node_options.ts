/**
 * Sets NODE_OPTIONS for itself, then owns the module that is its argument and
 * passes on what it writes. A program of its own: the tests share one process.
 */
import { spawnModule } from "../../mod.ts";

Deno.env.set("NODE_OPTIONS", "--require ./no-such-file.cjs");
await using child = spawnModule(Deno.args[0]!, { permissions: { env: true } });
Deno.stdout.writeSync(await child.stdout.readAll());
await child.check();
