/**
 * From the start of the program to its first log line, beside the floor: Deno
 * started twice on an empty module, once for the parent and once for the child.
 *
 *     deno run --allow-all bench/startup.ts
 */
import { fileURLToPath } from "node:url";
import { median, printTable } from "./measure.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RUNS = 21;

/** Milliseconds from the start to the first byte of stdout, or to the end. */
async function firstByteMs(args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const ms = performance.now() - startMs;
  await reader.cancel();
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended already.
  }
  await child.status;
  return ms;
}

const empty = await Deno.makeTempFile({ suffix: ".ts" });
try {
  const floor: number[] = [];
  const ours: number[] = [];
  for (let turn = 0; turn < RUNS; turn++) {
    floor.push(await firstByteMs([empty]) + await firstByteMs([empty]));
    ours.push(
      await firstByteMs(["--allow-run", `${HERE}../main.ts`]),
    );
  }
  const ratio = median(ours) / median(floor);
  printTable([
    ["start to first line", "ms (median)", "of the floor"],
    ["deno run of an empty module, twice", median(floor).toFixed(1), "1.00"],
    [
      "main.ts to its first log line",
      median(ours).toFixed(1),
      ratio.toFixed(2),
    ],
    ["target", "", "1.30"],
  ]);
} finally {
  await Deno.remove(empty);
}
