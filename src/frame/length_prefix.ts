import { checkInteger, checkKeys } from "../check.ts";
import { checkPayload, type Framing, type Measure } from "./framing.ts";
import { FramingError } from "../errors.ts";

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

/** From here on the length needs the long header. */
const MAX_SHORT_BYTES = 0x7fff_ffff;

/** Options of {@linkcode pythonConnection}. */
export interface PythonConnectionOptions {
  /**
   * The most bytes of a payload (1 to 4,294,967,295).
   *
   * @default {16_777_216} 16 MiB.
   */
  maxBytes?: number;
}

/**
 * Frames as Python's `multiprocessing.connection.Connection` sends them with
 * `send_bytes` and reads them with `recv_bytes`.
 *
 * A signed big-endian length of 4 bytes; above 2,147,483,647 it is -1, and an
 * unsigned one of 8 bytes follows. An empty payload is valid. Any other
 * negative length is a `FramingError`.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example What `send_bytes(b"hi")` writes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pythonConnection } from "@basic-pipes/basic-pipes";
 *
 * const pieces = pythonConnection().encode(new TextEncoder().encode("hi"));
 * assertEquals(pieces, [Uint8Array.of(0, 0, 0, 2), Uint8Array.of(104, 105)]);
 * ```
 */
export function pythonConnection(
  options: PythonConnectionOptions = {},
): Framing {
  checkKeys("frame bytes", options, ["maxBytes"]);
  const { maxBytes = 16_777_216 } = options;
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_FRAME_BYTES);
  const name = "Python connection";
  return {
    name,
    maxBytes,
    rule: {
      kind: "measured",
      header: { bytes: 4 },
      measure: (header) => measure(name, header),
    },
    decode: (_header, payload) => payload,
    encode(payload) {
      checkPayload(name, payload, maxBytes);
      return [headerOf(payload.length), payload];
    },
  };
}

/** By hand: a `DataView`, and the buffer that it needs, cost ten times as much. */
function headerOf(length: number): Uint8Array {
  const isLong = length > MAX_SHORT_BYTES;
  const header = new Uint8Array(isLong ? 12 : 4);
  const end = header.length;
  header[end - 4] = length >>> 24;
  header[end - 3] = length >>> 16;
  header[end - 2] = length >>> 8;
  header[end - 1] = length;
  // -1. What is between stays 0: the length has 4 bytes.
  if (isLong) header.fill(0xff, 0, 4);
  return header;
}

function measure(framing: string, header: Uint8Array): Measure {
  const length = uint32(header, 0);
  if (length <= MAX_SHORT_BYTES) return { payloadBytes: length };
  if (length === 0xffff_ffff) {
    return header.length < 12
      ? { headerBytes: 12 }
      : { payloadBytes: uint32(header, 4) * 2 ** 32 + uint32(header, 8) };
  }
  throw new FramingError({
    framing,
    rule: "its length must not be less than -1",
    header,
  });
}

function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 2 ** 24 +
    (bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!);
}
