import { storeAscii } from "./store.ts";
import { isHidden } from "../../src/text_safety.ts";

/**
 * The spelling of each byte in a log line, where nothing may act on a terminal.
 *
 * A table has two entries for each byte: `words`, the four bytes of its spelling
 * as a little-endian number, and `infos`, the length of the spelling in the low
 * three bits and the flags below in the others. So writing a byte is one 4-byte
 * store and one addition, with no branch. The last store needs 3 bytes of room.
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

/** A table of the spelling of each byte: ASCII, one to four characters. */
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

/** Printable ASCII as it is, `\\` for a backslash, `\t \n \r`, else `\xNN`. */
export function spellByte(byte: number): string {
  if (byte === 0x5c) return "\\\\";
  if (byte === 0x09) return "\\t";
  if (byte === 0x0a) return "\\n";
  if (byte === 0x0d) return "\\r";
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return "\\x" + byte.toString(16).padStart(2, "0");
}

/** Stores `\u{HEX}` for a code point; returns the index after it. */
export function storeCodePoint(
  view: DataView,
  at: number,
  codePoint: number,
): number {
  return storeAscii(view, at, `\\u{${codePoint.toString(16)}}`);
}

/** {@linkcode decodeAt}: no character starts with these bytes. */
export const INVALID = -1;
/** {@linkcode decodeAt}: the bytes end inside a character. */
export const INCOMPLETE = -2;

/**
 * The code point of the character above ASCII that starts at `bytes[at]`, or
 * {@linkcode INVALID} or {@linkcode INCOMPLETE}.
 *
 * Valid is what table 3-7 of the Unicode Standard lists: no overlong form, no
 * surrogate, nothing above U+10FFFF.
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

/** The number of bytes of a code point above ASCII in UTF-8: 2 to 4. */
export function utf8Length(codePoint: number): number {
  return codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

/**
 * Bytes as quoted text of at most `columns` columns, escaped so that nothing acts
 * on a terminal. `…` follows if something is left out; `isCut` says that the
 * given bytes are only the first ones.
 */
export function showBytes(
  bytes: Uint8Array,
  columns: number,
  isCut = false,
): string {
  let text = "";
  // Without the two quotes and the `…`.
  let room = columns - 3;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    const codePoint = byte < 0x80 ? byte : decodeAt(bytes, at, bytes.length);
    if (codePoint === INCOMPLETE && isCut) break;
    const shown = codePoint < 0x80
      ? byte === 0x22 ? '\\"' : spellByte(byte)
      : isHidden(codePoint)
      ? `\\u{${codePoint.toString(16)}}`
      : String.fromCodePoint(codePoint);
    // A character above ASCII can be two columns wide.
    room -= codePoint >= 0x80 && shown.length <= 2 ? 2 : shown.length;
    if (room < 0) return `"${text}"…`;
    text += shown;
    at += codePoint < 0x80 ? 1 : utf8Length(codePoint);
  }
  return `"${text}"${isCut ? "…" : ""}`;
}

/** JSON in which nothing can act on a terminal: escaped, it stays the same. */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly every line is ASCII, where JSON itself escapes all but U+007F.
  // deno-lint-ignore no-control-regex -- these are the characters that are meant
  if (/^[\x00-\x7e]*$/.test(json)) return json;
  return json.replace(/[^\0-\x7e]/gu, (character) => {
    const codePoint = character.codePointAt(0)!;
    if (codePoint !== 0x7f && !isHidden(codePoint)) return character;
    let spelling = "";
    for (let i = 0; i < character.length; i++) {
      spelling += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
    }
    return spelling;
  });
}
