import type { PipeReader } from "../read/reader.ts";
import type { PipeWriter } from "../write/writer.ts";
import type { ExitReason, ExitStatus } from "../exit_status.ts";
import type { StopLadder } from "./stop.ts";

/** Options of {@linkcode Child.stop}. */
export interface StopOptions {
  /** The steps to take this time, instead of the child's own ladder. */
  ladder?: StopLadder;
}

/** Options of {@linkcode Child.check} and {@linkcode Child.wait}. */
export interface EndOptions {
  /**
   * What becomes of output that has not been read:
   *
   * - `"keep"`: a reader that has begun holds the child up while it pauses. A
   *   pipe that nobody has begun to read within 250 ms does not: its first 64 KiB
   *   are kept, and the rest is dropped.
   * - `"drop"`: from now on everything is read and dropped, so that the child
   *   can go on. A read that is pending, or comes later, finds the end of the
   *   stream. `stderrTail` and the counts of bytes are exact all the same.
   *
   * @default {"keep"}
   */
  rest?: "keep" | "drop";
}

/**
 * A process that was started and is owned until its end.
 *
 * Made by {@linkcode spawn} and {@linkcode spawnModule}. Own it with
 * `await using`: leaving the scope stops the child.
 *
 * @example Wait until a server is ready, then let it run to its end
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("sh", ["-c", "echo ready; seq 100000"]);
 * assertEquals(await child.stdout.readLine(), "ready");
 * // Nobody reads the rest: without "drop" the child would wait for a reader.
 * const { code, reason } = await child.check({ rest: "drop" });
 * assertEquals({ code, reason }, { code: 0, reason: "exited" });
 * ```
 */
export interface Child extends AsyncDisposable {
  /** The process id; of a `group`, also the group's. */
  readonly pid: number;
  /** The command, as it was given; of a `file:` URL its path. */
  readonly command: string;
  /** The arguments, as they were given. */
  readonly args: readonly string[];
  /**
   * Writes to the child's stdin.
   *
   * @throws {TypeError} When stdin is not `"piped"`.
   */
  readonly stdin: PipeWriter;
  /**
   * Reads the child's stdout. While the child lives, nothing is read ahead of
   * the reader.
   *
   * @throws {TypeError} When stdout is not `"piped"`.
   */
  readonly stdout: PipeReader;
  /**
   * Reads the child's stderr.
   *
   * @throws {TypeError} When stderr is not `"piped"`.
   */
  readonly stderr: PipeReader;
  /** Whether the process has exited. Its pipes may still have bytes. */
  readonly hasExited: boolean;
  /**
   * How the child ended. Never rejects.
   *
   * It resolves when the process has exited and its pipes have ended, or were
   * silent for `exitDelayMs`; a pipe that nobody reads is waited for
   * `exitDelayMs` in all. It does not wait for a slow reader: from the exit on,
   * up to 64 KiB are read ahead and stay readable.
   *
   * To await it is to call {@linkcode wait}, with the same effect on output that
   * nobody reads: reading to the end of a pipe of which bytes were dropped fails
   * with an `OutputDroppedError`, which says how many.
   */
  readonly status: Promise<ExitStatus>;
  /**
   * The first of SIGINT, SIGTERM, SIGHUP and SIGQUIT that this program received
   * since the child was started, or `null`.
   */
  readonly receivedSignal: Deno.Signal | null;
  /**
   * Waits for the end, whatever it is.
   *
   * @param options What becomes of output that nobody has read.
   * @returns The status. Never rejects.
   * @throws {TypeError} At once, when an option is unusable.
   */
  wait(options?: EndOptions): Promise<ExitStatus>;
  /**
   * Waits for the end, and refuses any but a success.
   *
   * @param options What becomes of output that nobody has read.
   * @returns The status, if the child ended by itself with code 0.
   * @throws {ExitError} Otherwise, with the command and the whole status.
   * @throws {TypeError} When an option is unusable.
   */
  check(options?: EndOptions): Promise<ExitStatus>;
  /**
   * Stops the child by its ladder. Never rejects. A second call waits for the
   * first, unless it brings a ladder of its own.
   *
   * Output stays readable. If nobody reads for 250 ms, the first 64 KiB are kept
   * and the rest is dropped: a child that writes as it shuts down must not be
   * killed in the middle of it.
   *
   * @param options Another ladder for this time.
   * @returns Whether the process has exited: `false` only when the ladder does
   *   not end in SIGKILL, or the system could not take the process away.
   * @throws {RangeError | TypeError} At once, when an option or the ladder is
   *   unusable.
   */
  stop(options?: StopOptions): Promise<boolean>;
  /**
   * Sends a signal, to the whole group if it has one. On Windows only SIGTERM and
   * SIGKILL can be sent; both end the process at once, with code 1.
   *
   * @param signal The signal. @default {"SIGTERM"}
   * @returns Whether it was sent: `false` when the process has exited.
   * @throws {TypeError} When there is no signal of that name.
   */
  kill(signal?: Deno.Signal): boolean;
}

/** How a process ended, as the system reported it. */
export interface ProcessEnd
  extends Pick<ExitStatus, "code" | "signal" | "success"> {
  /** Whether the system reported anything. */
  isTold: boolean;
}

/** Waits for the process. Never rejects, though Deno's status does. */
export function processEnd(process: Deno.ChildProcess): Promise<ProcessEnd> {
  return process.status.then(
    ({ code, signal, success }) => ({ code, signal, success, isTold: true }),
    (error) => {
      // Deno has no names for real-time signals and rejects with the number.
      const number = /^Invalid signal: (\d+)$/.exec(error.message)?.[1];
      return number === undefined
        ? { code: 125, signal: null, success: false, isTold: false }
        : {
          code: 128 + Number(number),
          signal: Number(number),
          success: false,
          isTold: true,
        };
    },
  );
}

/** Why a child ended. A stop is the reason, however the child reacts to it. */
export function exitReason(
  { signal, isTold }: ProcessEnd,
  stopReason: ExitReason | undefined,
): ExitReason {
  if (stopReason !== undefined) return stopReason;
  if (!isTold) return "lost";
  return signal === null ? "exited" : "signaled";
}

/**
 * A status that reports when it is awaited. To look at it, or to pass it on,
 * changes nothing: a getter with an effect once made `const { status } = child`
 * lose output.
 */
export class StatusPromise extends Promise<ExitStatus> {
  readonly #onAwait: (() => void) | undefined;

  constructor(status: Promise<ExitStatus>, onAwait: () => void) {
    super((resolve) => resolve(status));
    this.#onAwait = onAwait;
  }

  /** What `then` gives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<Value = ExitStatus, Other = never>(
    onResolved?: ((status: ExitStatus) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Value | Other> {
    this.#onAwait?.();
    return super.then(onResolved, onRejected);
  }
}
