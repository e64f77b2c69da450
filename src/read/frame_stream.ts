import { cutStream } from "./cut_stream.ts";
import { frameCutter } from "./frame_cutters.ts";
import type { Framing } from "../frame/framing.ts";

/**
 * Cuts a byte stream into frames: `frames` of a {@linkcode PipeReader}, for
 * `pipeThrough`.
 *
 * Payloads are views, valid as long as they are held. A frame that is too
 * long, breaks the framing or does not end is an error of `readable`, and
 * aborts `writable`. An error or a cancel on one side reaches the other.
 *
 * @typeParam Frame What the framing makes of a frame.
 *
 * @example Names that end in NUL
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FrameStream, nul } from "@basic-pipes/basic-pipes";
 *
 * const frames = new Blob(["a\0bc\0"]).stream()
 *   .pipeThrough(new FrameStream(nul()));
 * const sizes: number[] = [];
 * for await (const frame of frames) sizes.push(frame.length);
 * assertEquals(sizes, [1, 2]);
 * ```
 */
export class FrameStream<Frame = Uint8Array> {
  /** The frames, cut from what was written to `writable`. */
  readonly readable: ReadableStream<Frame>;
  /** Takes the bytes, in chunks of any size. */
  readonly writable: WritableStream<Uint8Array>;

  /**
   * Makes both ends.
   *
   * @param framing Says where one frame ends.
   * @throws {RangeError} If a number or a delimiter of the framing is out of its
   *   range.
   */
  constructor(framing: Framing<Frame>) {
    ({ readable: this.readable, writable: this.writable } = cutStream(
      frameCutter(framing),
      (frame, controller: ReadableStreamDefaultController) =>
        controller.enqueue(frame),
    ));
  }
}
