import { quoteBytes } from "./quote.ts";

/** The facts of a {@linkcode TooLongError}. */
export interface TooLongErrorOptions {
  /** What was too long, as the error calls it. */
  what: string;
  /** The limit that was passed, in bytes. */
  maxBytes: number;
  /** The size that the other side claimed, in bytes, where it claimed one. */
  claimedBytes?: number;
  /** The header, or the first bytes of what was too long. */
  head: Uint8Array;
}

/**
 * Something that is collected was longer than its limit.
 *
 * A reader has taken nothing: every byte can still be read. `run` has stopped
 * the child.
 *
 * The message quotes the first bytes as text: the usual reason is that
 * somebody printed on the channel.
 *
 * @example A line without an end
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, TooLongError } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["far too long"]).stream());
 * try {
 *   await reader.readLine({ maxBytes: 4 });
 * } catch (error) {
 *   if (!(error instanceof TooLongError)) throw error;
 *   assertEquals([error.what, error.maxBytes], ["line", 4]);
 * }
 * assertEquals(new TextDecoder().decode((await reader.read(3))!), "far");
 * await reader.cancel();
 * ```
 */
export class TooLongError extends Error {
  /** Always `"TooLongError"`. */
  override readonly name = "TooLongError";
  /** What was too long, as the message calls it: `line`, `stdout`, … */
  readonly what: string;
  /** The limit that was passed, in bytes. */
  readonly maxBytes: number;
  /** The size that the other side claimed, in bytes, where it claimed one. */
  readonly claimedBytes: number | undefined;

  /**
   * Makes the error of its facts.
   *
   * @param options The limit, and what passed it.
   */
  constructor(options: TooLongErrorOptions) {
    const { what, maxBytes, claimedBytes, head } = options;
    const current = claimedBytes === undefined
      ? `more, beginning with ${quoteBytes(head)}`
      : `${claimedBytes}, from the header ${quoteBytes(head)}`;
    super(
      `Cannot read a ${what} as it must have at most ${maxBytes} bytes: current value is ${current}`,
    );
    this.what = what;
    this.maxBytes = maxBytes;
    this.claimedBytes = claimedBytes;
  }
}
