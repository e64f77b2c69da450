/**
 * What stays in memory: the parent's peak while much passes through it (Linux),
 * and what 200,000 flushed writes to a child's stdin leave on the heap.
 */
import {
  type Cases,
  DENO,
  inTurns,
  MAIN,
  pathOf,
  printed,
  report,
} from "./measure.ts";

/** The peak resident set of a process so far, in MiB; 0 once it has ended. */
function peakMiB(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The parent's peak while so many MiB of random bytes pass through it. */
async function peakOf(mib: number): Promise<number> {
  const [command = "", ...args] = MAIN;
  const bytes = String(mib * 1024 ** 2);
  const child = new Deno.Command(command, {
    args: [...args, "--", "head", "-c", bytes, "/dev/urandom"],
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

export async function memory(isFull: boolean): Promise<void> {
  const peaks: Cases = {};
  for (const mib of isFull ? [16, 128, 1024] : [16, 128]) {
    peaks[`${mib} MiB`] = () => peakOf(mib);
  }
  report(
    "random bytes through main.ts, peak MiB",
    await inTurns(peaks, isFull ? 3 : 1),
  );
  const heap = (name: string) => () =>
    printed([
      ...DENO,
      "--v8-flags=--expose-gc",
      pathOf("heap_case.ts"),
      name,
      "200000",
    ]);
  const cases = {
    spawn: heap("spawn"),
    "Deno.Command": heap("Deno.Command"),
  };
  report(
    "heap after 200,000 flushed writes to cat, MiB over the start",
    await inTurns(cases, isFull ? 3 : 1),
    [{ ours: "spawn", atMost: 4 }],
  );
}
