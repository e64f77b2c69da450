import type { PipeReader } from "../read/reader.ts";
import type { PipeWriter } from "../write/writer.ts";
import type { ExitStatus } from "./exit_status.ts";
import type { StopLadder } from "./stop.ts";

/** Options of {@linkcode Child.stop}. */
export interface StopOptions {
  /** The steps to take instead of the child's own ladder. */
  ladder?: StopLadder;
}

/**
 * A process that was started and is owned until its end.
 *
 * Made by {@linkcode spawn} and {@linkcode spawnModule}. Own it with
 * `await using`: leaving the scope, by whatever way, stops the child.
 *
 * @example Read a child's lines, then check how it ended
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("echo", ["hello"]);
 * const bytes = await child.stdout.read(32);
 * assertEquals(bytes && new TextDecoder().decode(bytes), "hello\n");
 * assertEquals(await child.stdout.read(32), null);
 * const { code, reason } = await child.check();
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
   * Reads the child's stdout, at most one chunk (64 KiB) ahead.
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
  /**
   * How the child ended. Never rejects.
   *
   * It resolves when the process has ended and its pipes have too, or were let
   * go: silent for `exitDelayMs`. It does not wait for a slow reader: from the
   * process's end on, up to 64 KiB are read ahead and stay readable.
   *
   * While the process lives, a reader that has begun and pauses holds the child
   * up (the pipe is full at 64 KiB). A pipe that nobody has begun to read
   * 250 ms after the status was asked for does not: its first 64 KiB are kept,
   * the rest is let go, and reading to the end then fails with a `RangeError`
   * that says how much was.
   */
  readonly status: Promise<ExitStatus>;
  /**
   * The first of SIGINT, SIGTERM, SIGHUP and SIGQUIT that this program received
   * since the child was started, or `null`.
   */
  readonly receivedSignal: Deno.Signal | null;
  /**
   * Waits for the end, and refuses any but a success.
   *
   * @returns The status, if the child ended by itself with code 0.
   * @throws {ExitError} Otherwise, with the command and the whole status.
   */
  check(): Promise<ExitStatus>;
  /**
   * Stops the child by its ladder. Never rejects; a second call waits for the
   * first, unless it brings a ladder of its own.
   *
   * @param options Another ladder for this time.
   * @returns Whether the process has ended: `false` only when the ladder does
   *   not end in SIGKILL, or the system could not take the process away.
   * @throws {RangeError | TypeError} At once, when the ladder is unusable.
   */
  stop(options?: StopOptions): Promise<boolean>;
  /**
   * Sends a signal, to the whole group if it has one.
   *
   * @param signal The signal. @default {"SIGTERM"}
   * @returns Whether it was sent: `false` when the process has ended.
   * @throws {TypeError} When there is no signal of that name.
   */
  kill(signal?: Deno.Signal): boolean;
}
