/** Ends as the JSON of its argument says. */
import { endAs } from "../../mod.ts";

await endAs(JSON.parse(Deno.args[0] ?? "0"));
