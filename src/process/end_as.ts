import { checkInteger } from "../check.ts";
import { signals } from "./signals.ts";
import { checkSignal, raise, SIGNAL_NUMBERS } from "./system_signals.ts";
import type { ExitStatus } from "./exit_status.ts";

/** A raised signal that has not ended this program by then was caught. */
const RAISED_MS = 500;

/**
 * Ends this program as a child ended, or by a signal.
 *
 * By the same signal where that is possible, so that whatever started this
 * program sees the truth: a shell's loop ends on Ctrl-C only when the command
 * died of it. Otherwise with 128 and the signal's number, which is what a shell
 * reports for both. Signals that cannot be raised here are SIGKILL, SIGSEGV,
 * SIGILL, SIGFPE, SIGPWR, SIGSTKFLT, the real-time ones, and all that end no
 * program. SIGUSR1 is not raised: Deno would open its debugger and live on.
 *
 * Children that still live are killed. Listeners of your own for the signal
 * must be removed before. What was not written yet is lost: flush before.
 *
 * @param end A child's status, an exit code, or a signal's name.
 * @returns Never.
 * @throws {RangeError | TypeError} If the code is not an integer from 0 to 255,
 *   or there is no signal of that name; nothing is ended then.
 *
 * @example A program that ends as its child did
 * ```ts
 * import { endAs, spawn } from "@basic-pipes/basic-pipes";
 *
 * // Only defined here: a call would end the program that runs this example.
 * async function wrap(command: string, ...args: string[]): Promise<never> {
 *   const child = spawn(command, args, { stdout: "inherit", onSignal: "pass" });
 *   return await endAs(await child.status);
 * }
 * ```
 */
export async function endAs(
  end: Pick<ExitStatus, "code" | "signal"> | Deno.Signal | number,
): Promise<never> {
  const code = typeof end === "number"
    ? end
    : typeof end === "string"
    ? (checkSignal(end), 128 + SIGNAL_NUMBERS[end]!)
    : end.code;
  checkInteger("end as a child did", "its code", code, 0, 255);
  signals.abandon();
  const signal = typeof end === "object"
    ? end.signal
    : typeof end === "string"
    ? end
    : null;
  // The signal is delivered asynchronously.
  if (signal !== null && raise(signal)) {
    await new Promise((resolve) => setTimeout(resolve, RAISED_MS));
  }
  Deno.exit(code);
}
