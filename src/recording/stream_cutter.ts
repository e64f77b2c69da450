import { CR, LF, NO_BYTES } from "../bytes.ts";
import { ByteBuffer } from "../read/byte_buffer.ts";
import type {
  BrokenReason,
  SessionBroken,
  SessionNoise,
  SessionSpan,
  SessionText,
} from "./session_item.ts";

/** How much of what could not be read is shown: the first 64 KiB. */
export const HEAD_BYTES = 65_536;

/** What a stretch of a stream is. */
export type CutKind =
  | { readonly kind: "frame" }
  | Pick<SessionText, "kind" | "isWhole">
  | Pick<SessionNoise, "kind" | "reason">
  | Pick<SessionBroken, "kind" | "reason" | "why" | "isRest">;

/** A stretch of a stream, and what it is. */
export type Cut = CutKind & Omit<SessionSpan, "index" | "from">;

/** Takes what is cut, in the order of the stream. */
export type TakeCut = (cut: Cut) => void;

/**
 * Cuts one stream by a rule, from pieces with gaps: each byte is in one cut.
 *
 * What a rule knows is in its subclass. Here is what all need: the bytes that
 * wait, where they stand and since when, and bytes that are dropped.
 *
 * Memory: one maximal frame and one piece, and 64 KiB of what is dropped.
 */
export abstract class StreamCutter {
  /** Where the next byte that was not cut stands in the stream. */
  protected offset = 0;
  /** What has come and was not cut. */
  protected readonly buffer = new ByteBuffer();
  /** The stream has ended, or the recording. */
  protected ending: "end" | "cut" | null = null;
  readonly #take: TakeCut;
  #ms = 0;
  /** When the first byte that was not cut had come. */
  #startMs = 0;
  #droppedBytes = 0;
  #head: Uint8Array = NO_BYTES;

  constructor(take: TakeCut) {
    this.#take = take;
  }

  /** Where the next byte of the stream stands that is still to come. */
  get position(): number {
    return this.offset + this.#droppedBytes + this.buffer.length;
  }

  /** What one read gave. */
  piece(bytes: Uint8Array, ms: number): void {
    if (this.buffer.length + this.#droppedBytes === 0) this.#startMs = ms;
    this.#ms = ms;
    this.buffer.append(bytes);
    this.run();
  }

  /** `bytes` of the stream are missing here. */
  gap(bytes: number, ms: number): void {
    this.#ms = ms;
    this.lose(bytes);
    this.offset += bytes;
    this.#startMs = ms;
  }

  /** The stream has ended, or the recording has: cuts what is left. */
  end(ms: number, ending: "end" | "cut"): void {
    this.#ms = ms;
    this.ending = ending;
    this.run();
  }

  /** Cuts all that can be cut of {@linkcode buffer}. */
  protected abstract run(): void;

  /** Cuts what is here, as `bytes` after it are missing. */
  protected abstract lose(bytes: number): void;

  /** Cuts `size` bytes, whose payload is `payload`. */
  protected cut(kind: CutKind, size: number, payload: Uint8Array): void {
    this.buffer.skip(size);
    this.give(kind, size, payload);
  }

  /** Cuts `size` bytes, all of them payload. */
  protected cutAll(kind: CutKind, size: number): void {
    this.cut(kind, size, this.buffer.view(size));
  }

  /** The same for bytes that are no longer in the buffer. */
  protected give(kind: CutKind, size: number, payload: Uint8Array): void {
    const { offset } = this;
    const startMs = this.#startMs;
    this.offset = offset + size;
    // What is left has come with the last piece.
    this.#startMs = this.#ms;
    this.#take({ ...kind, startMs, ms: this.#ms, offset, size, payload });
  }

  /** How many bytes were dropped since the last cut. */
  protected get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Drops `size` bytes, of which the first 64 KiB are kept. */
  protected drop(size: number): void {
    if (size === 0) return;
    const from = this.#droppedBytes;
    if (from === 0) this.#head = new Uint8Array(HEAD_BYTES);
    const room = Math.min(size, HEAD_BYTES - from);
    if (room > 0) this.#head.set(this.buffer.view(room), from);
    this.buffer.skip(size);
    this.#droppedBytes += size;
  }

  /** Cuts all that was dropped, if anything was. */
  protected cutDropped(kind: CutKind): void {
    const size = this.#droppedBytes;
    const payload = this.#head.slice(0, size);
    this.#droppedBytes = 0;
    this.#head = NO_BYTES;
    if (size > 0) this.give(kind, size, payload);
  }
}

/** A frame that could not be read. */
export function broken(
  reason: BrokenReason,
  why: string,
  isRest = false,
): CutKind {
  return { kind: "broken", reason, why, isRest };
}

/** What is said of a frame with a hole. */
export const HOLE = "bytes of it were not recorded";

/** What is said of a frame within which the stream or the recording ends. */
export function unfinished(ending: "end" | "cut"): CutKind {
  return broken(
    ending,
    ending === "end"
      ? "the stream ended within it"
      : "the recording stops within it",
  );
}

/** What is cut at a delimiter: lines of text, lines of JSON, or NUL-ended. */
export type DelimitedKind = "lines" | "json" | "nul";

/** Cuts a stream whose frames end with a delimiter of one byte. */
export class DelimitedStreamCutter extends StreamCutter {
  readonly #kind: DelimitedKind;
  readonly #delimiter: number;
  readonly #maxBytes: number;
  /** How many of the bytes that wait have no delimiter among them. */
  #searched = 0;
  /** Bytes before what waits are missing. */
  #hasHole = false;

