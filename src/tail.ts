import { decodeText } from "./bytes.ts";

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
