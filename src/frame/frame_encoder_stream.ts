import type { Framing } from "./framing.ts";

/** Above this, a copy would cost more than a second chunk does. */
const MAX_JOINED_BYTES = 65_536;

/**
 * Turns frames into bytes that {@linkcode FrameStream} reads back.
 *
 * A frame of up to 65536 bytes leaves as one chunk, a copy; a longer one as
 * its pieces, uncopied: leave its payload alone until it has been written. A
 * frame that could not be read back (`framing.encode` refuses it) is an error
 * of both sides.
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
        if (size <= MAX_JOINED_BYTES) {
          controller.enqueue(join(pieces, size));
          return;
        }
        for (const piece of pieces) controller.enqueue(piece);
      },
    });
  }
}

function join(pieces: Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
