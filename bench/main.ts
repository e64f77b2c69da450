/**
 * Every measurement, one after the other, or those that are named.
 *
 *     deno task bench [log reader …]
 */
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ALL = [
  "startup",
  "latency",
  "memory",
  "log",
  "formats",
  "reader",
  "writer",
  "process",
];

for (const name of Deno.args.length > 0 ? Deno.args : ALL) {
  // deno-lint-ignore no-console -- a benchmark speaks to a person
  console.log(`\n== ${name}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-all", `${HERE}${name}.ts`],
  }).spawn().status;
  if (!success) Deno.exit(1);
}
