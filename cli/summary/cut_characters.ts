import {
  decodeAt,
  INCOMPLETE,
  INVALID,
  utf8Length,
} from "../formats/escape.ts";

/** How much of each read is looked at to tell text from other bytes. */
const LOOKED_AT = 64;

/**
 * How often a read ended inside a UTF-8 character.
 *
 * A read counts when the next ones brought the rest of the character, so that
 * the last byte of a picture is not taken for half a letter. A stream that
 * has a NUL or anything but UTF-8 at the start of a read is not text.
 */
export class CutCharacters {
  /** Reads that ended inside a character which then was completed. */
  cut = 0;
  /** Whether nothing has shown yet that this is no text. */
  isText = true;
  readonly #held = new Uint8Array(4);
  #length = 0;
  #reads = 0;

  /** Whether the bytes so far end inside a character. */
  get isInside(): boolean {
    return this.isText && this.#length > 0;
  }

  /** Looks at the edges of what one read gave. */
  take(chunk: Uint8Array): void {
    if (!this.isText) return;
    const from = this.#complete(chunk);
    if (!this.isText || this.#length > 0) return;
    if (!isTextAt(chunk, from)) this.isText = false;
    else this.#holdEnd(chunk, from);
  }

  /** The place behind a character that was begun before. */
  #complete(chunk: Uint8Array): number {
    let at = 0;
    while (this.#length > 0 && at < chunk.length) {
      this.#held[this.#length++] = chunk[at++]!;
      const codePoint = decodeAt(this.#held, 0, this.#length);
      if (codePoint === INCOMPLETE) continue;
      if (codePoint === INVALID) this.isText = false;
      else this.cut += this.#reads;
      this.#length = 0;
      this.#reads = 0;
    }
    if (this.#length > 0) this.#reads++;
    return at;
  }

  #holdEnd(chunk: Uint8Array, from: number): void {
    const end = chunk.length;
    for (let at = end - 1; at >= from && at >= end - 3; at--) {
      const byte = chunk[at]!;
      if (byte < 0x80) return;
      if (byte < 0xc0) continue;
      if (decodeAt(chunk, at, end) !== INCOMPLETE) return;
      this.#held.set(chunk.subarray(at, end));
      this.#length = end - at;
      this.#reads = 1;
      return;
    }
  }
}

function isTextAt(chunk: Uint8Array, from: number): boolean {
  const end = Math.min(chunk.length, from + LOOKED_AT);
  let at = from;
  while (at < end) {
    const byte = chunk[at]!;
    if (byte === 0) return false;
    if (byte < 0x80) at++;
    else {
      const codePoint = decodeAt(chunk, at, chunk.length);
      if (codePoint === INCOMPLETE) return true;
      if (codePoint === INVALID) return false;
      at += utf8Length(codePoint);
    }
  }
  return true;
}
