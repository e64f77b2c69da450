import { concat, CR, LF, NO_BYTES } from "../bytes.ts";
import type {
  RecordedEvent,
  RecordedGap,
  RecordedPiece,
  RecordedStream,
} from "./event.ts";
import { characterSize } from "./event_buffer.ts";
import { FrameEnds } from "./frame_ends.ts";

/** What may be held of a stream; each piece counts this much more. */
const MAX_HELD_BYTES = 1_048_576;
const PIECE_BYTES = 256;
const STAR = 0x2a;

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const UTF16_DECODER = new TextDecoder("utf-16le", { ignoreBOM: true });

/** Why a line or frame above the bound is missing. */
const WHY_TOO_LONG = "too long to be looked through for what is secret";

type Gap = { -readonly [Key in keyof RecordedGap]: RecordedGap[Key] };

/** A piece that is held: where it begins in the stream, and when it came. */
interface HeldPiece {
  readonly ms: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Blanks what matches a pattern in one stream of a recording.
 *
 * A pattern is looked for in a whole line, or in a whole frame where the
 * recording says that a stream has frames. The pieces that it came in are held
 * until it is whole. What matches becomes a `*` for each byte, so that every byte
 * keeps its place; line feeds stay.
 *
 * Nothing of a line or frame is kept that is not whole after 1 MiB, or that has
 * lost bytes to a gap: a half secret matches no pattern. It becomes a gap, up to
 * its end.
 */
export class PatternRedactor {
  readonly #from: RecordedStream;
  readonly #patterns: readonly RegExp[];
  readonly #frames: FrameEnds;
  /** What is held, in one piece: from the beginning of the first piece on. */
  #bytes: Uint8Array = NO_BYTES;
  #pieces: HeldPiece[] = [];
  /** Where in it the line or frame begins that is not whole. */
  #unit = 0;
  /** Up to where that was looked through for its end. */
  #searched = 0;
  /** What is being left out. */
  #gap: Gap | undefined;
  /** How much more that is; `undefined`: up to the end of a line. */
  #gapRest: number | undefined;

  /**
   * For a stream, what is secret in it, and where a frame of it ends, as the
   * recording's header says it.
   */
  constructor(
    from: RecordedStream,
    patterns: readonly RegExp[],
    frame: string,
  ) {
    this.#from = from;
    // The place that an expression has reached is its own, and not shared.
    this.#patterns = patterns.map(({ source, flags }) =>
      new RegExp(source, flags.replace(/[gy]/g, "") + "g")
    );
    // What is said on stderr beside frames is text, whatever frames they are.
    this.#frames = new FrameEnds(from === "err" ? "lines" : frame);
  }

