import {
  createEscapeTable,
  LENGTH_MASK,
  spellByte,
  storeCodePoint,
} from "./escape.ts";
import type { Arrival, FormatOptions } from "./format.ts";
import { isHidden } from "./hidden.ts";
import type { LineBuffer } from "./line_buffer.ts";
import { LineFormat } from "./line_format.ts";
import { decodeAt, INCOMPLETE, INVALID, utf8Length } from "./utf8.ts";
import { storeWords, wordsOf } from "./words.ts";

const { words: WORDS, infos: INFOS } = createEscapeTable(spellByte);

/** The start of a character whose other bytes have not arrived yet. */
interface Held {
  readonly bytes: Uint8Array;
  length: number;
}

/**
 * `text`: time, stream and the text, decoded as UTF-8 across slices.
 *
 * A character that a slice cuts is written whole, with the slice that ends it.
 * What could act on a terminal is escaped, and so that the bytes can be
 * rebuilt: `\\`, `\t`, `\n`, `\r`, `\xNN` for other control characters of ASCII
 * and for each byte that is not UTF-8, and `\u{HEX}` for the code points of
 * {@linkcode isHidden}.
 */
export class TextFormat extends LineFormat {
  readonly #frames: boolean;
  readonly #held = {
    out: { bytes: new Uint8Array(4), length: 0 },
    err: { bytes: new Uint8Array(4), length: 0 },
  };
  #head = wordsOf("");
  #between = wordsOf("");

  constructor(options: FormatOptions) {
    super(options);
    this.#frames = options.frames ?? false;
  }

  /** The first bytes of a character that never came are a line of their own. */
  end(out: LineBuffer, arrival: Arrival): void {
    const held = this.#held[arrival.stream];
    if (held.length === 0) return;
    const bytes = held.bytes.slice(0, held.length);
    held.length = 0;
    if (this.prefix.set(arrival)) this.prepare();
    this.#write(out, bytes, 0, bytes.length, bytes.length, true);
  }

  protected override prepare(): void {
    const { mark, label, time, stream } = this.prefix;
    const head = `${mark}${label}${time && time + " "}${stream}`;
    this.#head = wordsOf(head);
    this.#between = wordsOf("\n" + head);
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
    // A byte is at most 4 long, and up to 3 bytes may be held from before.
    out.ensure(
      this.#head.length + pieces * this.#between.length +
        (end - start + 3) * 4 + 8,
    );
    const { view } = out;
    let at = storeWords(view, out.length, this.#head);
    let from = start;
    do {
      const to = Math.min(from + size, end);
      let i = from;
      if (held.length > 0) {
        i = refill(held, chunk, i, to);
        at = storeHeld(out, at, held, i < to);
      }
      while (i < to) {
        const byte = chunk[i]!;
        if (byte < 0x80) {
          view.setUint32(at, WORDS[byte]!, true);
          at += INFOS[byte]! & LENGTH_MASK;
          i++;
        } else {
          // A call, so that this loop stays small and fast for ASCII.
          out.length = at;
          i = storeRun(out, chunk, i, to, whole ? undefined : held);
          at = out.length;
        }
      }
      at = storeWords(view, at, this.#between);
      from = to;
    } while (from < end);
    out.length = at - this.#head.length;
  }
}

/**
 * Appends the bytes above ASCII that start at `from`; returns the place of the
 * next that is ASCII, or `to`. An incomplete character at the end is held, or
 * shown as bytes if it must not be.
 */
function storeRun(
  out: LineBuffer,
  chunk: Uint8Array,
  from: number,
  to: number,
  held: Held | undefined,
): number {
  let at = out.length;
  let i = from;
  while (i < to && chunk[i]! >= 0x80) {
    const codePoint = decodeAt(chunk, i, to);
    if (codePoint >= 0) {
      at = storeCharacter(out, at, chunk, i, codePoint);
      i += utf8Length(codePoint);
    } else if (codePoint === INCOMPLETE && held !== undefined) {
      while (i < to) held.bytes[held.length++] = chunk[i++]!;
    } else {
      out.view.setUint32(at, WORDS[chunk[i++]!]!, true);
      at += 4;
    }
  }
  out.length = at;
  return i;
}

/**
 * Adds bytes to a held character until it is complete or the next byte cannot
 * belong to it; returns the place of the first byte that was not added.
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

/** Stores and forgets a held character: unless `more`, only a complete one. */
function storeHeld(
  out: LineBuffer,
  at: number,
  held: Held,
  more: boolean,
): number {
  const codePoint = decodeAt(held.bytes, 0, held.length);
  if (codePoint === INCOMPLETE && !more) return at;
  const { length } = held;
  held.length = 0;
  if (codePoint >= 0) return storeCharacter(out, at, held.bytes, 0, codePoint);
  for (let i = 0; i < length; i++) {
    out.view.setUint32(at + 4 * i, WORDS[held.bytes[i]!]!, true);
  }
  return at + 4 * length;
}

/** Stores the character at `bytes[from]`, escaped if it is a hidden one. */
function storeCharacter(
  out: LineBuffer,
  at: number,
  bytes: Uint8Array,
  from: number,
  codePoint: number,
): number {
  if (isHidden(codePoint)) return storeCodePoint(out.view, at, codePoint);
  const length = utf8Length(codePoint);
  for (let i = 0; i < length; i++) out.bytes[at + i] = bytes[from + i]!;
  return at + length;
}
