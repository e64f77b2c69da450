/** Bytes and numbers that all rooms use. */

/** The size of a pipe on Linux, and the most that one read of it gives. */
export const PIPE_BYTES = 65_536;

/** LF, the end of a line. */
export const LF = 0x0a;

/** CR, which stands before LF in a line of Windows or of a header. */
export const CR = 0x0d;

/** No bytes. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** The pieces one after the other, in one copy. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * A decoder of UTF-8 that keeps a BOM as U+FEFF: no byte vanishes. What is not
 * UTF-8 is U+FFFD, or with `fatal` a `TypeError`.
 */
export function textDecoder(fatal = false): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true, fatal });
}

/** Bytes as text; a BOM is U+FEFF, what is not UTF-8 is U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return textDecoder().decode(bytes);
}

/** The last bytes of a stream, in one buffer of a fixed size. */
export class Tail {
  readonly #ring: Uint8Array;
  #next = 0;
  #total = 0;

  constructor(maxBytes: number) {
    this.#ring = new Uint8Array(maxBytes);
  }

  /** Takes a copy of what it needs of the chunk. */
  add(chunk: Uint8Array): void {
    const size = this.#ring.length;
    const kept = chunk.subarray(Math.max(0, chunk.length - size));
    const first = kept.subarray(0, size - this.#next);
    this.#ring.set(first, this.#next);
    this.#ring.set(kept.subarray(first.length), 0);
    this.#next = (this.#next + kept.length) % size;
    this.#total += chunk.length;
  }

  /** The bytes kept, oldest first, as a copy. */
  bytes(): Uint8Array {
    if (this.#total < this.#ring.length) return this.#ring.slice(0, this.#next);
    const all = new Uint8Array(this.#ring.length);
    all.set(this.#ring.subarray(this.#next), 0);
    all.set(this.#ring.subarray(0, this.#next), all.length - this.#next);
    return all;
  }

  /** The same as text; a BOM is kept as U+FEFF. */
  text(): string {
    return decodeText(this.bytes());
  }
}
