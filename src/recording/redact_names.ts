import { concat, CR, LF, NO_BYTES } from "../bytes.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const ZERO = 0x30;
const SPACE = 0x20;
const TAB = 0x09;
/** The letters behind a backslash that are white space: n, r, t. */
const WHITE_LETTERS: readonly number[] = [0x6e, 0x72, 0x74];
/** `…` in UTF-8. */
const ELLIPSIS: readonly number[] = [0xe2, 0x80, 0xa6];

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Where in a key or a value the stream is:
 *
 * - `"between"`: outside of both, or in a string that may be a key.
 * - `"afterKey"`: behind a key that is one of the names, in front of its colon.
 * - `"beforeValue"`: behind that colon.
 * - `"inEscape"`: in a value that has begun with backslashes.
 * - `"inText"`, `"inContainer"`, `"inWord"`: in a string, in an object or array,
 *   in a number, `true`, `false` or `null`.
 */
type Place =
  | "between"
  | "afterKey"
  | "beforeValue"
  | "inEscape"
  | "inText"
  | "inContainer"
  | "inWord";

/**
 * Blanks the values of JSON keys, as the bytes of one stream pass by.
 *
 * A value becomes `"…"` and as many spaces as it was longer: every byte keeps its
 * place, JSON stays JSON, and a length in front of it stays true. A value of
 * fewer bytes, or of which the piece has fewer, becomes `0` and spaces. Line
 * feeds and carriage returns stay: lines stay lines.
 *
 * No byte is held back, since the first byte of a value is enough to know that
 * it is one. The key may have come in pieces before.
 *
 * The stream is no JSON document: it has frames, noise and half messages. So
 * every two quotes that follow each other may have a key between them, wherever
 * they stand. JSON that was put into a JSON string is looked through as well. Its
 * quotes have a *level*, the number of times that it was put into a string: `"`
 * has level 0, `\"` level 1, `\\\"` level 2. Escaped backslashes in front make the
 * run longer; the level is the number of ones at the end of its length in binary.
 */
export class NameRedactor {
  readonly #names: ReadonlySet<string>;
  /** The sizes that a key without escapes can have. */
  readonly #sizes: ReadonlySet<number>;
  /** 1 for each byte that a key can begin with: most strings are none by it. */
  readonly #firsts = new Uint8Array(256);
  /** A key that is longer, with all its escapes, is none of the names. */
  readonly #maxKeyBytes: number;
  #place: Place = "between";
  /** The level of the key, or of the string that is its value. */
  #level = 0;
  /** How many brackets are open in a container. */
  #depth = 0;
  /** Whether the place in a container is inside a string. */
  #isInString = false;
  /** How many backslashes a value has begun with. */
  #escapes = 0;
  /** How many backslashes the pieces before end with. */
  #slashes = 0;
  /** The level of the last quote, if a key may stand behind it. */
  #openLevel: number | undefined;
  /** What came behind that quote, in the pieces before. */
  #tail: Uint8Array = NO_BYTES;

  /** `names` are those of the keys, without quotes. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    const encoded = names.map((name) => ENCODER.encode(name));
    const sizes = encoded.map(({ length }) => length);
    this.#sizes = new Set(sizes);
    this.#firsts[BACKSLASH] = 1;
    for (const name of encoded) this.#firsts[name[0]!] = 1;
    // Each byte as `\\\\u0061`: JSON in JSON in JSON.
    this.#maxKeyBytes = Math.max(0, ...sizes) * 16;
  }

  /** Blanks the values in the next bytes of the stream, in place. */
  redact(bytes: Uint8Array): void {
    // Counted before backslashes of a value are blanked.
    const slashes = this.#slashesBefore(bytes, bytes.length);
    for (let at = 0; at < bytes.length;) {
      if (this.#place === "between") at = this.#lookForKey(bytes, at);
      else if (this.#place === "afterKey") at = this.#lookForColon(bytes, at);
      else if (this.#place === "beforeValue") at = this.#begin(bytes, at);
      else at = this.#goOn(bytes, at);
    }
    this.#slashes = slashes;
  }

  /** Reads up to behind a key that is one of the names. */
  #lookForKey(bytes: Uint8Array, start: number): number {
    let open = start;
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] !== QUOTE) continue;
      const level = levelOf(this.#slashesBefore(bytes, at));
      const isKey = this.#openLevel === level &&
        this.#isName(bytes, open, at, level);
      this.#openLevel = level;
      this.#tail = NO_BYTES;
      open = at + 1;
      if (!isKey) continue;
      this.#place = "afterKey";
      this.#level = level;
      return open;
    }
    this.#keepTail(bytes.subarray(open));
    return bytes.length;
  }

