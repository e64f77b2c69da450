import { BrokenPipeError } from "../../src/errors.ts";
import type { Child } from "../../src/process/child.ts";
import type { ExitStatus } from "../../src/process/exit_status.ts";
import type { OurReason } from "../summary/ending.ts";
import type { Log } from "./log.ts";

/** How long our own output may take once we were told to end and the child has. */
const LAST_OUTPUT_MS = 1000;

/** How a child and its log came to their end. */
export interface Conclusion {
  /** How the child ended. */
  status: ExitStatus;
  /** Why we ended it: the log was full, or nobody read it any more. */
  ours: OurReason | null;
  /** The log's reader was stuck, and was not waited for any longer. */
  isCut: boolean;
}

/**
 * Waits for the log and for the child, whichever way they end, and leaves
 * nothing running. A failure to write the log, other than that its reader left,
 * rejects after the child was stopped.
 */
export async function conclude(
  child: Child,
  log: Log,
  logging: Promise<unknown>,
): Promise<Conclusion> {
  const written = logging.then(() => log.close()).then(() => false);
  const told = toldToEnd(child).then(() => true);
  let ours: OurReason | null = null;
  let isCut = false;
  try {
    isCut = await Promise.race([written, told, log.failure]);
    if (log.isFull) ours = "count";
  } catch (error) {
    if (!(error instanceof BrokenPipeError)) {
      await child.stop();
      throw error;
    }
    ours = "reader";
  }
  if (ours !== null) await child.stop();
  return { status: await child.status, ours, isCut };
}

/**
 * Resolves a second after the child's end if we were told to end, by a signal
 * or by a limit of time: a reader of our output that is stuck must not make the
 * program unstoppable. Without either it is waited for: a slow reader slows the
 * child.
 */
async function toldToEnd(child: Child): Promise<void> {
  const { receivedSignal, signal, reason } = await child.status;
  const isTold = receivedSignal === "SIGTERM" || receivedSignal === "SIGHUP" ||
    (receivedSignal !== null && receivedSignal === signal) ||
    reason === "timeout" || reason === "idle";
  await new Promise((resolve) => {
    if (isTold) Deno.unrefTimer(setTimeout(resolve, LAST_OUTPUT_MS));
  });
}
