import { checkInteger, checkKeys } from "../check.ts";
import { FramingError } from "../errors.ts";
import { checkPayload, type Framing, type Measure } from "./framing.ts";

/** From here on the length needs the long header. */
const MAX_SHORT_BYTES = 0x7fff_ffff;
const MAX_FRAME_BYTES = 0xffff_ffff;

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
      const isLong = payload.length > MAX_SHORT_BYTES;
      const header = new DataView(new ArrayBuffer(isLong ? 12 : 4));
      header.setInt32(0, isLong ? -1 : payload.length);
      if (isLong) header.setBigUint64(4, BigInt(payload.length));
      return [new Uint8Array(header.buffer), payload];
    },
  };
}

function measure(framing: string, header: Uint8Array): Measure {
  const view = new DataView(
    header.buffer,
    header.byteOffset,
    header.byteLength,
  );
  const length = view.getInt32(0);
  if (length >= 0) return { payloadBytes: length };
  if (length === -1) {
    return header.length < 12
      ? { headerBytes: 12 }
      : { payloadBytes: Number(view.getBigUint64(4)) };
  }
  throw new FramingError({
    framing,
    rule: "its length must not be less than -1",
    header,
  });
}
