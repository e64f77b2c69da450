import { LF } from "../bytes.ts";
import { encodeInto } from "../write/queue.ts";
import type { RecordedEvent, RecordedPiece } from "./event.ts";
import { BASE64_BYTES, eventLine, roundMs } from "./line.ts";

const ENCODER = new TextEncoder();

/** Most bytes of JSON text need no escape. */
const AS_IS = 0;
/** Escaped as `\u00XX`. */
const CONTROL = 1;
/** A byte of a character beyond ASCII. */
const BEYOND_ASCII = 2;

/** What becomes of a byte in a JSON string; above 2 the letter behind `\`. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(CONTROL, 0, 0x20);
ESCAPES.fill(BEYOND_ASCII, 0x80);
for (
  const [byte, letter] of ['""', "\\\\", "\bb", "\tt", "\nn", "\ff", "\rr"]
) {
  ESCAPES[byte!.charCodeAt(0)] = letter!.charCodeAt(0);
}

const HEX_DIGITS = ENCODER.encode("0123456789abcdef");

/**
 * Lines that are collected to be written together: a buffer that grows.
 *
 * The text of a piece is escaped from bytes to bytes. By a string and
 * `JSON.stringify` it would take two to three times as long.
 */
export class EventBuffer {
  /** How many bytes are collected. Setting it drops what stands behind. */
  length = 0;
  #bytes = new Uint8Array(65_536);

  /** What is collected, as a view that the next change overwrites. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Empties it, and keeps its memory. */
  reset(): void {
    this.length = 0;
  }

  /** Adds the line of an event, byte by byte as `eventLine` gives it. */
  add(event: RecordedEvent): void {
    if (event.kind === "piece") this.#addPiece(event);
    else this.addText(eventLine(event));
  }

  /** Adds a text. */
  addText(text: string): void {
    this.#ensure(text.length * 3);
    this.length = encodeInto(text, this.#bytes, this.length);
  }

  #addPiece({ ms, from, offset, bytes }: RecordedPiece): void {
    const before = this.length;
    const start = `{"ms":${roundMs(ms)},"from":"${from}","offset":${offset},`;
    if (bytes.length < BASE64_BYTES) {
      this.addText(start + '"text":"');
      // With the end of the line, which every text has.
      this.#ensure(bytes.length * 6 + 3);
      const end = storeText(bytes, this.#bytes, this.length);
      if (end !== undefined) {
        this.#bytes[end] = 0x22;
        this.#bytes[end + 1] = 0x7d;
        this.#bytes[end + 2] = LF;
        this.length = end + 3;
        return;
      }
      this.length = before;
    }
    this.addText(`${start}"base64":"${bytes.toBase64()}"}\n`);
  }

  #ensure(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.written());
    this.#bytes = grown;
  }
}

/**
 * Stores UTF-8 as the inside of a JSON string, as `JSON.stringify` escapes it.
 * There must be room for 6 times its length.
 *
 * @returns The index after it; `undefined` if the bytes are no UTF-8.
 */
function storeText(
  bytes: Uint8Array,
  target: Uint8Array,
  start: number,
): number | undefined {
  const { length } = bytes;
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    const escape = ESCAPES[byte]!;
    if (escape === AS_IS) {
      target[at++] = byte;
    } else if (escape > BEYOND_ASCII) {
      target[at] = 0x5c;
      target[at + 1] = escape;
      at += 2;
    } else if (escape === BEYOND_ASCII) {
      const size = characterSize(bytes, i);
      if (size === 0) return undefined;
      for (const end = i + size; i < end; i++) target[at++] = bytes[i]!;
      i--;
    } else {
      target.set([0x5c, 0x75, 0x30, 0x30], at); // \u00
      target[at + 4] = HEX_DIGITS[byte >> 4]!;
      target[at + 5] = HEX_DIGITS[byte & 15]!;
      at += 6;
    }
  }
  return at;
}

/** How many bytes a character beyond ASCII has (RFC 3629); 0 if it is none. */
export function characterSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isContinuation(second) || !isContinuation(bytes[at + 2])) return 0;
  if (first < 0xf0) {
    // Neither an overlong form nor half of a surrogate pair.
    if (first === 0xe0 && second < 0xa0) return 0;
    return first === 0xed && second > 0x9f ? 0 : 3;
  }
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return isContinuation(bytes[at + 3]) ? 4 : 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
