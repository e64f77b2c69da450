import type { Arrivals } from "./arrivals.ts";
import type { Log } from "./log.ts";

/**
 * Logs all that a pipe gives in slices, until its end or until the log is full.
 *
 * Each read waits for the first byte and takes what has arrived by then.
 * Cutting into slices is the log's, so that the number of reads does not grow
 * with the number of slices.
 */
export async function followSlices(
  arrivals: Arrivals,
  log: Log,
): Promise<void> {
  while (!log.isFull) {
    const chunk = await arrivals.chunk();
    if (chunk === null) break;
    await log.slices(chunk, arrivals.last);
  }
  await log.end(arrivals.last);
}

/** The same in slices that are full, but for the last. */
export async function followFull(
  arrivals: Arrivals,
  log: Log,
  sliceBytes: number,
): Promise<void> {
  const { reader } = arrivals;
  while (!log.isFull) {
    await reader.peek(sliceBytes);
    const whole = Math.floor(reader.buffered / sliceBytes) * sliceBytes;
    const chunk = await reader.read(Math.max(whole, sliceBytes));
    if (chunk === null) break;
    await log.slices(chunk, arrivals.last);
  }
  await log.end(arrivals.last);
}
