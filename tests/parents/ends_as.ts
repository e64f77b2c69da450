/** Ends as the JSON of its argument says. */
import { endAs } from "../../src/process/mod.ts";

await endAs(JSON.parse(Deno.args[0] ?? "0"));
