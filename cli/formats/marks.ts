import type { Arrival } from "../arrival.ts";
import { decodeAt, INCOMPLETE } from "./escape.ts";

/** The most bytes of an incomplete character. */
const INCOMPLETE_BYTES = 3;

/** The marks of a piece that is not known to be a slice of one read. */
const UNKNOWN = "    ";

/**
 * What `marks` tells about a slice, in three columns and a space.
 *
 * - `─` the slice was a whole read of the pipe; else `├` its first, `│` a
 *   middle and `└` its last slice: what one read gave hangs together.
 * - `█` the slice was full; `░` it was not, for the pipe was empty.
 * - `…` the slice ends within a character.
 */
export class Marks {
  /** Which read of its stream the slice came from, counted from 1. */
  read = 0;
  /** Whether the slice has as many bytes as were asked for. */
  full = false;
  /** Whether it ends within a character. */
  cut = false;
  /** All of it, to stand in a line. */
  text = UNKNOWN;
  readonly #reads = { out: 0, err: 0 };
  /** The last bytes of each stream, before the slice. */
  readonly #before = {
    out: new Uint8Array(0),
    err: new Uint8Array(0),
  };

  /** Turns to a piece of which nothing is known; true if that is a change. */
  clear(): boolean {
    const changed = this.isKnown;
    this.text = UNKNOWN;
    return changed;
  }

  /** Whether it is a slice of one read, so that the rest means anything. */
  get isKnown(): boolean {
    return this.text !== UNKNOWN;
  }

  /**
   * Turns to `chunk[from, to)`, a slice of up to `size` bytes of one read; true
   * if anything has changed.
   */
  set(
    chunk: Uint8Array,
    from: number,
    to: number,
    size: number,
    stream: Arrival["stream"],
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

  /** The last bytes up to the end of the slice, also from slices before it. */
  #tail(
    chunk: Uint8Array,
    from: number,
    to: number,
    stream: Arrival["stream"],
  ): Uint8Array<ArrayBuffer> {
    const own = chunk.slice(Math.max(from, to - INCOMPLETE_BYTES), to);
    if (own.length === INCOMPLETE_BYTES) return own;
    const both = Uint8Array.of(...this.#before[stream], ...own);
    return both.slice(-INCOMPLETE_BYTES);
  }
}

/** Whether bytes, at most three, end within a character. */
function isCut(tail: Uint8Array): boolean {
  for (let at = 0; at < tail.length; at++) {
    if (decodeAt(tail, at, tail.length) === INCOMPLETE) return true;
  }
  return false;
}
