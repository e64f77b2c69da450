import type { ByteBuffer } from "./byte_buffer.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";

/**
 * Finds a delimiter in a buffer that grows, looking at every byte once
 * (Knuth, Morris and Pratt, 1977), however it is cut.
 */
export class DelimiterSearch {
  readonly #delimiter: Uint8Array;
  readonly #borders: Int32Array;
  #searched = 0;
  #matched = 0;

  constructor(delimiter: Uint8Array) {
    checkInteger(
      "search",
      "the delimiter's length",
      delimiter.length,
      1,
      MAX_READ_BYTES,
    );
    // A copy: the caller may write to its own later.
    this.#delimiter = delimiter.slice();
    this.#borders = findBorders(this.#delimiter);
  }

  reset(): void {
    this.#searched = 0;
    this.#matched = 0;
  }

  /** Before this, counted from the buffer's start, no delimiter can begin. */
  get earliest(): number {
    return this.#searched - this.#matched;
  }

  /** Where the delimiter begins, from the start of the buffer, or -1. */
  find(buffer: ByteBuffer): number {
    return this.#delimiter.length === 1
      ? this.#findByte(buffer)
      : this.#findBytes(buffer);
  }

  #findByte(buffer: ByteBuffer): number {
    const { bytes, start, end } = buffer;
    const from = start + this.#searched;
    // Without the view, a search would go on through the room after `end`.
    const at = end === bytes.length
      ? bytes.indexOf(this.#delimiter[0]!, from)
      : bytes.subarray(from, end).indexOf(this.#delimiter[0]!) + from;
    if (at < from) {
      this.#searched = end - start;
      return -1;
    }
    this.#searched = at - start + 1;
    return at - start;
  }

  #findBytes(buffer: ByteBuffer): number {
    const delimiter = this.#delimiter;
    const { bytes, start, end } = buffer;
    let matched = this.#matched;
    for (let at = start + this.#searched; at < end; at++) {
      const byte = bytes[at]!;
      while (matched > 0 && byte !== delimiter[matched]) {
        matched = this.#borders[matched - 1]!;
      }
      if (byte === delimiter[matched]) matched++;
      if (matched === delimiter.length) {
        this.#searched = at - start + 1;
        this.#matched = 0;
        return at - start + 1 - delimiter.length;
      }
    }
    this.#searched = end - start;
    this.#matched = matched;
    return -1;
  }
}

/** For each prefix, the length of its longest proper prefix that ends it. */
function findBorders(pattern: Uint8Array): Int32Array {
  const borders = new Int32Array(pattern.length);
  let matched = 0;
  for (let at = 1; at < pattern.length; at++) {
    while (matched > 0 && pattern[at] !== pattern[matched]) {
      matched = borders[matched - 1]!;
    }
    if (pattern[at] === pattern[matched]) matched++;
    borders[at] = matched;
  }
  return borders;
}
