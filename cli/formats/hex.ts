import { type LineBuffer, storeAscii, StoredText } from "./store.ts";
import type { LineArrival } from "../arrival.ts";
import { LineFormat } from "./line_format.ts";

const ROW_BYTES = 16;
/** Columns of a row from the end of its offset to the first `|`. */
const HEX_COLUMNS = 52;
/** A row without its head: the longest offset, the columns, `|…|` and slack. */
const ROW_ROOM = 14 + HEX_COLUMNS + 1 + ROW_BYTES + 2 + 8;
const SPACE = 0x20;
const BAR = 0x7c;
const NEWLINE = 0x0a;

/** Two hex digits of each byte, as a little-endian number. */
const DIGITS = new Uint16Array(256);
/** Two hex digits and two spaces of each byte. */
const COLUMNS = new Uint32Array(256);
/** The character for each byte in the right column. */
const PRINTABLE = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const digits = byte.toString(16).padStart(2, "0");
  const word = digits.charCodeAt(1) << 8 | digits.charCodeAt(0);
  DIGITS[byte] = word;
  COLUMNS[byte] = SPACE << 24 | SPACE << 16 | word;
  PRINTABLE[byte] = byte >= 0x20 && byte < 0x7f ? byte : 0x2e;
}

/**
 * `hex`: the columns of `hexdump -vC`: a running offset, sixteen bytes, and
 * what of them can be printed.
 *
 * Each stream has its own offset. A piece of more than 16 bytes has several
 * rows: the first has the time and the marks, each has the label and the stream.
 * The end of a stream that was not empty is a row with the offset alone. So the
 * log of `--time none --fill --slice 16` is what `hexdump -vC` prints.
 */
export class HexFormat extends LineFormat {
  readonly endIsExtra = true;
  readonly #offsets = { in: 0, out: 0, err: 0 };
  readonly #head = new StoredText();
  /** What is in front of the other rows of a piece, as wide as the head. */
  readonly #indent = new StoredText();

  /** Appends the last offset: the number of bytes of the stream. */
  end(out: LineBuffer, arrival: LineArrival): void {
    const offset = this.#offsets[arrival.stream];
    if (offset === 0) return;
    this.nextLine(arrival);
    out.ensure(this.#head.length + ROW_ROOM);
    let at = this.#head.store(out.view, out.length);
    at = storeOffset(out.view, at, offset);
    out.bytes[at++] = NEWLINE;
    out.length = at;
  }

  seek(stream: LineArrival["stream"], offset: number): void {
    this.#offsets[stream] = offset;
  }

  protected override rebuild(): void {
    const { slowMark, label, time, stream, marksText } = this.prefix;
    const { indent, isUnfinished } = this.prefix;
    // Behind a row is no room for it: its columns are those of hexdump.
    const mark = isUnfinished ? "… " : "";
    this.#head.set(
      `${slowMark}${label}${time && time + " "}${stream}${marksText}${mark}`,
    );
    this.#indent.set(indent + " ".repeat(mark.length));
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
    const rows = pieces * Math.max(1, Math.ceil(size / ROW_BYTES));
    const head = Math.max(this.#head.length, this.#indent.length);
    out.ensure(rows * (head + ROW_ROOM));
    let offset = this.#offsets[source] - start;
    let at = out.length;
    let from = start;
    do {
      const to = Math.min(from + size, end);
      at = this.#head.store(out.view, at);
      at = storeRow(out, at, chunk, from, to, offset + from);
      for (let row = from + ROW_BYTES; row < to; row += ROW_BYTES) {
        at = this.#indent.store(out.view, at);
        at = storeRow(out, at, chunk, row, to, offset + row);
      }
      from = to;
    } while (from < end);
    offset += end;
    this.#offsets[source] = offset;
    out.length = at;
  }
}

/** Stores one row of at most 16 bytes; returns the index after it. */
function storeRow(
  out: LineBuffer,
  start: number,
  chunk: Uint8Array,
  from: number,
  end: number,
  offset: number,
): number {
  const { bytes, view } = out;
  const length = Math.min(ROW_BYTES, end - from);
  let at = storeOffset(view, start, offset);
  let right = at + HEX_COLUMNS;
  if (length < ROW_BYTES) bytes.fill(SPACE, at, right);
  bytes[at] = SPACE;
  bytes[at + 1] = SPACE;
  bytes[right++] = BAR;
  // Each column overwrites the second space of the one before. It stays in the
  // middle and at the end, where hexdump has two spaces.
  at += 2;
  const middle = from + Math.min(ROW_BYTES / 2, length);
  for (let i = from; i < middle; i++, at += 3) {
    const byte = chunk[i]!;
    view.setUint32(at, COLUMNS[byte]!, true);
    bytes[right++] = PRINTABLE[byte]!;
  }
  at++;
  for (let i = middle; i < from + length; i++, at += 3) {
    const byte = chunk[i]!;
    view.setUint32(at, COLUMNS[byte]!, true);
    bytes[right++] = PRINTABLE[byte]!;
  }
  bytes[right++] = BAR;
  bytes[right++] = NEWLINE;
  return right;
}

/** Stores an offset in at least eight hex digits. */
export function storeOffset(
  view: DataView,
  at: number,
  offset: number,
): number {
  if (offset > 0xffffffff) {
    return storeAscii(view, at, offset.toString(16));
  }
  view.setUint16(at, DIGITS[offset >>> 24]!, true);
  view.setUint16(at + 2, DIGITS[offset >>> 16 & 255]!, true);
  view.setUint16(at + 4, DIGITS[offset >>> 8 & 255]!, true);
  view.setUint16(at + 6, DIGITS[offset & 255]!, true);
  return at + 8;
}
