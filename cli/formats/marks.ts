import type { LineArrival } from "../arrival.ts";
import { decodeAt, INCOMPLETE } from "./escape.ts";

/** The largest number of bytes of an incomplete character. */
const INCOMPLETE_BYTES = 3;

/** The marks of a piece that is not a slice of one read. */
const UNKNOWN = "    ";

/**
 * The marks of a slice, in three columns and a space.
 *
 * - `─`: the slice was a whole read of the pipe. Otherwise `├` is the first, `│` a
 *   middle and `└` the last slice of a read.
 * - `█`: the slice was full. `░`: it was not, as the pipe was empty.
 * - `…`: the slice ends inside a character.
 */
export class Marks {
  /** Which read of its stream the slice came from, counted from 1. */
  read = 0;
  /** Whether the slice has its full size. */
  full = false;
  /** Whether it ends inside a character. */
  cut = false;
  /** The marks as text. */
  text = UNKNOWN;
  readonly #reads = { in: 0, out: 0, err: 0 };
  /** The last bytes of each stream, before the slice. */
  readonly #before = {
    in: new Uint8Array(0),
    out: new Uint8Array(0),
    err: new Uint8Array(0),
  };

  /** Begins a piece that is not a slice of a read; returns whether that changed. */
  clear(): boolean {
    const changed = this.isKnown;
    this.text = UNKNOWN;
    return changed;
  }

  /** Whether the piece is a slice of one read: else the marks mean nothing. */
  get isKnown(): boolean {
    return this.text !== UNKNOWN;
  }

  /**
   * Begins `chunk[from, to)`, a slice of up to `size` bytes of one read; returns
   * whether its marks differ from the previous ones.
   */
  set(
    chunk: Uint8Array,
    from: number,
    to: number,
    size: number,
    stream: LineArrival["stream"],
  ): boolean {
    const { read, text } = this;
    const first = from === 0;
    const last = to === chunk.length;
    if (first) this.#reads[stream]++;
    this.read = this.#reads[stream];
    this.full = to - from === size;
    const tail = this.#tail(chunk, from, to, stream);
    this.#before[stream] = tail;
    this.cut = isCut(tail);
    const place = first ? last ? "─" : "├" : last ? "└" : "│";
    this.text = `${place}${this.full ? "█" : "░"}${this.cut ? "…" : " "} `;
    return this.read !== read || this.text !== text;
  }

  /** The last bytes at the end of the slice, with those of the slices before. */
  #tail(
    chunk: Uint8Array,
    from: number,
    to: number,
    stream: LineArrival["stream"],
  ): Uint8Array<ArrayBuffer> {
    const own = chunk.slice(Math.max(from, to - INCOMPLETE_BYTES), to);
    if (own.length === INCOMPLETE_BYTES) return own;
    const both = Uint8Array.of(...this.#before[stream], ...own);
    return both.slice(-INCOMPLETE_BYTES);
  }
}

/** Whether these bytes, at most three, end inside a character. */
function isCut(tail: Uint8Array): boolean {
  for (let at = 0; at < tail.length; at++) {
    if (decodeAt(tail, at, tail.length) === INCOMPLETE) return true;
  }
  return false;
}
