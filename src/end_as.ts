import { abandonGuard } from "./_guard.ts";
import { reraise } from "./_reraise.ts";
import { SIGNAL_NUMBERS } from "./_signal_numbers.ts";
import type { ExitStatus } from "./exit_status.ts";

/**
 * Ends this program as a child ended, or by a signal.
 *
 * By the same signal where that is possible, so that whoever started this
 * program sees the truth: a shell's loop ends on Ctrl-C only when the command
 * died of it. Otherwise with 128 and the signal's number, which is what a shell
 * reports for both. A signal that cannot be raised here is one of SIGKILL,
 * SIGSEGV, SIGILL, SIGFPE and the real-time ones.
 *
 * Children that still live are killed. Listeners of your own for the signal
 * must be removed before. What was not written yet is lost: flush before.
 *
 * @param end A child's status, an exit code, or a signal's name.
 * @returns Never.
 *
 * @example A program that ends as its child did
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { endAs, spawn } from "@basic-pipes/basic-pipes";
 *
 * async function wrap(command: string, ...args: string[]): Promise<never> {
 *   const child = spawn(command, args, { stdout: "inherit", onSignal: "pass" });
 *   return await endAs(await child.status);
 * }
 * assertEquals(wrap.length, 1);
 * ```
 */
export async function endAs(
  end: Pick<ExitStatus, "code" | "signal"> | Deno.Signal | number,
): Promise<never> {
  abandonGuard();
  if (typeof end === "number") Deno.exit(end);
  if (typeof end === "string") {
    return await reraise(end, 128 + (SIGNAL_NUMBERS[end] ?? 0));
  }
  if (end.signal === null) Deno.exit(end.code);
  return await reraise(end.signal, end.code);
}
