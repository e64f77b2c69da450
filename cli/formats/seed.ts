import type { FormatOptions } from "./formats.ts";
import { type LineBuffer, StoredText } from "./store.ts";
import {
  createEscapeTable,
  DOUBLE_QUOTE,
  LENGTH_MASK,
  SINGLE_QUOTE,
  spellByte,
} from "./escape.ts";
import { LineFormat } from "./line_format.ts";

const IN_SINGLE = createEscapeTable((byte) =>
  byte === 0x27 ? "\\'" : spellByte(byte)
);
const IN_DOUBLE = createEscapeTable(spellByte);
const QUOTES = SINGLE_QUOTE | DOUBLE_QUOTE;
const DOUBLE = 0x22;

/**
 * `seed`: `Parent 4711 got [b'Spam 0'] as 1795393202.244190`.
 *
 * The bytes are written exactly as CPython's `repr(bytes)` writes them: quoted
 * by `'`, or by `"` if there is a `'` and no `"` among them.
 */
export class SeedFormat extends LineFormat {
  readonly #pid: number;
  readonly #head = new StoredText();
  /** Everything between two payloads: the end of a line and the next head. */
  readonly #between = new StoredText();

  constructor(options: FormatOptions) {
    super(options);
    this.#pid = options.pid;
  }

  protected override rebuild(): void {
    const { slowMark, label, stream, marksText, time, tail: mark } =
      this.prefix;
    const head =
      `${slowMark}${label}${stream}${marksText}Parent ${this.#pid} got [b'`;
    const tail = time === "" ? `']${mark}\n` : `'] as ${time}${mark}\n`;
    this.#head.set(head);
    this.#between.set(tail + head);
  }

  protected override write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void {
    const head = this.#head.length;
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    // A byte has at most 4 characters; a store can write 7 bytes too far.
    out.ensure(head + pieces * this.#between.length + (end - start) * 4 + 8);
    const { bytes, view } = out;
    let at = this.#head.store(view, out.length);
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
      const tail = at;
      at = this.#between.store(view, at);
      if (double) bytes[tail] = DOUBLE;
      from = to;
    } while (from < end);
    out.length = at - head;
  }
}
