import { ESC, MAX_SGR_BYTES, sgrLength, Style, STYLE_ROOM } from "./ansi.ts";
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
import type { LineArrival } from "../arrival.ts";
import type { FormatOptions } from "./formats.ts";
import { isHidden } from "../../src/text_safety.ts";
import { type LineBuffer, StoredText } from "./store.ts";
import { LineFormat } from "./line_format.ts";

const { words: WORDS, infos: INFOS } = createEscapeTable((byte) =>
  byte === 0x5c || byte === 0x09 ? String.fromCharCode(byte) : spellByte(byte)
);

/** In {@linkcode INFOS} for ESC: the byte is looked at, as those above ASCII. */
const LOOKED_AT = 0x80;
const SGR_INFOS = INFOS.with(ESC, INFOS[ESC]! | LOOKED_AT);

/** What is remembered of a stream between two pieces. */
class TextStream {
  /** The start of a character or of a colour whose end has not arrived. */
  readonly held = new Uint8Array(MAX_SGR_BYTES);
  heldBytes = 0;
  readonly style = new Style();
}

/**
 * `text`: time, stream and the text, decoded as UTF-8 across slices.
 *
 * A character that is cut by slices is written whole, in the slice of its last
 * byte. What could act on a terminal is escaped: `\n`, `\r`, `\xNN` for other
 * control characters of ASCII and for each byte that is not UTF-8, `\u{HEX}` for
 * the code points of {@linkcode isHidden}. A tab and a backslash are as they are,
 * so the bytes cannot always be rebuilt: `seed` and `json` are for that. SGR
 * sequences can be kept, with a reset at the end of the line, or left out.
 */
