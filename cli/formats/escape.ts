import { storeAscii } from "./ascii.ts";

/**
 * How each byte is written where a terminal or a reader of lines could act on it.
 *
 * A table has two entries a byte: `words`, the four bytes of its spelling as a
 * little-endian number, and `infos`, the length of the spelling in the low
 * three bits with the flags below above them. So a byte is written by one
 * 4-byte store and one addition, with no branch; 3 bytes of room must lie
 * behind the last.
 */
export interface EscapeTable {
  /** The spelling of a byte: one to four bytes, the first in the low bits. */
  readonly words: Uint32Array;
  /** Length of the spelling, and flags. */
  readonly infos: Uint8Array;
}

/** Mask for the length in an entry of `infos`. */
export const LENGTH_MASK = 7;
/** Flag in `infos`: the byte is `'`. */
export const SINGLE_QUOTE = 8;
/** Flag in `infos`: the byte is `"`. */
export const DOUBLE_QUOTE = 16;

/** A table from the spelling (ASCII, one to four characters) of each byte. */
export function createEscapeTable(
  spell: (byte: number) => string,
): EscapeTable {
  const words = new Uint32Array(256);
  const infos = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const spelling = spell(byte);
    let word = 0;
    for (let i = spelling.length - 1; i >= 0; i--) {
      word = word * 256 + spelling.charCodeAt(i);
    }
    words[byte] = word;
    infos[byte] = spelling.length |
      (byte === 0x27 ? SINGLE_QUOTE : byte === 0x22 ? DOUBLE_QUOTE : 0);
  }
  return { words, infos };
}

/** `\t \n \r`, a doubled backslash, printable ASCII as it is, else `\xNN`. */
export function spellByte(byte: number): string {
  if (byte === 0x5c) return "\\\\";
  if (byte === 0x09) return "\\t";
  if (byte === 0x0a) return "\\n";
  if (byte === 0x0d) return "\\r";
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return "\\x" + byte.toString(16).padStart(2, "0");
}

/** Stores `\u{HEX}` for a code point; returns the place behind it. */
export function storeCodePoint(
  view: DataView,
  at: number,
  codePoint: number,
): number {
  return storeAscii(view, at, `\\u{${codePoint.toString(16)}}`);
}
