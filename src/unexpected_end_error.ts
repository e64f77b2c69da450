/** The facts of an {@linkcode UnexpectedEndError}. */
export interface UnexpectedEndErrorOptions {
  /** What was expected, as the error calls it. */
  expected: string;
  /** All that came of it before the end. */
  partial: Uint8Array;
}

/**
 * The stream ended inside of what was to be read; nothing was taken.
 *
 * @example The stream ends within four bytes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, UnexpectedEndError } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["abc"]).stream());
 * try {
 *   await reader.readExactly(4);
 * } catch (error) {
 *   if (!(error instanceof UnexpectedEndError)) throw error;
 *   assertEquals(new TextDecoder().decode(error.partial), "abc");
 * }
 * assertEquals((await reader.read(32))?.length, 3);
 * ```
 */
export class UnexpectedEndError extends Error {
  /** Always `"UnexpectedEndError"`. */
  override readonly name = "UnexpectedEndError";
  /** What was expected: `4 bytes`, `a whole header`, … */
  readonly expected: string;
  /** All that came of it before the end: a view, still unread. */
  readonly partial: Uint8Array;

  /**
   * Makes the error of its facts.
   *
   * @param options What was expected, and what came.
   */
  constructor(options: UnexpectedEndErrorOptions) {
    const { expected, partial } = options;
    super(
      `Cannot read ${expected} as the stream has ended: current value is ${partial.length} bytes`,
    );
    this.expected = expected;
    this.partial = partial;
  }
}