  /** Takes the next piece; gives what can be written by now. */
  piece(piece: RecordedPiece): RecordedEvent[] {
    const given: RecordedEvent[] = [];
    const { ms, offset, bytes } = piece;
    const start = this.#gap === undefined ? 0 : this.#leaveOut(bytes, given);
    if (start === bytes.length) return given;
    const length = bytes.length - start;
    this.#pieces.push({ ms, offset: offset + start, length });
    this.#bytes = concat([this.#bytes, bytes.subarray(start)]);
    this.#blankWhole();
    this.#giveWhole(given);
    if (this.#heldBytes > MAX_HELD_BYTES) {
      this.#split(given);
      if (this.#heldBytes > MAX_HELD_BYTES) this.#beginGap(WHY_TOO_LONG);
    }
    return given;
  }

  /** Bytes of the stream are missing: what they were part of is no more whole. */
  gap(gap: RecordedGap): RecordedEvent[] {
    const given: RecordedEvent[] = [];
    this.#split(given);
    if (this.#gap === undefined) this.#beginGap(gap.why, gap.ms);
    this.#gap!.bytes += gap.bytes;
    if (this.#gapRest !== undefined && this.#gapRest >= gap.bytes) {
      this.#gapRest -= gap.bytes;
      if (this.#gapRest === 0) this.#endGap(given);
    } else {
      // Nobody knows where a frame begins behind it.
      this.#gapRest = undefined;
      this.#frames.fallBack();
    }
    return given;
  }

  /** No more will come, or not for a long time: what is held is whole. */
  end(): RecordedEvent[] {
    const given: RecordedEvent[] = [];
    this.#blank(this.#unit, this.#bytes.length);
    this.#unit = this.#bytes.length;
    this.#giveWhole(given);
    if (this.#gap !== undefined) this.#endGap(given);
    return given;
  }

  get #heldBytes(): number {
    return this.#bytes.length + this.#pieces.length * PIECE_BYTES;
  }

  /** Leaves out what belongs to the gap; returns where the rest begins. */
  #leaveOut(bytes: Uint8Array, given: RecordedEvent[]): number {
    let end = bytes.length;
    let isEnd = false;
    if (this.#gapRest === undefined) {
      const found = this.#frames.find(bytes, 0, 0);
      isEnd = found !== undefined;
      end = found ?? end;
    } else {
      isEnd = this.#gapRest <= end;
      end = Math.min(end, this.#gapRest);
      this.#gapRest -= end;
    }
    this.#gap!.bytes += end;
    if (isEnd) this.#endGap(given);
    return end;
  }

  /** What is held and not whole is left out, and what follows up to its end. */
  #beginGap(why: string, ms = 0): void {
    const bytes = this.#bytes.length;
    const first = this.#pieces[0]?.ms ?? ms;
    this.#gap = { kind: "gap", ms: first, from: this.#from, bytes, why };
    const { size } = this.#frames;
    this.#gapRest = size && bytes > 0 ? size - bytes : undefined;
    if (this.#gapRest === undefined) this.#frames.fallBack();
    this.#frames.size = undefined;
    this.#bytes = NO_BYTES;
    this.#pieces = [];
    this.#unit = this.#searched = 0;
  }

  #endGap(given: RecordedEvent[]): void {
    given.push(this.#gap!);
    this.#gap = undefined;
  }

  /** Blanks each line or frame that is whole now. */
  #blankWhole(): void {
    for (;;) {
      const end = this.#frames.find(this.#bytes, this.#unit, this.#searched);
      if (end === undefined) break;
      this.#blank(this.#unit, end);
      this.#unit = this.#searched = end;
    }
    this.#searched = this.#bytes.length;
  }

  /** Gives the pieces of which all is whole. */
  #giveWhole(given: RecordedEvent[]): void {
    let count = 0;
    let end = 0;
    for (const { ms, offset, length } of this.#pieces) {
      if (end + length > this.#unit) break;
      const bytes = this.#bytes.slice(end, end + length);
      given.push({ kind: "piece", ms, from: this.#from, offset, bytes });
      end += length;
      count++;
    }
    if (count === 0) return;
    this.#pieces = this.#pieces.slice(count);
    this.#forget(end);
  }

  /** Gives what is whole of the first piece that is held, as a piece. */
  #split(given: RecordedEvent[]): void {
    const first = this.#pieces[0];
    const length = this.#unit;
    if (first === undefined || length === 0) return;
    const { ms, offset } = first;
    const bytes = this.#bytes.slice(0, length);
    given.push({ kind: "piece", ms, from: this.#from, offset, bytes });
    const rest = { ms, offset: offset + length, length: first.length - length };
    this.#pieces[0] = rest;
    this.#forget(length);
  }

  #forget(count: number): void {
    this.#bytes = this.#bytes.slice(count);
    this.#unit -= count;
    this.#searched -= count;
  }

  /** Blanks what matches in one line or frame. */
  #blank(start: number, end: number): void {
    const unit = this.#bytes.subarray(start, end);
    let text = DECODER.decode(unit);
    // Else each byte is one character, also one that is no UTF-8.
    let places: Uint32Array | undefined;
    if (text.length !== unit.length) {
      ({ text, places } = decodeWithPlaces(unit));
    }
    const line = text.replace(/(\r?\n|\0)$/, "");
    for (const pattern of this.#patterns) {
      for (const match of line.matchAll(pattern)) {
        const from = match.index;
        const to = from + match[0].length;
        fillStars(unit.subarray(places?.[from] ?? from, places?.[to] ?? to));
      }
    }
  }
}

/**
 * Text, and the place in the bytes of each of its UTF-16 units and of its end. A
 * byte that belongs to no character is U+FFFD.
 */
function decodeWithPlaces(
  bytes: Uint8Array,
): { text: string; places: Uint32Array } {
  const units = new Uint16Array(bytes.length);
  const places = new Uint32Array(bytes.length + 1);
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const size = bytes[at]! < 0x80 ? 1 : characterSize(bytes, at);
    const end = at + Math.max(1, size);
    const code = size === 0 ? 0xfffd : codePointOf(bytes, at, size);
    places[count] = at;
    if (code < 0x10000) {
      units[count++] = code;
    } else {
      units[count++] = 0xd7c0 + (code >> 10);
      // The second half of a pair ends where the character does.
      places[count] = end;
      units[count++] = 0xdc00 + (code & 0x3ff);
    }
    at = end;
  }
  places[count] = bytes.length;
  const text = UTF16_DECODER.decode(units.subarray(0, count));
  return { text, places };
}

/** The code point of a character of so many bytes. */
function codePointOf(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at]!;
  let code = bytes[at]! & (0x7f >> size);
  for (let n = 1; n < size; n++) code = (code << 6) | (bytes[at + n]! & 0x3f);
  return code;
}

function fillStars(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== LF && bytes[at] !== CR) bytes[at] = STAR;
  }
}