export class TextFormat extends LineFormat {
  readonly #frames: boolean;
  readonly #ansi: NonNullable<FormatOptions["ansi"]>;
  readonly #infos: Uint8Array;
  readonly #streams = {
    in: new TextStream(),
    out: new TextStream(),
    err: new TextStream(),
  };
  readonly #head = new StoredText();
  readonly #between = new StoredText();

  constructor(options: FormatOptions) {
    super(options);
    this.#frames = options.frames ?? false;
    this.#ansi = options.ansi ?? "show";
    this.#infos = this.#ansi === "show" ? INFOS : SGR_INFOS;
  }

  /** Appends the bytes of a character that stayed incomplete, as a line. */
  end(out: LineBuffer, arrival: LineArrival): void {
    const stream = this.#streams[arrival.stream];
    if (stream.heldBytes === 0) return;
    const bytes = stream.held.slice(0, stream.heldBytes);
    stream.heldBytes = 0;
    this.nextLine(arrival);
    this.#write(out, bytes, 0, bytes.length, bytes.length, true);
  }

  protected override rebuild(): void {
    const { slowMark, label, time, stream, marksText, tail } = this.prefix;
    const head = `${slowMark}${label}${
      time && time + " "
    }${stream}${marksText}`;
    this.#head.set(head);
    this.#between.set(`${tail}\n${head}`);
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
    const stream = this.#streams[this.prefix.source];
    const { style } = stream;
    const infos = this.#infos;
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    const around = this.#between.length +
      (this.#ansi === "keep" ? STYLE_ROOM : 0);
    // A byte has at most 4 characters, and some bytes can be held.
    out.ensure(
      this.#head.length + pieces * around +
        (end - start + MAX_SGR_BYTES) * 4 + 8,
    );
    const { view } = out;
    let at = this.#head.store(view, out.length);
    let from = start;
    do {
      const to = Math.min(from + size, end);
      at = style.begin(view, at);
      const payload = at;
      let seen = stream.heldBytes > 0 ? LOOKED_AT : 0;
      for (let i = from; i < to; i++) {
        const byte = chunk[i]!;
        const info = infos[byte]!;
        view.setUint32(at, WORDS[byte]!, true);
        seen |= byte | info;
        at += info & LENGTH_MASK;
      }
      // First written as ASCII, with no branch; again if a byte needs a look.
      if (seen >= LOOKED_AT) {
        at = this.#storeMixed(out, payload, chunk, from, to, stream, whole);
      }
      at = style.end(view, at);
      at = this.#between.store(view, at);
      from = to;
    } while (from < end);
    out.length = at - this.#head.length;
  }

  /**
   * Stores bytes that are not all ASCII, or have escapes; returns the index after
   * them. What is incomplete at their end is held, unless they are a `whole`
   * message.
   */
  #storeMixed(
    out: LineBuffer,
    start: number,
    chunk: Uint8Array,
    from: number,
    to: number,
    stream: TextStream,
    whole: boolean,
  ): number {
    let at = start;
    let i = from;
    if (stream.heldBytes > 0) {
      const { held } = stream;
      i = this.#refill(stream, chunk, from, to);
      const size = stream.heldBytes;
      const isWhole = this.#lengthAt(held, 0, size) === size;
      // Nothing has come that says what it is.
      if (!isWhole && i === to && !whole) return start;
      stream.heldBytes = 0;
      if (isWhole) at = this.#storeOne(out, at, held, 0, size, stream.style);
      else for (let j = 0; j < size; j++) at = storeByte(out, at, held[j]!);
    }
    const { bytes, view } = out;
    const looksAtEsc = this.#ansi !== "show";
    while (i < to) {
      const byte = chunk[i]!;
      // Not by lengthAt(), which would decode each character twice.
      const found = byte === ESC && looksAtEsc
        ? sgrLength(chunk, i, to)
        : byte < 0xc2
        ? INVALID
        : decodeAt(chunk, i, to);
      if (found === INVALID || (found === INCOMPLETE && whole)) {
        view.setUint32(at, WORDS[byte]!, true);
        at += INFOS[byte]! & LENGTH_MASK;
        i++;
      } else if (found === INCOMPLETE) {
        stream.held.set(chunk.subarray(i, to));
        stream.heldBytes = to - i;
        break;
      } else if (byte === ESC) {
        at = this.#storeOne(out, at, chunk, i, found, stream.style);
        i += found;
      } else {
        const length = utf8Length(found);
        if (isHidden(found)) at = storeCodePoint(view, at, found);
        else for (let j = 0; j < length; j++) bytes[at++] = chunk[i + j]!;
        i += length;
      }
    }
    return at;
  }

  /** How many bytes belong together from `bytes[at]` on; or why they do not. */
  #lengthAt(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at]!;
    if (byte === ESC && this.#ansi !== "show") return sgrLength(bytes, at, end);
    if (byte < 0x80) return 1;
    const codePoint = decodeAt(bytes, at, end);
    return codePoint < 0 ? codePoint : utf8Length(codePoint);
  }

  /** Stores a character, or the colour that is kept; returns the index after. */
  #storeOne(
    out: LineBuffer,
    start: number,
    bytes: Uint8Array,
    from: number,
    length: number,
    style: Style,
  ): number {
    if (length === 1) return storeByte(out, start, bytes[from]!);
    const isSgr = bytes[from] === ESC;
    if (isSgr && this.#ansi === "strip") return start;
    if (isSgr) style.take(bytes, from, length);
    else {
      const codePoint = decodeAt(bytes, from, from + length);
      if (isHidden(codePoint)) {
        return storeCodePoint(out.view, start, codePoint);
      }
    }
    for (let j = 0; j < length; j++) out.bytes[start + j] = bytes[from + j]!;
    return start + length;
  }

  /**
   * Adds bytes to what is held until it is complete, or until a byte does not
   * belong to it; returns the index of the first byte that was not added.
   */
  #refill(
    stream: TextStream,
    chunk: Uint8Array,
    from: number,
    to: number,
  ): number {
    const { held } = stream;
    for (let i = from; i < to; i++) {
      const size = stream.heldBytes;
      if (size === held.length) return i;
      held[size] = chunk[i]!;
      const length = this.#lengthAt(held, 0, size + 1);
      if (length === INVALID) return i;
      stream.heldBytes = size + 1;
      if (length >= 0) return i + 1;
    }
    return to;
  }
}

/** Stores the spelling of a byte that is no character; the index after it. */
function storeByte({ view }: LineBuffer, at: number, byte: number): number {
  view.setUint32(at, WORDS[byte]!, true);
  return at + (INFOS[byte]! & LENGTH_MASK);
}
