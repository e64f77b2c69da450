import { BrokenPipeError } from "../../src/errors.ts";
import type { Child } from "../../src/process/child.ts";
import { holdSignals } from "../../src/process/signals.ts";
import type { ExitStatus } from "../../src/exit_status.ts";
import type { StoppedFor } from "../words.ts";
import type { Log } from "./log.ts";

/**
 * After a signal or a limit of time: how long our own output may take once the
 * child has ended.
 */
const LAST_OUTPUT_MS = 1000;

/** How a child and its log ended. */
export interface End {
  /** How the child ended. */
  status: ExitStatus;
  /** Why the program stopped the child without a failure, or `null`. */
  stoppedFor: StoppedFor | null;
  /** The reader of the log was too slow: the end of the log is missing. */
  logIncomplete: boolean;
}

/**
 * Waits for the log and for the child, whichever ends first, and leaves
 * nothing running. If the log cannot be written, the child is stopped and this
 * rejects, except when the log's reader has left.
 */
export async function waitForEnd(
  child: Child,
  log: Log,
  logging: Promise<unknown>,
): Promise<End> {
  const written = logging.then(() => log.close()).then(() => false);
  const isLate = lastOutputIsLate(child).then(() => true);
  let stoppedFor: StoppedFor | null = null;
  let logIncomplete = false;
  try {
    logIncomplete = await Promise.race([written, isLate, log.failure]);
    if (log.isFull) stoppedFor = "count";
  } catch (error) {
    if (!(error instanceof BrokenPipeError)) {
      await child.stop();
      throw error;
    }
    stoppedFor = "reader";
  }
  if (stoppedFor !== null) await child.stop();
  return { status: await child.status, stoppedFor, logIncomplete };
}

/**
 * Resolves 1 s after the child's end if a signal or a limit of time ended it,
 * else 1 s after the next signal: a stuck reader of our output must not make the
 * program unstoppable. Without a signal it never resolves: a slow reader slows
 * the child.
 */
export async function lastOutputIsLate(child: Child): Promise<void> {
  const status = await child.status;
  const { receivedSignal, signal } = status;
  const mustEnd = isTimedOut(status) || receivedSignal === "SIGTERM" ||
    receivedSignal === "SIGHUP" ||
    (receivedSignal !== null && receivedSignal === signal);
  if (!mustEnd) {
    await new Promise<void>((resolve) => holdSignals(() => resolve()));
  }
  await new Promise((resolve) => {
    Deno.unrefTimer(setTimeout(resolve, LAST_OUTPUT_MS));
  });
}

/** The exit status after a limit of time has ended the command, as timeout(1) has it. */
const TIMED_OUT = 124;

/**
 * The exit status of the program once its command has ended. If a signal ended
 * the command, this program ends by the same signal where that is possible.
 *
 * What is wrong before or beside that (usage 2; a failure of our own 125; a
 * command that cannot be started 126, 127): `reportFailure` in
 * `cli/main/program.ts`.
 */
export async function exitStatusOf(
  { status, stoppedFor }: End,
): Promise<number> {
  if (stoppedFor !== null) return 0;
  if (isTimedOut(status)) return TIMED_OUT;
  // A plain code is left to the caller: endAs() stops listening for signals, and
  // one that came then would end the program instead. Windows has other codes.
  if (status.signal === null && Deno.build.os !== "windows") return status.code;
  const { endAs } = await import("../../src/process/end_as.ts");
  return await endAs(status);
}

/** Whether a limit of time ended the command. */
export function isTimedOut({ reason }: End["status"]): boolean {
  return reason === "timeout" || reason === "idle";
}
