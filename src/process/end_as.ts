import { checkInteger } from "../check.ts";
import { END_SIGNALS, signals } from "./signals.ts";
import { checkSignal, raise, signalCode } from "./system_signals.ts";
import type { ExitStatus } from "../exit_status.ts";

const PURPOSE = "end as a child did";
const IS_WINDOWS = Deno.build.os === "windows";
/** The exit codes of Windows are numbers of 32 bits, with or without a sign. */
const MIN_CODE = IS_WINDOWS ? -0x8000_0000 : 0;
const MAX_CODE = IS_WINDOWS ? 0xFFFF_FFFF : 255;

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
 * Windows has no signals: there any code of 32 bits is taken, and `"SIGINT"`,
 * `"SIGBREAK"` and `"SIGHUP"`, which its console sends, end with 0xC000013A, as a
 * program does that Ctrl-C ended. Process 1 of a container ends with 128 and the
 * number: the kernel discards a signal that it sends to itself.
 *
 * Under `deno run --watch` end with `Deno.exit(143)` after SIGTERM: the watcher
 * calls the listeners for it at a change, and a real one ends the watcher.
 *
 * Children that still live are killed. Listeners of your own for the signal
 * must be removed before. What was not written yet is lost: flush before.
 *
 * @param end A child's status, an exit code, or a signal's name.
 * @returns Never.
 * @throws {RangeError | TypeError} If the code is not an integer from 0 to 255
 *   (on Windows of 32 bits), or there is no signal of that name; nothing is
 *   ended then.
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
  const { code, signal = null }: Pick<ExitStatus, "code" | "signal"> =
    typeof end === "number"
      ? { code: end, signal: null }
      : typeof end === "string"
      ? { code: signalCode(end), signal: end }
      : Object(end);
  // A name that this system cannot send may be one that it received.
  const isNamed = signal !== null && typeof signal !== "number";
  if (isNamed && !END_SIGNALS.includes(signal)) checkSignal(PURPOSE, signal);
  checkInteger(PURPOSE, "its code", code, MIN_CODE, MAX_CODE);
  signals.abandon();
  // The signal is delivered asynchronously.
  if (signal !== null && raise(signal)) {
    await new Promise((resolve) => setTimeout(resolve, RAISED_MS));
  }
  // Deno takes the code of Windows as a signed number.
  Deno.exit(code | 0);
}
