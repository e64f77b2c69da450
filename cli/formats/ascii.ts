/** Stores a short text of ASCII; returns the place behind it. */
export function storeAscii(view: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    view.setUint8(at + i, text.charCodeAt(i));
  }
  return at + text.length;
}
