const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 0x3d;

/** The two digits of each 12-bit number, as a little-endian number. */
const PAIRS = new Uint16Array(4096);
for (let i = 0; i < PAIRS.length; i++) {
  PAIRS[i] = ALPHABET.charCodeAt(i & 63) << 8 | ALPHABET.charCodeAt(i >> 6);
}

/**
 * Stores `bytes[from, to)` as base64 with padding (RFC 4648, section 4);
 * returns the place behind it.
 */
export function storeBase64(
  view: DataView,
  start: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  let at = start;
  let i = from;
  for (; i + 2 < to; i += 3, at += 4) {
    const bits = bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!;
    view.setUint16(at, PAIRS[bits >> 12]!, true);
    view.setUint16(at + 2, PAIRS[bits & 4095]!, true);
  }
  if (i === to) return at;
  const bits = bytes[i]! << 16 | (i + 1 < to ? bytes[i + 1]! << 8 : 0);
  view.setUint16(at, PAIRS[bits >> 12]!, true);
  view.setUint16(at + 2, PAIRS[bits & 4095]!, true);
  if (i + 1 === to) view.setUint8(at + 2, PAD);
  view.setUint8(at + 3, PAD);
  return at + 4;
}
