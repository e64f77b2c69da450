import { CR, LF } from "../bytes.ts";
import {
  broken,
  type CutKind,
  HOLE,
  StreamCutter,
  type TakeCut,
  unfinished,
} from "./stream_cutter.ts";

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
