import type { ByteBuffer } from "./byte_buffer.ts";

/**
 * Cuts one thing off the front of a buffer.
 *
 * What it throws it throws before it has taken anything: "a read that fails
 * takes nothing" rests on this.
 */
export interface Cutter<T> {
  /** A new thing begins: forgets how far the last search had come. */
  reset(): void;
  /**
   * The thing, or `undefined`: more bytes are needed. `undefined` once the
   * stream has ended means that nothing is left.
   */
  cut(buffer: ByteBuffer, hasEnded: boolean): T | undefined;
}
