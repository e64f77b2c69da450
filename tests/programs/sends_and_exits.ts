/** Sends numbers, flushes and exits: `sends_and_exits.ts FORMAT COUNT`. */
import {
  type Format,
  jsonLines,
  parentChannel,
  structured,
} from "../../mod.ts";

const FORMATS: Record<string, () => Format<unknown>> = {
  jsonLines,
  structured,
};
const [format = "", count] = Deno.args;
const channel = parentChannel(FORMATS[format]!());
const sent: Promise<void>[] = [];
for (let n = 0; n < Number(count); n++) sent.push(channel.send({ n }));
await channel.flush();
Deno.exit(3);
