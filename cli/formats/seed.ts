import type { Arrival, Format, FormatOptions } from "./format.ts";
import type { LineBuffer } from "./line_buffer.ts";
import {
  createEscapeTable,
  DOUBLE_QUOTE,
  LENGTH_MASK,
  SINGLE_QUOTE,
  spellByte,
} from "./escape.ts";
import { Prefix } from "./prefix.ts";

const IN_SINGLE = createEscapeTable((byte) =>
  byte === 0x27 ? "\\'" : spellByte(byte)
);
const IN_DOUBLE = createEscapeTable(spellByte);
const encoder = new TextEncoder();
const QUOTES = SINGLE_QUOTE | DOUBLE_QUOTE;
const DOUBLE = 0x22;

/**
 * `seed`: `Parent 4711 got [b'Spam 0'] as 1795393202.244190`.
 *
 * The bytes are written exactly as CPython's `repr(bytes)` writes them: quoted
 * by `'`, or by `"` if there is a `'` and no `"` among them.
 */
export class SeedFormat implements Format {
  readonly #prefix: Prefix;
  readonly #pid: number;
  #head: Uint8Array = new Uint8Array(0);
  /** Everything between two payloads: the end of a line and the next head. */
  #between: Uint8Array = new Uint8Array(0);
  #betweenWords: Float64Array = new Float64Array(0);

  constructor(options: FormatOptions) {
    this.#prefix = new Prefix(options);
    this.#pid = options.pid;
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: Arrival,
  ): void {
    this.#write(out, chunk, start, end, Math.max(1, end - start), arrival);
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number {
    if (start >= end) return 0;
    let from = start;
    if (this.#prefix.firstDiffers) {
      from = Math.min(start + size, end);
      this.#write(out, chunk, start, from, size, arrival);
    }
    if (from < end) this.#write(out, chunk, from, end, size, arrival);
    return Math.ceil((end - start) / size);
  }

  #write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): void {
    if (this.#prefix.set(arrival)) this.#prepare();
    const head = this.#head.length;
    const between = this.#between.length;
    const words = this.#betweenWords;
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    // A byte is at most 4 long; words are stored whole, up to 7 bytes too far.
    out.ensure(head + pieces * between + (end - start) * 4 + 8);
    const { bytes, view } = out;
    bytes.set(this.#head, out.length);
    let at = out.length + head;
    let from = start;
    do {
      const to = Math.min(from + size, end);
      const payload = at;
      let seen = 0;
      for (let i = from; i < to; i++) {
        const byte = chunk[i]!;
        const info = IN_SINGLE.infos[byte]!;
        view.setUint32(at, IN_SINGLE.words[byte]!, true);
        seen |= info;
        at += info & LENGTH_MASK;
      }
      const double = (seen & QUOTES) === SINGLE_QUOTE;
      if (double) {
        at = payload;
        bytes[at - 1] = DOUBLE;
        for (let i = from; i < to; i++) {
          const byte = chunk[i]!;
          view.setUint32(at, IN_DOUBLE.words[byte]!, true);
          at += IN_DOUBLE.infos[byte]! & LENGTH_MASK;
        }
      }
      for (let i = 0; i < words.length; i++) {
        view.setFloat64(at + i * 8, words[i]!, true);
      }
      if (double) bytes[at] = DOUBLE;
      at += between;
      from = to;
    } while (from < end);
    out.length = at - head;
  }

  #prepare(): void {
    const { mark, label, stream, time } = this.#prefix;
    const head = `${mark}${label}${stream}Parent ${this.#pid} got [b'`;
    const tail = time === "" ? "']\n" : `'] as ${time}\n`;
    this.#head = encoder.encode(head);
    this.#between = encoder.encode(tail + head);
    // Never a NaN that a store could change: no byte of UTF-8 is 0xff and
    // none of ours is 0x7f.
    this.#betweenWords = new Float64Array(Math.ceil(this.#between.length / 8));
    new Uint8Array(this.#betweenWords.buffer).set(this.#between);
  }
}
