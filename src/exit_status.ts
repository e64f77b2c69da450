/**
 * Why a child ended:
 *
 * - `"exited"`: by itself, with a code.
 * - `"signaled"`: by a signal that no stop sent: one from elsewhere, one that
 *   this program passed on, or one of `child.kill()`.
 * - `"timeout"`, `"idle"`: stopped for `timeoutMs` or `idleTimeoutMs`.
 * - `"aborted"`: stopped for the abort signal that the caller gave.
 * - `"stopped"`: stopped by `child.stop()`.
 * - `"disposed"`: stopped as its `await using` scope was left.
 * - `"received"`: this program was told to end by SIGTERM or SIGHUP and
 *   passed that on.
 * - `"input"`: stopped, as the stream given as its stdin failed.
 * - `"lost"`: the system did not tell how it ended.
 */
export type ExitReason =
  | "exited"
  | "signaled"
  | "timeout"
  | "idle"
  | "aborted"
  | "stopped"
  | "disposed"
  | "received"
  | "input"
  | "lost";

/**
 * How a child ended, why, and what passed through its pipes.
 *
 * `bytesOut`, `bytesErr`, `stderrTail` and `drained` are those of the moment in
 * which the status resolved. A slow reader that reads on after it may get more
 * bytes, and may meet an early end of a pipe that a descendant still held.
 *
 * @example Tell a timeout from an exit
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ExitStatus, spawn } from "@basic-pipes/basic-pipes";
 *
 * function tell({ reason, code, signal }: ExitStatus): string {
 *   if (reason === "timeout") return `too slow, ended by ${signal}`;
 *   return `${reason} with code ${code}`;
 * }
 * await using slow = spawn("sleep", ["60"], { timeoutMs: 50 });
 * await using wrong = spawn("sh", ["-c", "exit 3"]);
 * assertEquals(tell(await slow.status), "too slow, ended by SIGTERM");
 * assertEquals(tell(await wrong.status), "exited with code 3");
 * ```
 */
export interface ExitStatus {
  /**
   * The exit code, 0 to 255 (on Windows 32 bits, with a sign); 128 and the
   * signal's number when a signal ended the child, as a shell reports it; 125
   * when the system did not tell.
   */
  readonly code: number;
  /**
   * The signal that ended the child, or `null`. A real-time signal has no name
   * in Deno and is a number (34 to 64 on Linux).
   */
  readonly signal: Deno.Signal | number | null;
  /** Whether the child ended by itself with code 0: never after a stop. */
  readonly success: boolean;
  /** Why it ended: see {@linkcode ExitReason}. */
  readonly reason: ExitReason;
  /**
   * How many steps of the stop ladder were taken, 0 when the child was not
   * stopped.
   */
  readonly stopSteps: number;
  /**
   * The first of SIGINT, SIGTERM, SIGHUP and SIGQUIT (on Windows SIGINT, SIGBREAK
   * and SIGHUP) that this program received while the child lived, or `null`.
   */
  readonly receivedSignal: Deno.Signal | null;
  /** From the start to the end of the child's process, in milliseconds. */
  readonly durationMs: number;
  /** Bytes that were written to the child's stdin. */
  readonly bytesIn: number;
  /** Bytes that came from the child's stdout until then, if piped. */
  readonly bytesOut: number;
  /** Bytes that came from the child's stderr until then, if piped or `"tail"`. */
  readonly bytesErr: number;
  /**
   * The last 8,192 bytes of the child's stderr, if piped or `"tail"`, as text;
   * what is not UTF-8 is U+FFFD. It is what the child wrote: escape it before
   * it goes to a terminal.
   */
  readonly stderrTail: string;
  /**
   * Whether no pipe was closed early until then: each was read to its end, or
   * the rest of it waits for a slow reader. Such a pipe can still be closed
   * early later, if a descendant holds it. `false` when a descendant still held a
   * pipe after the child's exit, or when the caller cancelled it.
   */
  readonly drained: boolean;
}
