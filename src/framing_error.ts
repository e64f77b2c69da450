import { quoteBytes } from "./quote.ts";

/** The facts of a {@linkcode FramingError}. */
export interface FramingErrorOptions {
  /** The name of the framing. */
  framing: string;
  /** The rule that the header breaks, as the rest of `as …`. */
  rule: string;
  /** The header as it arrived. */
  header: Uint8Array;
}

/**
 * The header of a frame breaks the rule of its framing; nothing was taken.
 *
 * @example Somebody printed where a header belongs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   contentLength,
 *   FramingError,
 *   PipeReader,
 * } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["Hello!\r\n\r\n{}"]).stream());
 * try {
 *   await reader.readFrame(contentLength());
 * } catch (error) {
 *   if (!(error instanceof FramingError)) throw error;
 *   assertEquals(new TextDecoder().decode(error.header), "Hello!\r\n\r\n");
 * }
 * await reader.cancel();
 * ```
 */
export class FramingError extends Error {
  /** Always `"FramingError"`. */
  override readonly name = "FramingError";
  /** The name of the framing, as `framing.name` has it. */
  readonly framing: string;
  /** The header as it arrived: a view, still unread. */
  readonly header: Uint8Array;

  /**
   * Makes the error of its facts.
   *
   * @param options The framing, its rule and the header.
   */
  constructor(options: FramingErrorOptions) {
    const { framing, rule, header } = options;
    super(
      `Cannot read a ${framing} frame as ${rule}: current value is ${
        quoteBytes(header)
      }`,
    );
    this.framing = framing;
    this.header = header;
  }
}
