import { INCOMPLETE, INVALID } from "./escape.ts";
import { storeAscii } from "./store.ts";

/** The byte that every escape sequence begins with. */
export const ESC = 0x1b;

/** A longer sequence is taken for none: the longest that colours need has 50. */
export const MAX_SGR_BYTES = 64;

const RESET = "\x1b[0m";

/** The most bytes that {@linkcode Style} stores before and after a line. */
export const STYLE_ROOM = 96 + RESET.length;

/**
 * How many bytes the SGR sequence has that starts at `bytes[at]` (ECMA-48,
 * 8.3.117), {@linkcode INVALID} or {@linkcode INCOMPLETE}.
 *
 * `ESC [`, numbers from 0 to 255 with `;` between them, `m`: nothing else. A
 * private marker, an intermediate byte or a colon makes it another sequence to
 * some terminal.
 */
export function sgrLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 < end && bytes[at + 1] !== 0x5b) return INVALID;
  const last = Math.min(end, at + MAX_SGR_BYTES);
  let value = 0;
  for (let i = at + 2; i < last; i++) {
    const byte = bytes[i]!;
    if (byte === 0x6d) return i + 1 - at;
    if (byte === 0x3b) value = 0;
    else if (byte < 0x30 || byte > 0x39) return INVALID;
    else value = value * 10 + byte - 0x30;
    if (value > 255) return INVALID;
  }
  return end < at + MAX_SGR_BYTES ? INCOMPLETE : INVALID;
}

/** What each number that ends something ends. */
const ENDS: Readonly<Record<number, readonly string[]>> = {
  22: ["1", "2"],
  23: ["3"],
  24: ["4", "21"],
  25: ["5", "6"],
  27: ["7"],
  28: ["8"],
  29: ["9"],
  39: ["38"],
  49: ["48"],
  55: ["53"],
  59: ["58"],
};

/** The numbers that begin something and have no parameters of their own. */
const BEGINS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 53]);

/**
 * The colours and styles that a stream has set and not reset.
 *
 * A log line ends with a reset, so that nothing of it reaches the next line,
 * which may be of another stream. The next line of this stream sets them again.
 * Each property is kept once: the memory is bounded.
 */
export class Style {
  readonly #set = new Map<string, string>();
  #hasOther = false;
  #begin = "";

  /** Takes the sequence of `length` bytes at `bytes[at]`. */
  take(bytes: Uint8Array, at: number, length: number): void {
    const text = String.fromCharCode(
      ...bytes.subarray(at + 2, at + length - 1),
    );
    const numbers = text.split(";").map(Number);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!;
      if (number === 38 || number === 48 || number === 58) {
        const size = numbers[i + 1] === 5 ? 3 : numbers[i + 1] === 2 ? 5 : 1;
        const whole = numbers.slice(i, i + size);
        if (size > 1 && whole.length === size) {
          this.#set.set(String(number), whole.join(";"));
        }
        i += size - 1;
      } else this.#takeOne(number);
    }
    const words = [...this.#set.values()];
    this.#begin = words.length === 0 ? "" : `\x1b[${words.join(";")}m`;
  }

  #takeOne(number: number): void {
    const isDark = number >= 30 && number <= 47;
    const isBright = number >= 90 && number <= 107;
    if (number === 0) {
      this.#set.clear();
      this.#hasOther = false;
    } else if (ENDS[number] !== undefined) {
      for (const name of ENDS[number]) this.#set.delete(name);
    } else if (BEGINS.has(number)) this.#set.set(`${number}`, `${number}`);
    else if ((isDark || isBright) && number % 10 < 8) {
      const isText = Math.floor(number / 10) % 2 === 1;
      this.#set.set(isText ? "38" : "48", `${number}`);
    } else this.#hasOther = true;
  }

  /** Stores what sets the style again; returns the index after it. */
  begin(view: DataView, at: number): number {
    return this.#begin === "" ? at : storeAscii(view, at, this.#begin);
  }

  /** Stores the reset if anything is set; returns the index after it. */
  end(view: DataView, at: number): number {
    return this.#begin === "" && !this.#hasOther
      ? at
      : storeAscii(view, at, RESET);
  }
}
