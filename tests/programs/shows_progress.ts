/**
 * Shows progress on stderr for MILLISECONDS, a MiB every 10 ms, and ends as
 * KIND says:
 *
 * - `closes` says one sentence in the middle, and erases the line at the end.
 * - `leaves` does nothing more.
 * - `exits` goes on until the terminal has taken nothing for MILLISECONDS, erases
 *   the line and tells the longest of its pauses of 10 ms; after 20 s it gives up.
 */

import { Progress, showsProgress } from "../../cli/stderr/reporter.ts";

const [kind, milliseconds] = Deno.args;
if (!showsProgress(Deno.stdout.isTerminal(), Deno.stderr.isTerminal())) {
  Deno.exit(9);
}
const encoder = new TextEncoder();
/** Since when a write to the terminal is pending. */
let sinceMs = Infinity;
const progress = new Progress({
  async write(bytes) {
    sinceMs = performance.now();
    await Deno.stderr.write(bytes);
    sinceMs = Infinity;
  },
});
const rounds = Number(milliseconds) / 10;
let longestMs = 0;
const lasts = (round: number) =>
  kind === "exits"
    ? performance.now() - sinceMs < Number(milliseconds)
    : round < rounds;
for (let round = 0; lasts(round); round++) {
  if (performance.now() > 20_000) Deno.exit(8);
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
