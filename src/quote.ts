/** Everything that is not printed as itself, or could reorder what is. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;
const MAX_LENGTH = 300;

/** One line that cannot act on a terminal, at most 300 characters long. */
export function quote(text: string): string {
  const line = text.replace(
    UNSAFE,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  if (line.length <= MAX_LENGTH) return line;
  // A pair of surrogates that is cut would be no text any more.
  const start = line.slice(0, MAX_LENGTH);
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`;
}

const SHOWN_BYTES = 64;

/** Bytes as text in quotes, safe on a terminal: the rest as `\xNN`. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) {
    if (byte === 0x22 || byte === 0x5c) text += "\\";
    text += byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text + (bytes.length > SHOWN_BYTES ? '"…' : '"');
}
