const ENCODER = new TextEncoder();
/** Up to here a loop is faster than the call of the encoder: 25 letters, 4 times. */
const SHORT_UNITS = 128;

/**
 * Writes text as UTF-8 into `target` from `start`, and gives where it ends.
 * There must be room for 3 bytes per UTF-16 unit.
 */
export function encodeInto(
  text: string,
  target: Uint8Array,
  start: number,
): number {
  let n = 0;
  if (text.length <= SHORT_UNITS) {
    for (; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 127) break;
      target[start + n] = unit;
    }
    if (n === text.length) return start + n;
  }
  // From the first letter that is not ASCII: no pair is split there.
  const rest = n === 0 ? text : text.slice(n);
  const free = target.subarray(start + n);
  return start + n + ENCODER.encodeInto(rest, free).written;
}
