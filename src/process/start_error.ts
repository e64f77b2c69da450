/**
 * Why a child could not be started:
 *
 * - `"not-found"`: there is no such command or file, or no interpreter that its
 *   first line names.
 * - `"not-executable"`: it is there and cannot be run: a directory, no program,
 *   not allowed by the system.
 * - `"not-permitted"`: this program has not the permission to run it.
 * - `"bad-directory"`: `cwd` cannot be entered.
 * - `"argument-too-long"`: arguments and environment are more than the system
 *   takes.
 * - `"too-many-files"`, `"too-many-processes"`: the system has no room left for
 *   it; later it may.
 * - `"failed"`: something else, as the message says.
 */
export type StartErrorKind =
  | "not-found"
  | "not-executable"
  | "not-permitted"
  | "bad-directory"
  | "argument-too-long"
  | "too-many-files"
  | "too-many-processes"
  | "failed";

const EXIT_CODES: Readonly<Record<StartErrorKind, 125 | 126 | 127>> = {
  "not-found": 127,
  "not-executable": 126,
  "not-permitted": 126,
  "argument-too-long": 126,
  "bad-directory": 125,
  "too-many-files": 125,
  "too-many-processes": 125,
  "failed": 125,
};

/**
 * A child could not be started: no process was left behind.
 *
 * @example Tell a command that does not exist from one that failed
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { spawn, StartError } from "@basic-pipes/basic-pipes";
 *
 * const error = assertThrows(() => spawn("no-such-command"), StartError);
 * assertEquals(
 *   [error.kind, error.exitCode, error.message],
 *   [
 *     "not-found",
 *     127,
 *     `Cannot start "no-such-command" as there is no such command: ` +
 *     `no file of that name can be run in PATH`,
 *   ],
 * );
 * ```
 */
export class StartError extends Error {
  /** Always `"StartError"`. */
  override readonly name = "StartError";
  /** Why, as a word to decide by; the message says it in a sentence. */
  readonly kind: StartErrorKind;
  /** The command, as it was given; of a `file:` URL its path. */
  readonly command: string;
  /**
   * What a program that only runs the command ends with, as `env(1)` and
   * `timeout(1)` do: 127 no such command, 126 it cannot be run, 125 otherwise.
   */
  readonly exitCode: 125 | 126 | 127;

  /**
   * Makes the error of a start that failed.
   *
   * @param kind Why; it decides the exit code, too.
   * @param command What was to be started.
   * @param sentence The message.
   * @param options The system's error, as `cause`.
   */
  constructor(
    kind: StartErrorKind,
    command: string,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.kind = kind;
    this.command = command;
    this.exitCode = EXIT_CODES[kind];
  }
}
