import { quote, shellWord } from "./text_safety.ts";

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

const STOPPED: Partial<Record<ExitReason, string>> = {
  timeout: "its time was up",
  idle: "nothing came from it",
  aborted: "it was aborted",
  stopped: "it was stopped",
  disposed: "its scope was left",
  received: "this program was told to end",
  input: "the stream given as its stdin failed",
  lost: "the system did not tell how",
};

/**
 * A child ended otherwise than well.
 *
 * The message is one line that names the command, the end and the reason; what
 * could act on a terminal is escaped in it. The whole status, with the tail of
 * stderr, is in {@linkcode ExitError.status}.
 *
 * @example See what went wrong
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { ExitError, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("sh", ["-c", "echo no >&2; exit 3"]);
 * const error = await assertRejects(() => child.check(), ExitError);
 * assertEquals(
 *   error.message,
 *   `"sh -c 'echo no >&2; exit 3'" ended with code 3: no`,
 * );
 * assertEquals(error.status.stderrTail, "no\n");
 * ```
 */
export class ExitError extends Error {
  /** Always `"ExitError"`. */
  override readonly name = "ExitError";
  /** The command, as it was given; of a `file:` URL its path. */
  readonly command: string;
  /** Its arguments, as they were given. */
  readonly args: readonly string[];
  /** How it ended: its code or signal, the reason, the tail of its stderr. */
  readonly status: ExitStatus;

  /**
   * Makes the error of a child's end.
   *
   * @param command The command.
   * @param args Its arguments.
   * @param status How it ended.
   * @param options What made somebody stop it, as `cause`: an abort's reason, or
   *   why the stream given as its stdin failed.
   */
  constructor(
    command: string,
    args: readonly string[],
    status: ExitStatus,
    options?: ErrorOptions,
  ) {
    super(sentence(command, args, status), options);
    this.command = command;
    this.args = args;
    this.status = status;
  }
}

function sentence(
  command: string,
  args: readonly string[],
  { code, signal, reason, stderrTail }: ExitStatus,
): string {
  const end = signal === null
    ? `ended with code ${code}`
    : `was ended by ${
      typeof signal === "number" ? `signal ${signal}` : signal
    }`;
  const why = STOPPED[reason] ? ` as ${STOPPED[reason]}` : "";
  const lastLine = stderrTail.trimEnd().split("\n").at(-1) ?? "";
  const said = lastLine && `: ${quote(lastLine)}`;
  return `"${
    quote([command, ...args].map(shellWord).join(" "))
  }" ${end}${why}${said}`;
}
