/** {@linkcode decodeAt}: no character starts with these bytes. */
export const INVALID = -1;
/** {@linkcode decodeAt}: the bytes end within a character. */
export const INCOMPLETE = -2;

/**
 * The code point of the character, not ASCII, that starts at `bytes[at]`, or
 * {@linkcode INVALID} or {@linkcode INCOMPLETE}.
 *
 * Well-formed is what table 3-7 of the Unicode Standard lists: no overlong
 * form, no surrogate, nothing above U+10FFFF.
 */
export function decodeAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return INVALID;
  if (at + 1 >= end) return INCOMPLETE;
  const second = bytes[at + 1]!;
  if (lead < 0xe0) {
    if ((second & 0xc0) !== 0x80) return INVALID;
    return (lead & 0x1f) << 6 | second & 0x3f;
  }
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return INVALID;
  if (at + 2 >= end) return INCOMPLETE;
  const third = bytes[at + 2]!;
  if ((third & 0xc0) !== 0x80) return INVALID;
  if (lead < 0xf0) {
    return (lead & 0x0f) << 12 | (second & 0x3f) << 6 | third & 0x3f;
  }
  if (at + 3 >= end) return INCOMPLETE;
  const fourth = bytes[at + 3]!;
  if ((fourth & 0xc0) !== 0x80) return INVALID;
  return (lead & 0x07) << 18 | (second & 0x3f) << 12 | (third & 0x3f) << 6 |
    fourth & 0x3f;
}

/** How many bytes the UTF-8 of a code point above ASCII has: 2 to 4. */
export function utf8Length(codePoint: number): number {
  return codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
