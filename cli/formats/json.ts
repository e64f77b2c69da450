import {
  type LineBuffer,
  storeAscii,
  StoredText,
  storeInteger,
} from "./store.ts";
import type { LineArrival } from "../arrival.ts";
import type { FormatOptions } from "./formats.ts";
import { isHidden } from "../../src/text_safety.ts";
import { LineFormat } from "./line_format.ts";
import { decodeAt, safeJson, utf8Length } from "./escape.ts";

/** The longest spelling of a byte, `\u001b`. */
const BYTE_ROOM = 6;
/** Two integers of at most 16 digits, and up to 7 bytes that are overwritten. */
const LINE_ROOM = 40;

const SIZE = new StoredText(`,"size":`);
const TEXT = new StoredText(`,"text":"`);
const BASE64 = new StoredText(`,"base64":"`);
const TAIL = new StoredText(`"}\n`);

/** The spelling of each byte of ASCII in a JSON string, and its length. */
const SPELLINGS = new Float64Array(128);
const LENGTHS = new Uint8Array(128);
const spellings = new DataView(SPELLINGS.buffer);
for (let byte = 0; byte < 128; byte++) {
  LENGTHS[byte] = storeAscii(spellings, byte * 8, spell(byte)) - byte * 8;
}

/** The spelling of a code point inside a JSON string. */
function spell(codePoint: number): string {
  return safeJson(String.fromCodePoint(codePoint)).slice(1, -1);
}

/**
 * `json`: one object a line, `{"time":…,"stream":"out","offset":0,"size":6,"text":"Spam 0"}`.
 *
 * `offset` and `size` count bytes of the stream. `text` has the bytes if they are
 * valid UTF-8, else `base64` has them (RFC 4648, padded). `time` is a number of
 * seconds, with `iso` a string. If asked for, `label`, `slow` and `unfinished`
 * (only if true), and `read`, `full` and `cut` (of `marks`) come first. What could
 * act on a terminal is escaped (RFC 8259).
 */
export class JsonFormat extends LineFormat {
  readonly #offsets = { in: 0, out: 0, err: 0 };
  readonly #label: string;
  readonly #time: FormatOptions["time"];
  readonly #head = new StoredText();

  constructor(options: FormatOptions) {
    // With escapes of colour, the line would not be JSON.
    super({ ...options, color: false });
    this.#time = options.time;
    this.#label = options.label ? `"label":${safeJson(options.label)},` : "";
  }

  seek(stream: LineArrival["stream"], offset: number): void {
    this.#offsets[stream] = offset;
  }

  protected override rebuild(): void {
    const { isSlow, isUnfinished, source, time, marks } = this.prefix;
    const fields = [`{${this.#label}`];
    if (isSlow) fields.push('"slow":true,');
    if (isUnfinished) fields.push('"unfinished":true,');
    if (time) {
      fields.push(`"time":${this.#time === "iso" ? `"${time}"` : time},`);
    }
    if (marks?.isKnown) {
      const { read, full, cut } = marks;
      fields.push(`"read":${read},"full":${full},"cut":${cut},`);
    }
    fields.push(`"stream":"${source}","offset":`);
    this.#head.set(fields.join(""));
  }

  protected override write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void {
    const { source } = this.prefix;
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    const names = SIZE.length + BASE64.length + TAIL.length;
    out.ensure(
      pieces * (this.#head.length + names + LINE_ROOM) +
        (end - start) * BYTE_ROOM,
    );
    const { view } = out;
    let at = out.length;
    let offset = this.#offsets[source];
    let from = start;
    do {
      const to = Math.min(from + size, end);
      at = this.#head.store(view, at);
      at = storeInteger(view, at, offset);
      at = SIZE.store(view, at);
      at = storeInteger(view, at, to - from);
      const payload = storeString(
        out,
        TEXT.store(view, at),
        chunk,
        from,
        to,
      );
      at = payload >= 0
        ? payload
        : storeBase64(out, BASE64.store(view, at), chunk, from, to);
      at = TAIL.store(view, at);
      offset += to - from;
      from = to;
    } while (from < end);
    this.#offsets[source] = offset;
    out.length = at;
  }
}

/**
 * Stores UTF-8 as the inside of a JSON string; returns the index after it, or
 * -1 if it is not valid UTF-8.
 */
function storeString(
  out: LineBuffer,
  start: number,
  chunk: Uint8Array,
  from: number,
  to: number,
): number {
  const { bytes, view } = out;
  let at = start;
  let i = from;
  while (i < to) {
    const byte = chunk[i]!;
    if (byte < 0x80) {
      view.setFloat64(at, SPELLINGS[byte]!, true);
      at += LENGTHS[byte]!;
      i++;
      continue;
    }
    const codePoint = decodeAt(chunk, i, to);
    if (codePoint < 0) return -1;
    const length = utf8Length(codePoint);
    if (isHidden(codePoint)) {
      at = storeAscii(view, at, spell(codePoint));
    } else {
      for (let j = 0; j < length; j++) bytes[at + j] = chunk[i + j]!;
      at += length;
    }
    i += length;
  }
  return at;
}

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 0x3d;
/** From this size on, `toBase64` of the platform is faster than our table. */
const PLATFORM_BYTES = 1024;
const encoder = new TextEncoder();

/** The two digits of each 12-bit number, as a little-endian number. */
const PAIRS = new Uint16Array(4096);
for (let i = 0; i < PAIRS.length; i++) {
  PAIRS[i] = ALPHABET.charCodeAt(i & 63) << 8 | ALPHABET.charCodeAt(i >> 6);
}

/**
 * Stores `bytes[from, to)` as base64 with padding (RFC 4648, section 4);
 * returns the index after it.
 */
function storeBase64(
  { bytes: target, view }: LineBuffer,
  start: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  if (to - from >= PLATFORM_BYTES) {
    const text = bytes.subarray(from, to).toBase64();
    return start + encoder.encodeInto(text, target.subarray(start)).written;
  }
  let at = start;
  let i = from;
  for (; i + 2 < to; i += 3, at += 4) {
    const bits = bytes[i]! << 16 | bytes[i + 1]! << 8 | bytes[i + 2]!;
    view.setUint16(at, PAIRS[bits >> 12]!, true);
    view.setUint16(at + 2, PAIRS[bits & 4095]!, true);
  }
  if (i === to) return at;
  const bits = bytes[i]! << 16 | (i + 1 < to ? bytes[i + 1]! << 8 : 0);
  view.setUint16(at, PAIRS[bits >> 12]!, true);
  view.setUint16(at + 2, PAIRS[bits & 4095]!, true);
  if (i + 1 === to) view.setUint8(at + 2, PAD);
  view.setUint8(at + 3, PAD);
  return at + 4;
}
