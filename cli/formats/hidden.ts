/**
 * Code points above ASCII that are never sent to a terminal as they are.
 *
 * All of the Unicode 17 categories Cc, Cf, Zl and Zp, the noncharacters, and
 * every Default_Ignorable_Code_Point (variation selectors, Hangul fillers, tag
 * characters): what could act on a terminal, reorder or end a line, or be
 * there without being seen. Combining marks, spaces and private use are shown.
 */
const BMP_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x80, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x70f, 0x70f],
  [0x890, 0x891],
  [0x8e2, 0x8e2],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
];

const ASTRAL_RANGES: typeof BMP_RANGES = [
  [0x110bd, 0x110bd],
  [0x110cd, 0x110cd],
  [0x13430, 0x1343f],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** One byte for each code point up to U+FFFF: 1 if it is hidden. */
const BMP = new Uint8Array(0x10000);
for (const [first, last] of BMP_RANGES) BMP.fill(1, first, last + 1);

/** Whether this code point, not ASCII, is to be escaped. */
export function isHidden(codePoint: number): boolean {
  if (codePoint < 0x10000) return BMP[codePoint] === 1;
  // The last two code points of each plane are noncharacters.
  if ((codePoint & 0xfffe) === 0xfffe) return true;
  for (const [first, last] of ASTRAL_RANGES) {
    if (codePoint < first) return false;
    if (codePoint <= last) return true;
  }
  return false;
}
