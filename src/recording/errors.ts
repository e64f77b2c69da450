/**
 * What is read is no recording, or a line of it breaks the form.
 *
 * @example A file that is something else
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { Recording, RecordingError } from "@basic-pipes/basic-pipes";
 *
 * const error = await assertRejects(
 *   () => Recording.read(new Blob(["# Notes\n"]).stream()),
 *   RecordingError,
 * );
 * assertEquals(
 *   error.message,
 *   "Cannot read a recording as line 1 must be a JSON object: " +
 *     'current value is "# Notes"',
 * );
 * assertEquals(error.line, 1);
 * ```
 */
export class RecordingError extends Error {
  /** Always `"RecordingError"`. */
  override readonly name = "RecordingError";
  /** Which line it is, the header is 1. */
  readonly line: number;

  /**
   * Makes the error of its facts.
   *
   * @param line Which line it is, the header is 1.
   * @param rule The rule that it breaks, as the rest of `as …`.
   * @param value What stands there instead, short and safe on a terminal.
   */
  constructor(line: number, rule: string, value: string) {
    super(`Cannot read a recording as ${rule}: current value is ${value}`);
    this.line = line;
  }
}
