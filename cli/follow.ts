import type { PipeReader } from "../mod.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** What one read of a pipe gives at most: its capacity. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Logs all that a pipe gives, until its end or until the log is full.
 *
 * Each read waits for the first byte and takes what has arrived by then; it is
 * stamped at that moment. Cutting into slices is the log's, so that the number
 * of reads does not grow with the number of slices.
 */
export async function follow(
  reader: PipeReader,
  log: Log,
  clock: Clock,
): Promise<void> {
  while (!log.isFull) {
    const chunk = await reader.read(CHUNK_BYTES);
    if (chunk === null) return;
    await log.write(chunk, clock.now("out"));
  }
}

/** The same in slices that are full, but for the last. */
export async function followFull(
  reader: PipeReader,
  log: Log,
  clock: Clock,
  sliceBytes: number,
): Promise<void> {
  while (!log.isFull) {
    await reader.peek(sliceBytes);
    const whole = Math.floor(reader.buffered / sliceBytes) * sliceBytes;
    const chunk = await reader.read(Math.max(whole, sliceBytes));
    if (chunk === null) return;
    await log.write(chunk, clock.now("out"));
  }
}
