import { checkInteger, checkKeys } from "../check.ts";
import { checkPayload, type Framing } from "./framing.ts";

/** The most bytes that one measured frame may have: 2^32 - 1. */
const MAX_FRAME_BYTES = 0xffff_ffff;

/** Options of {@linkcode lengthPrefix}. */
export interface LengthPrefixOptions {
  /**
   * How many bytes the length has.
   *
   * @default {4}
   */
  bytes?: 1 | 2 | 4 | 8;
  /**
   * The least significant byte comes first.
   *
   * @default {false}
   */
  littleEndian?: boolean;
  /**
   * The most bytes of a payload (1 to 4,294,967,295).
   *
   * @default {16_777_216} 16 MiB.
   */
  maxBytes?: number;
}

/**
 * Frames with their length in front, as an unsigned integer of 1, 2, 4 or 8
 * bytes: `{ bytes: 4, littleEndian: true }` is what browsers' native messaging
 * uses. An empty payload is valid.
 *
 * A claim above `maxBytes` is a `TooLongError` before anything is allocated. A
 * payload that is longer than the prefix can say is refused with a
 * `RangeError`.
 *
 * @param options The length's bytes and their order, and the longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If an option is out of its range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example There and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lengthPrefix, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const framing = lengthPrefix({ bytes: 2 });
 * const pieces = framing.encode(new TextEncoder().encode("hi"));
 * assertEquals(pieces[0], Uint8Array.of(0, 2));
 *
 * const reader = new PipeReader(new Blob(pieces as BlobPart[]).stream());
 * assertEquals(await reader.readFrame(framing), pieces[1]);
 * assertEquals(await reader.readFrame(framing), null);
 * ```
 */
export function lengthPrefix(options: LengthPrefixOptions = {}): Framing {
  checkKeys("frame bytes", options, ["bytes", "littleEndian", "maxBytes"]);
  const { bytes = 4, littleEndian = false, maxBytes = 16_777_216 } = options;
  if (![1, 2, 4, 8].includes(bytes)) {
    throw new RangeError(
      `Cannot frame bytes as the length must have 1, 2, 4 or 8 bytes: current value is ${bytes}`,
    );
  }
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_FRAME_BYTES);
  const name = "length-prefixed";
  const sendableBytes = Math.min(maxBytes, 2 ** (8 * bytes) - 1);
  return {
    name,
    maxBytes,
    rule: {
      kind: "measured",
      header: { bytes },
      measure: (header) => ({ payloadBytes: readUint(header, littleEndian) }),
    },
    decode: (_header, payload) => payload,
    encode(payload) {
      checkPayload(name, payload, sendableBytes);
      const header = new Uint8Array(bytes);
      let length = payload.length;
      for (let i = 0; i < bytes; i++) {
        header[littleEndian ? i : bytes - 1 - i] = length % 256;
        length = Math.floor(length / 256);
      }
      return [header, payload];
    },
  };
}

/**
 * Exact up to 2^53. Above that it is rounded, which is still above every
 * `maxBytes` and therefore refused.
 */
function readUint(bytes: Uint8Array, littleEndian: boolean): number {
  let value = 0;
  const last = bytes.length - 1;
  for (let i = 0; i <= last; i++) {
    value = value * 256 + bytes[littleEndian ? last - i : i]!;
  }
  return value;
}
