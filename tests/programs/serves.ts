/** A child on a channel: `serves.ts FORMAT [separate]`. Answers requests. */
import {
  bytes,
  type Format,
  jsonHeader,
  jsonLength,
  jsonLines,
  lengthPrefix,
  parentChannel,
  structured,
} from "../../mod.ts";

const FORMATS: Record<string, () => Format<unknown>> = {
  jsonHeader,
  jsonLength,
  jsonLines,
  structured,
  bytes: () => bytes(lengthPrefix()) as Format<unknown>,
};

const [name = "jsonLines", how = "requests", separate] = Deno.args;
const channel = parentChannel(FORMATS[name]!(), {
  separate: separate === "separate",
});
if (how === "echo") {
  for await (const message of channel) await channel.send(message);
  await channel.close();
} else {
  await channel.serve({
    echo: (params) => params,
    print(words: string[]) {
      const { console } = globalThis;
      console.log(...words);
      console.info(...words);
      console.debug(...words);
      console.table([words]);
      console.dir(words);
      console.group(...words);
      console.count(words[0]);
      console.clear();
    },
    exit: async ([code]: [number]) => {
      await channel.flush();
      Deno.exit(code);
    },
    wait: (_params, { signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve(null))
      ),
  });
}
