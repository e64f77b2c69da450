/** Why a child could not be started. */
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
 * A child could not be started.
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
  /** `"StartError"`. */
  override readonly name = "StartError";
  /** Why. */
  readonly kind: StartErrorKind;
  /** The command. */
  readonly command: string;
  /**
   * What a program that only runs the command ends with, as `env(1)` and
   * `timeout(1)` do: 127 no such command, 126 it cannot be run, 125 otherwise.
   */
  readonly exitCode: 125 | 126 | 127;

  /**
   * Makes the error of a start that failed.
   *
   * @param kind Why.
   * @param command The command.
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
