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