  /** Keeps what may be the beginning of a key. */
  #keepTail(bytes: Uint8Array): void {
    if (this.#openLevel === undefined) return;
    if (this.#tail.length + bytes.length <= this.#maxKeyBytes) {
      this.#tail = concat([this.#tail, bytes]);
    } else {
      this.#openLevel = undefined;
      this.#tail = NO_BYTES;
    }
  }

  /** Whether a key that is looked for stands before the quote at `end`. */
  #isName(
    bytes: Uint8Array,
    start: number,
    end: number,
    level: number,
  ): boolean {
    const size = this.#tail.length + end - start - slashesOf(level);
    if (size < 0 || size > this.#maxKeyBytes) return false;
    const first = this.#tail.length > 0 ? this.#tail[0] : bytes[start];
    if (this.#firsts[first!] !== 1) return false;
    const isWhole = this.#tail.length === 0 && level === 0;
    if (isWhole && !this.#sizes.has(size)) {
      // With an escape it may be a name all the same.
      if (bytes.subarray(start, end).indexOf(BACKSLASH) === -1) return false;
    }
    const all = concat([this.#tail, bytes.subarray(start, end)]);
    let text = DECODER.decode(all.subarray(0, size));
    try {
      for (let n = 0; n <= level && text.includes("\\"); n++) {
        text = JSON.parse(`"${text}"`);
      }
    } catch {
      return false;
    }
    return this.#names.has(text);
  }

  /** Behind a key: white space and a colon, or it was none. */
  #lookForColon(bytes: Uint8Array, start: number): number {
    const at = skipBlanks(bytes, start);
    if (at === bytes.length) return at;
    // Else the quote that has ended this string may begin the next one.
    if (at > start || bytes[at] === COLON) this.#openLevel = undefined;
    this.#place = bytes[at] === COLON ? "beforeValue" : "between";
    return bytes[at] === COLON ? at + 1 : at;
  }

  /** Behind the colon: white space and a value, whose first byte says which. */
  #begin(bytes: Uint8Array, start: number): number {
    const at = skipBlanks(bytes, start);
    if (at === bytes.length) return at;
    const first = bytes[at]!;
    const isNone = first === BACKSLASH
      ? this.#level === 0
      // The string has ended that this JSON stands in.
      : first === QUOTE
      ? this.#level > 0
      : isEndOfWord(first);
    if (isNone) {
      this.#place = "between";
      return at;
    }
    this.#escapes = 0;
    this.#depth = 0;
    this.#isInString = false;
    this.#place = first === BACKSLASH
      ? "inEscape"
      : first === QUOTE
      ? "inText"
      : isOpening(first)
      ? "inContainer"
      : "inWord";
    const end = this.#endOfValue(bytes, first === QUOTE ? at + 1 : at);
    // Only now is it known which level a string has.
    writeBlank(bytes.subarray(at, end), slashesOf(this.#level));
    return end;
  }

  /** The value has begun in a piece before. */
  #goOn(bytes: Uint8Array, start: number): number {
    const end = this.#endOfValue(bytes, start);
    fillBlank(bytes.subarray(start, end));
    return end;
  }

  /** Where the value ends; where the piece ends, if it goes on. */
  #endOfValue(bytes: Uint8Array, start: number): number {
    const at = this.#place === "inEscape"
      ? this.#skipEscape(bytes, start)
      : start;
    if (this.#place === "inText") return this.#endOfText(bytes, at);
    if (this.#place === "inContainer") return this.#endOfContainer(bytes, at);
    if (this.#place === "inWord") return this.#endOfWord(bytes, at);
    return at;
  }

  /** Backslashes at the beginning: of a quote, or of escaped white space. */
  #skipEscape(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === BACKSLASH) {
        this.#escapes++;
      } else if (byte === QUOTE) {
        this.#place = "inText";
        this.#level = levelOf(this.#escapes);
        return at + 1;
      } else if (this.#escapes > 0 && WHITE_LETTERS.includes(byte)) {
        this.#escapes = 0;
      } else if (!isBlank(byte)) {
        this.#place = isOpening(byte) ? "inContainer" : "inWord";
        return at;
      }
    }
    return bytes.length;
  }

  #endOfText(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] !== QUOTE) continue;
      const level = levelOf(this.#slashesBefore(bytes, at));
      if (level === this.#level) return this.#close(at + 1);
      if (level < this.#level) return this.#closeBefore(start, at, level);
    }
    return bytes.length;
  }

  #endOfContainer(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        const level = levelOf(this.#slashesBefore(bytes, at));
        if (level < this.#level) return this.#closeBefore(start, at, level);
        if (level === this.#level) this.#isInString = !this.#isInString;
      } else if (this.#isInString) {
        continue;
      } else if (isOpening(byte)) {
        this.#depth++;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--this.#depth === 0) return this.#close(at + 1);
      }
    }
    return bytes.length;
  }

  #endOfWord(bytes: Uint8Array, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      if (isEndOfWord(bytes[at]!)) return this.#close(at);
    }
    return bytes.length;
  }

  #close(at: number): number {
    this.#place = "between";
    return at;
  }

  /** The string has ended that this JSON stands in: its quote is no value. */
  #closeBefore(start: number, quote: number, level: number): number {
    return this.#close(Math.max(start, quote - slashesOf(level)));
  }

  /** How many backslashes stand before a place, in the pieces before as well. */
  #slashesBefore(bytes: Uint8Array, at: number): number {
    let first = at;
    while (first > 0 && bytes[first - 1] === BACKSLASH) first--;
    return at - first + (first === 0 ? this.#slashes : 0);
  }
}

