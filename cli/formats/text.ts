import {
  createEscapeTable,
  decodeAt,
  INCOMPLETE,
  INVALID,
  LENGTH_MASK,
  spellByte,
  storeCodePoint,
  utf8Length,
} from "./escape.ts";
import type { Arrival } from "../arrival.ts";
import type { FormatOptions } from "./format.ts";
import { isHidden } from "../../src/text_safety.ts";
import { type LineBuffer, StoredText } from "./store.ts";
import { LineFormat } from "./line_format.ts";

const { words: WORDS, infos: INFOS } = createEscapeTable(spellByte);

/** The start of a character whose other bytes have not arrived yet. */
interface Held {
  readonly bytes: Uint8Array;
  length: number;
}

/**
 * `text`: time, stream and the text, decoded as UTF-8 across slices.
 *
 * A character that is cut by slices is written whole, in the slice of its last
 * byte. What could act on a terminal is escaped, and the bytes can be rebuilt:
 * `\\`, `\t`, `\n`, `\r`, `\xNN` for other control characters of ASCII and for
 * each byte that is not UTF-8, `\u{HEX}` for the code points of
 * {@linkcode isHidden}.
 */
export class TextFormat extends LineFormat {
  readonly #frames: boolean;
  readonly #held = {
    out: { bytes: new Uint8Array(4), length: 0 },
    err: { bytes: new Uint8Array(4), length: 0 },
  };
  readonly #head = new StoredText();
  readonly #between = new StoredText();

  constructor(options: FormatOptions) {
    super(options);
    this.#frames = options.frames ?? false;
  }

  /** Appends the bytes of a character that stayed incomplete, as a line. */
  end(out: LineBuffer, arrival: Arrival): void {
    const held = this.#held[arrival.stream];
    if (held.length === 0) return;
    const bytes = held.bytes.slice(0, held.length);
    held.length = 0;
    this.nextLine(arrival);
    this.#write(out, bytes, 0, bytes.length, bytes.length, true);
  }

  protected override rebuild(): void {
    const { slowMark, label, time, stream, marksText } = this.prefix;
    const head = `${slowMark}${label}${
      time && time + " "
    }${stream}${marksText}`;
    this.#head.set(head);
    this.#between.set("\n" + head);
  }

  protected override write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void {
    this.#write(out, chunk, start, end, size, this.#frames);
  }

  #write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    whole: boolean,
  ): void {
    const held = this.#held[this.prefix.source];
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    // A byte has at most 4 characters, and up to 3 bytes can be held.
    out.ensure(
      this.#head.length + pieces * this.#between.length +
        (end - start + 3) * 4 + 8,
    );
    const { view } = out;
    let at = this.#head.store(view, out.length);
    let from = start;
    do {
      const to = Math.min(from + size, end);
      const payload = at;
      let seen = held.length << 7;
      for (let i = from; i < to; i++) {
        const byte = chunk[i]!;
        view.setUint32(at, WORDS[byte]!, true);
        seen |= byte;
        at += INFOS[byte]! & LENGTH_MASK;
      }
      // First written as ASCII, with no branch; again if a byte was not ASCII.
      if (seen >= 0x80) {
        at = storeMixed(out, payload, chunk, from, to, held, whole);
      }
      at = this.#between.store(view, at);
      from = to;
    } while (from < end);
    out.length = at - this.#head.length;
  }
}

/**
 * Stores bytes that are not all ASCII; returns the index after them. An incomplete
 * character at their end is held, unless they are a `whole` message.
 */
function storeMixed(
  out: LineBuffer,
  start: number,
  chunk: Uint8Array,
  from: number,
  to: number,
  held: Held,
  whole: boolean,
): number {
  const { bytes, view } = out;
  let at = start;
  let i = from;
  if (held.length > 0) {
    i = refill(held, chunk, i, to);
    at = storeHeld(out, at, held, i < to);
  }
  while (i < to) {
    const byte = chunk[i]!;
    const codePoint = byte < 0xc2 ? INVALID : decodeAt(chunk, i, to);
    if (codePoint >= 0) {
      const length = utf8Length(codePoint);
      if (isHidden(codePoint)) at = storeCodePoint(view, at, codePoint);
      else for (let j = 0; j < length; j++) bytes[at++] = chunk[i + j]!;
      i += length;
    } else if (codePoint === INCOMPLETE && !whole) {
      while (i < to) held.bytes[held.length++] = chunk[i++]!;
    } else {
      view.setUint32(at, WORDS[byte]!, true);
      at += INFOS[byte]! & LENGTH_MASK;
      i++;
    }
  }
  return at;
}

/**
 * Adds bytes to a held character until it is complete, or until a byte does not
 * belong to it; returns the index of the first byte that was not added.
 */
function refill(held: Held, chunk: Uint8Array, from: number, to: number) {
  for (let i = from; i < to; i++) {
    held.bytes[held.length] = chunk[i]!;
    const codePoint = decodeAt(held.bytes, 0, held.length + 1);
    if (codePoint === INVALID) return i;
    held.length++;
    if (codePoint >= 0) return i + 1;
  }
  return to;
}

/** Stores a held character and forgets it; an incomplete one only if `more`. */
function storeHeld(
  out: LineBuffer,
  start: number,
  held: Held,
  more: boolean,
): number {
  const codePoint = decodeAt(held.bytes, 0, held.length);
  if (codePoint === INCOMPLETE && !more) return start;
  const { bytes, length } = held;
  held.length = 0;
  if (codePoint >= 0 && isHidden(codePoint)) {
    return storeCodePoint(out.view, start, codePoint);
  }
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    if (codePoint >= 0) out.bytes[at] = byte;
    else out.view.setUint32(at, WORDS[byte]!, true);
    at += codePoint >= 0 ? 1 : 4;
  }
  return at;
}
