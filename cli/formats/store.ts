/**
 * Log lines that are collected to be written together: a buffer that grows.
 *
 * Formats write by index into {@linkcode bytes} or {@linkcode view} and then set
 * {@linkcode length}. {@linkcode ensure} can replace both: read them after it.
 */
export class LineBuffer {
  /** The bytes written so far and the free space after them. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, to store several bytes at any index. */
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

  /** Empties the buffer and keeps its memory. */
  reset(): void {
    this.length = 0;
  }
}

const encoder = new TextEncoder();

/**
 * A text that is stored many times, at any index of a buffer, by 8 bytes at once.
 * For a few dozen bytes this is several times faster than `set`.
 *
 * The text must not contain U+007F: eight bytes could then be a NaN, and storing
 * a NaN can change its bits.
 */
export class StoredText {
  /** How many bytes the text has. */
  length = 0;
  #bytes = new Uint8Array(64);
  #words = new Float64Array(this.#bytes.buffer);
  #count = 0;

  /** Keeps `text` until {@linkcode set} changes it. */
  constructor(text = "") {
    this.set(text);
  }

  /** Changes the text. */
  set(text: string): void {
    // Nearly every text is ASCII, which needs no encoder.
    this.#grow(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return this.#encode(text);
      this.#bytes[i] = unit;
    }
    this.#finish(text.length);
  }

  /** Stores the text and up to 7 bytes after it; returns the index after it. */
  store(view: DataView, at: number): number {
    const words = this.#words;
    for (let i = 0; i < this.#count; i++) {
      view.setFloat64(at + i * 8, words[i]!, true);
    }
    return at + this.length;
  }

  #encode(text: string): void {
    const bytes = encoder.encode(text);
    this.#grow(bytes.length);
    this.#bytes.set(bytes);
    this.#finish(bytes.length);
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    this.#words = new Float64Array(this.#bytes.buffer);
  }

  #finish(length: number): void {
    this.length = length;
    this.#count = Math.ceil(length / 8);
  }
}

/** Stores a short text of ASCII; returns the index after it. */
export function storeAscii(view: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    view.setUint8(at + i, text.charCodeAt(i));
  }
  return at + text.length;
}

/** Stores a safe integer of at least 0 in decimal; returns the index after it. */
export function storeInteger(
  view: DataView,
  at: number,
  value: number,
): number {
  if (value > 0x7fffffff) {
    return storeAscii(view, at, String(value));
  }
  let length = 1;
  for (let power = 10; power <= value; power *= 10) length++;
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const tenth = rest / 10 | 0;
    view.setUint8(i, 48 + rest - tenth * 10);
    rest = tenth;
  }
  return at + length;
}
