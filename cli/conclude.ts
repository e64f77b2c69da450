import { BrokenPipeError, type Child, type ExitStatus } from "../mod.ts";
import type { Log } from "./log.ts";

/** How long our own output may take once we were told to end and the child has. */
const LAST_OUTPUT_MS = 1000;

/**
 * Waits for the log and for the child, whichever way they end, and leaves
 * nothing running.
 *
 * Resolves to how the child ended, or to `null` if we ended it because the log
 * has all the lines that were asked for, or nobody reads it any more. Any other
 * failure to write the log rejects, after the child was stopped.
 */
export async function conclude(
  child: Child,
  log: Log,
  logging: Promise<void>,
): Promise<ExitStatus | null> {
  const written = logging.then(() => log.flush());
  const told = untilToldToEnd(child);
  try {
    await Promise.race([written, told]);
    if (!log.isFull) return await child.status;
  } catch (error) {
    if (!(error instanceof BrokenPipeError)) throw error;
  } finally {
    await child.stop();
    await child.stdout.cancel();
  }
  return null;
}

/**
 * Resolves a second after the child's end if we were told to end: a reader of
 * our output that is stuck must not make the program unstoppable.
 */
async function untilToldToEnd(child: Child): Promise<void> {
  const { receivedSignal, signal } = await child.status;
  const isTold = receivedSignal === "SIGTERM" || receivedSignal === "SIGHUP" ||
    (receivedSignal !== null && receivedSignal === signal);
  await new Promise((resolve) => {
    if (isTold) Deno.unrefTimer(setTimeout(resolve, LAST_OUTPUT_MS));
  });
}
