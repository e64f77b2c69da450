/**
 * Shows progress on stderr for MILLISECONDS, a MiB every 10 ms, says one
 * sentence in the middle, and ends as KIND says: `closes` erases the line,
 * `leaves` does nothing more.
 */

import { Progress, showsProgress } from "../../cli/progress.ts";

const [kind, milliseconds] = Deno.args;
if (!showsProgress(Deno.stdout.isTerminal(), Deno.stderr.isTerminal())) {
  Deno.exit(9);
}
const progress = new Progress({ write: (bytes) => Deno.stderr.write(bytes) });
const rounds = Number(milliseconds) / 10;
for (let round = 0; round < rounds; round++) {
  progress.take(1024 ** 2);
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (round === Math.floor(rounds / 2)) {
    await progress.hide();
    Deno.stderr.writeSync(new TextEncoder().encode("a sentence\n"));
  }
}
if (kind === "closes") await progress.close();
