/**
 * Shows progress on stderr for MILLISECONDS, a MiB every 10 ms, and ends as
 * KIND says:
 *
 * - `closes` says one sentence in the middle, and erases the line at the end.
 * - `leaves` does nothing more.
 * - `exits` erases the line and tells the longest of its pauses of 10 ms.
 */

import { Progress, showsProgress } from "../../cli/stderr/reporter.ts";

const [kind, milliseconds] = Deno.args;
if (!showsProgress(Deno.stdout.isTerminal(), Deno.stderr.isTerminal())) {
  Deno.exit(9);
}
const encoder = new TextEncoder();
const progress = new Progress({ write: (bytes) => Deno.stderr.write(bytes) });
const rounds = Number(milliseconds) / 10;
let longestMs = 0;
for (let round = 0; round < rounds; round++) {
  const startMs = performance.now();
  progress.take(1024 ** 2);
  await new Promise((resolve) => setTimeout(resolve, 10));
  longestMs = Math.max(longestMs, performance.now() - startMs);
  if (kind === "closes" && round === Math.floor(rounds / 2)) {
    await progress.hide();
    Deno.stderr.writeSync(encoder.encode("a sentence\n"));
  }
}
if (kind !== "leaves") await progress.close();
if (kind === "exits") {
  Deno.stdout.writeSync(encoder.encode(`${longestMs}`));
  Deno.exit(0);
}