  constructor(kind: DelimitedKind, maxBytes: number, take: TakeCut) {
    super(take);
    this.#kind = kind;
    this.#delimiter = kind === "nul" ? 0 : LF;
    this.#maxBytes = maxBytes;
  }

  protected override run(): void {
    const { buffer } = this;
    for (;;) {
      const from = buffer.start + this.#searched;
      const found = buffer.bytes.subarray(from, buffer.end)
        .indexOf(this.#delimiter);
      if (found < 0) break;
      this.#cutFrame(this.#shorten(this.#searched + found), 1);
      this.#searched = 0;
    }
    this.#searched = this.#shorten(buffer.length);
    if (this.ending !== null) this.#cutRest(this.ending);
  }

  /**
   * Cuts or drops what of the first `length` bytes is more than a frame may
   * have; returns how many are left of them.
   */
  #shorten(length: number): number {
    if (this.#kind !== "lines") {
      if (this.droppedBytes === 0 && !this.#isLong(length)) return length;
      this.drop(length);
      return 0;
    }
    let left = length;
    while (this.#isLong(left)) {
      const size = characterEnd(this.buffer.view(left), this.#maxBytes);
      this.cutAll({ kind: "text", isWhole: false }, size);
      left -= size;
    }
    return left;
  }

  #isLong(length: number): boolean {
    if (length !== this.#maxBytes + 1 || this.#kind === "nul") {
      return length > this.#maxBytes;
    }
    // A CR can belong to the delimiter after it.
    return this.buffer.bytes[this.buffer.start + length - 1] !== CR;
  }

  /** Cuts a frame that ends after `length` bytes with a delimiter. */
  #cutFrame(length: number, delimiterBytes: number): void {
    const size = length + delimiterBytes;
    if (this.droppedBytes > 0) {
      this.drop(size);
      this.#cutLong();
    } else {
      const { bytes, start } = this.buffer;
      const hasReturn = this.#kind !== "nul" && length > 0 &&
        delimiterBytes > 0 && bytes[start + length - 1] === CR;
      const payload = this.buffer.view(hasReturn ? length - 1 : length);
      this.cut(this.#kindOf(payload), size, payload);
    }
    this.#hasHole = false;
  }

  #kindOf(payload: Uint8Array): CutKind {
    if (this.#kind === "lines") return { kind: "text", isWhole: true };
    // The hole may have ended where this frame began: its text tells.
    const isDoubtful = this.#hasHole &&
      (this.#kind === "nul" || !isJsonText(payload));
    return isDoubtful ? broken("gap", HOLE, true) : { kind: "frame" };
  }

  #cutLong(): void {
    const why = `it has more than ${this.#maxBytes} bytes`;
    this.cutDropped(
      this.#hasHole ? broken("gap", HOLE, true) : broken("long", why),
    );
  }

  #cutRest(ending: "end" | "cut"): void {
    const { length } = this.buffer;
    if (this.droppedBytes > 0) {
      this.drop(length);
      this.#cutLong();
    } else if (length > 0) {
      const payload = this.buffer.view(length);
      const isWhole = this.#kind === "lines" ||
        (this.#kind === "json" && isJsonText(payload));
      if (isWhole) {
        this.#cutFrame(length, 0);
      } else if (this.#kind === "json" && !isOpening(payload[0]!)) {
        // It does not begin like a message: a print without an end of line.
        this.cutAll({ kind: "noise", reason: "json" }, length);
      } else {
        this.cutAll(unfinished(ending), length);
      }
    }
    this.#searched = 0;
  }

  protected override lose(): void {
    const { length } = this.buffer;
    if (this.droppedBytes > 0) {
      this.drop(length);
      this.#cutLong();
    } else if (length > 0) {
      const kind: CutKind = this.#kind === "lines"
        ? { kind: "text", isWhole: false }
        : broken("gap", HOLE);
      this.cutAll(kind, length);
    }
    this.#searched = 0;
    this.#hasHole = true;
  }
}

/** Whether the bytes begin like a JSON object or a JSON array. */
function isOpening(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The JSON value of the bytes; `undefined` if they are none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whether the bytes are a JSON object or array: a part of one is neither. */
export function isJsonText(bytes: Uint8Array): boolean {
  const value = parseJson(bytes);
  return typeof value === "object" && value !== null;
}

/** The largest size up to `max` at which no character is cut in two. */
function characterEnd(bytes: Uint8Array, max: number): number {
  for (let back = 0; back <= 3 && back < max; back++) {
    const byte = bytes[max - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return size > back ? max - back : max;
  }
  return max;
}
