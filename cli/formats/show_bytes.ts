import { spellByte } from "./escape.ts";
import { isHidden } from "../../src/text_safety.ts";
import { decodeAt, INCOMPLETE, utf8Length } from "./utf8.ts";

/**
 * Bytes as quoted text in at most `columns` of a terminal, on which nothing of
 * it can act: escaped as the `text` format escapes. `…` stands for what is left
 * out; `isCut` says that the bytes themselves are only a beginning.
 */
export function showBytes(
  bytes: Uint8Array,
  columns: number,
  isCut = false,
): string {
  let text = "";
  // The quotes and the mark that something is left out.
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
    // What is not ASCII may be two columns wide.
    room -= codePoint >= 0x80 && shown.length <= 2 ? 2 : shown.length;
    if (room < 0) return `"${text}"…`;
    text += shown;
    at += codePoint < 0x80 ? 1 : utf8Length(codePoint);
  }
  return `"${text}"${isCut ? "…" : ""}`;
}
