/**
 * The parent's peak memory while much passes through it (Linux).
 *
 *     deno run --allow-all bench/memory.ts [MiB, default 1024]
 */
import { fileURLToPath } from "node:url";
import { printTable } from "./measure.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MIB = Number(Deno.args[0] ?? 1024);

/** The peak resident set of a process so far, in MiB. */
function peakMiB(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function peakOf(mib: number): Promise<number> {
  const bytes = String(mib * 1024 ** 2);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--allow-run",
      `${HERE}../main.ts`,
      "--",
      "head",
      "-c",
      bytes,
      "/dev/urandom",
    ],
    stdin: "null",
    stdout: "null",
  }).spawn();
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, peakMiB(child.pid));
  }, 20);
  await child.status;
  clearInterval(look);
  return peak;
}

const rows = [["random bytes through main.ts", "peak MiB"]];
for (const mib of [MIB / 64, MIB / 8, MIB]) {
  rows.push([`${mib} MiB`, (await peakOf(mib)).toFixed(0)]);
}
printTable(rows);