/** The level of a quote behind so many backslashes. */
function levelOf(slashes: number): number {
  let level = 0;
  for (let rest = slashes; rest % 2 === 1; rest = (rest - 1) / 2) level++;
  return level;
}

/** How many backslashes a quote of a level has of its own. */
function slashesOf(level: number): number {
  return 2 ** level - 1;
}

function isOpening(byte: number): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LF || byte === CR;
}

function isEndOfWord(byte: number): boolean {
  return isBlank(byte) || byte === COMMA || byte === COLON ||
    byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === QUOTE ||
    byte === BACKSLASH;
}

function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && isBlank(bytes[at]!)) at++;
  return at;
}

/** What stands instead of a value, in the piece in which it begins. */
function writeBlank(value: Uint8Array, slashes: number): void {
  const quote = [...Array<number>(slashes).fill(BACKSLASH), QUOTE];
  const text = [...quote, ...ELLIPSIS, ...quote];
  const covered = value.subarray(0, text.length);
  const fits = covered.length === text.length &&
    !covered.includes(LF) && !covered.includes(CR);
  if (fits) value.set(text);
  else value[0] = ZERO;
  fillBlank(value.subarray(fits ? text.length : 1));
}

function fillBlank(value: Uint8Array): void {
  for (let at = 0; at < value.length; at++) {
    if (value[at] !== LF && value[at] !== CR) value[at] = SPACE;
  }
}
