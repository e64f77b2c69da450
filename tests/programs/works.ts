/** A child whose handlers take their time: for tests of random ends. */
import { jsonHeader, jsonLines, parentChannel, structured } from "../../mod.ts";

const FORMATS = { jsonHeader, jsonLines, structured };
const [name = "jsonLines", maxInFlight = "1024"] = Deno.args;
const channel = parentChannel(FORMATS[name as keyof typeof FORMATS]!());
await channel.serve({
  async work({ ms, text }: { ms: number; text: string }, { signal, progress }) {
    if (ms > 0) {
      await progress(ms);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve(null);
        });
      });
    }
    return text;
  },
  // The other direction at the same time.
  ask: async ({ n }: { n: number }) => await channel.request("back", { n }),
  die: ({ code }: { code: number }) => Deno.exit(code),
}, { maxInFlight: Number(maxInFlight) });
