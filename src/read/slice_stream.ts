import { cutStream } from "./cut_stream.ts";
import { sliceCutter } from "./size_cutters.ts";
import type { SliceOptions } from "./read_options.ts";

/**
 * Cuts a byte stream into slices of at most `size` bytes: `slices` of a
 * {@linkcode PipeReader}, for `pipeThrough`.
 *
 * The slices are views, valid as long as they are held. An error or a cancel
 * on one side reaches the other.
 *
 * @example Slices of exactly eight bytes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { SliceStream } from "@basic-pipes/basic-pipes";
 *
 * const slices = new Blob(["Spam 0Spam 1"]).stream()
 *   .pipeThrough(new SliceStream(8, { fill: true }));
 * const sizes: number[] = [];
 * for await (const slice of slices) sizes.push(slice.length);
 * assertEquals(sizes, [8, 4]);
 * ```
 */
export class SliceStream {
  /** The slices, cut from what was written to `writable`. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param size The most bytes of a slice (1 to 2147483647). Default: 32.
   * @param options With `fill`, exactly `size`; only the last may be shorter.
   * @throws {RangeError} If `size` is out of its range.
   */
  constructor(size = 32, options: Pick<SliceOptions, "fill"> = {}) {
    ({ readable: this.readable, writable: this.writable } = cutStream(
      sliceCutter(size, options.fill),
      (slice, controller: ReadableStreamDefaultController) =>
        controller.enqueue(slice),
    ));
  }
}
