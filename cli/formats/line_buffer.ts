/**
 * Log lines that wait to be written together: a byte buffer that grows.
 *
 * Formats write by index into {@linkcode bytes} or {@linkcode view} and then
 * set {@linkcode length}. {@linkcode ensure} may replace both, so take them
 * again after it.
 */
export class LineBuffer {
  /** What is written so far and the free space behind it. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for stores of more than one byte at any index. */
  view: DataView<ArrayBuffer>;
  /** How many bytes are written so far. */
  length = 0;

  /** A buffer with room for `capacity` bytes (default 64 KiB). */
  constructor(capacity = 64 * 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `extra` more bytes, at least doubling if it must grow. */
  ensure(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Appends a copy of `bytes`. */
  append(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** What is written, as a view that the next change overwrites. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Forgets what is written and keeps the memory. */
  reset(): void {
    this.length = 0;
  }
}
