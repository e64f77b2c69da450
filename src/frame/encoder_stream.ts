import { concat, PIPE_BYTES } from "../bytes.ts";
import type { Framing } from "./framing.ts";

/**
 * Turns frames into bytes that {@linkcode FrameDecoderStream} reads back.
 *
 * A frame of up to 65,536 bytes leaves as one chunk, a copy. A longer one leaves
 * as its pieces, without a copy: do not change its payload before it has been
 * written. A frame that could not be read back (`framing.encode` refuses it) is
 * an error of both sides.
 *
 * @typeParam Frame What the framing takes: mostly the payload.
 *
 * @example A line
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FrameEncoderStream, lines } from "@basic-pipes/basic-pipes";
 *
 * const stream = ReadableStream.from([new TextEncoder().encode("hi")])
 *   .pipeThrough(new FrameEncoderStream(lines()));
 * assertEquals(await new Response(stream as BodyInit).text(), "hi\n");
 * ```
 */
export class FrameEncoderStream<Frame = Uint8Array>
  extends TransformStream<Frame, Uint8Array> {
  /**
   * Makes both ends.
   *
   * @param framing The rule to write by.
   */
  constructor(framing: Framing<Frame>) {
    super({
      transform(frame, controller) {
        const pieces = framing.encode(frame);
        let size = 0;
        for (const piece of pieces) size += piece.length;
        // A copy of more would cost more than a second chunk does.
        if (size <= PIPE_BYTES) controller.enqueue(concat(pieces));
        else for (const piece of pieces) controller.enqueue(piece);
      },
    });
  }
}
