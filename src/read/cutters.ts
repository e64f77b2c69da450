import { CR } from "../bytes.ts";
import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import { TooLongError, UnexpectedEndError } from "../errors.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import type { Delimiter } from "./read_options.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Cuts one thing off the front of a buffer.
 *
 * It throws only before it has taken anything: "a read that fails takes
 * nothing" rests on this.
 */
export interface Cutter<T> {
  /** A new thing begins: forgets how far the last search had come. */
  reset(): void;
  /**
   * A new thing begins `size` bytes further on, which are gone from the buffer:
   * what was searched behind them is not searched again.
   */
  forget?(size: number): void;
  /**
   * The thing, or `undefined`: more bytes are needed. `undefined` once the
   * stream has ended means that nothing is left.
   */
  cut(buffer: ByteBuffer, hasEnded: boolean): T | undefined;
}

/** How many bytes {@linkcode sizeCutter} wants, and what becomes of them. */
export interface SizeOptions {
  /** Waits until `size` bytes are here; only at the end may there be fewer. */
  fill?: boolean;
  /** Leaves the bytes in the buffer. */
  keep?: boolean;
  /** As `fill`, but fewer bytes at the end are an error. */
  exact?: boolean;
}

/** Cuts up to `size` bytes of whatever is here, unless the options want more. */
export function sizeCutter(
  size: number,
  { fill = false, keep = false, exact = false }: SizeOptions = {},
): Cutter<Bytes> {
  const purpose = keep ? "peek" : "read";
  checkInteger(purpose, "the size", size, exact ? 0 : 1, MAX_READ_BYTES);
  const mustWait = fill || exact;
  return {
    reset() {},
    cut(buffer, hasEnded) {
      let length = buffer.length;
      if (length >= size) {
        length = size;
      } else if (exact && hasEnded) {
        throw new UnexpectedEndError({
          expected: `${size} bytes`,
          partial: buffer.view(length),
        });
      } else if (length === 0) {
        return undefined;
      } else if (mustWait && !hasEnded) {
        buffer.hint = size;
        return undefined;
      }
      return keep ? buffer.view(length) : buffer.take(length);
    },
  };
}

/** Takes `size` bytes and keeps none; gives how many there were. */
export function skipCutter(size: number): Cutter<number> {
  checkInteger("skip", "the size", size, 0, Number.MAX_SAFE_INTEGER);
  let left = size;
  return {
    reset() {
      left = size;
    },
    cut(buffer, hasEnded) {
      const length = Math.min(left, buffer.length);
      buffer.skip(length);
      left -= length;
      return left === 0 || hasEnded ? size - left : undefined;
    },
  };
}

/** Takes all up to and with a delimiter, or up to the end, and keeps nothing. */
export function skipUntilCutter(delimiter: Delimiter): Cutter<number> {
  const search = new DelimiterSearch(bytesOfDelimiters(delimiter));
  let skipped = 0;
  return {
    reset() {
      search.reset();
      skipped = 0;
    },
    cut(buffer, hasEnded) {
      const found = search.find(buffer);
      // What may be the beginning of a delimiter stays.
      let length = hasEnded ? buffer.length : search.earliest;
      if (found >= 0) length = found + search.foundBytes;
      buffer.skip(length);
      search.forget(length);
      skipped += length;
      return found >= 0 || hasEnded ? skipped : undefined;
    },
  };
}

/** All that is left, made into something else before it is taken. */
export function allCutter<T>(
  maxBytes: number,
  make: (bytes: Bytes) => T,
): Cutter<T> {
  checkInteger("read", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
  return {
    reset() {},
    cut(buffer, hasEnded) {
      const { length } = buffer;
      if (length > maxBytes) {
        throw new TooLongError({
          what: "stream",
          maxBytes,
          head: buffer.view(maxBytes + 1),
        });
      }
      if (!hasEnded) return undefined;
      const made = make(buffer.view(length));
      buffer.skip(length);
      return made;
    },
  };
}

const encoder = new TextEncoder();

function bytesOfDelimiters(delimiter: Delimiter): Uint8Array[] {
  const all = Array.isArray(delimiter) ? delimiter : [delimiter];
  checkInteger("search", "the number of delimiters", all.length, 1, 1000);
  return all.map((one) => {
    const bytes = typeof one === "string" ? encoder.encode(one) : one;
    if (bytes instanceof Uint8Array) return bytes;
    throw new TypeError(
      `Cannot read as the delimiter must be a Uint8Array or a string: current value is ${typeof bytes}`,
    );
  });
}

/** All up to and with a delimiter. */
export function untilCutter(
  delimiter: Delimiter,
  maxBytes: number,
): Cutter<Bytes> {
  checkInteger("read", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
  const search = new DelimiterSearch(bytesOfDelimiters(delimiter));
  return {
    reset: () => search.reset(),
    cut(buffer, hasEnded) {
      const found = search.find(buffer);
      const length = found < 0 ? search.earliest : found;
      if (length > maxBytes) {
        throw new TooLongError({
          what: "part before a delimiter",
          maxBytes,
          head: buffer.view(maxBytes + 1),
        });
      }
      if (found >= 0) return buffer.take(found + search.foundBytes);
      if (!hasEnded) return undefined;
      throw new UnexpectedEndError({
        expected: "up to a delimiter",
        partial: buffer.view(buffer.length),
      });
    },
  };
}

/**
 * How many bytes stand before the delimiter at `found`; if it has not come (-1),
 * how many at least. A CR before the delimiter may belong to it.
 */
export function payloadBytes(
  { bytes, start, length: hereBytes }: ByteBuffer,
  search: DelimiterSearch,
  found: number,
  hasEnded: boolean,
  stripCarriageReturn: boolean,
): number {
  if (found < 0 && hasEnded) return hereBytes;
  const length = found < 0 ? search.earliest : found;
  const isStripped = stripCarriageReturn && length > 0 &&
    bytes[start + length - 1] === CR;
  return isStripped ? length - 1 : length;
}

/** A delimiter, and how much of it the bytes so far end with. */
interface Pattern {
  readonly bytes: Uint8Array;
  readonly borders: Int32Array;
  matched: number;
}

/**
 * Finds a delimiter in a buffer that grows; of several, the one that ends
 * first, and of those that end together the longest.
 *
 * It looks at every byte once, however the bytes are cut (Knuth, Morris and
 * Pratt, 1977). A plain search begins again at each chunk, and is quadratic for
 * a delimiter like `aaab` in bytes that the other side chooses.
 */
export class DelimiterSearch {
  /** How many bytes the delimiter has that was found. */
  foundBytes = 0;
  readonly #patterns: readonly Pattern[];
  /** The only byte of the only delimiter; -1 if there is more to look for. */
  readonly #byte: number;
  #searched = 0;

  constructor(delimiters: readonly Uint8Array[]) {
    const [first, second] = delimiters;
    this.#byte = !second && first?.length === 1 ? first[0]! : -1;
    this.#patterns = this.#byte < 0 ? delimiters.map(patternOf) : [];
  }

  reset(): void {
    this.#searched = 0;
    if (this.#byte < 0) { for (const one of this.#patterns) one.matched = 0; }
  }

  /** The first `size` bytes of the buffer are no longer there. */
  forget(size: number): void {
    this.#searched -= size;
  }

  /** Before this, counted from the buffer's start, no delimiter can begin. */
  get earliest(): number {
    if (this.#byte >= 0) return this.#searched;
    return this.#searched -
      Math.max(...this.#patterns.map(({ matched }) => matched));
  }

  /** Where the delimiter begins, from the start of the buffer, or -1. */
  find(buffer: ByteBuffer): number {
    return this.#byte >= 0 ? this.#findByte(buffer) : this.#findAny(buffer);
  }

  #findByte({ bytes, start, end }: ByteBuffer): number {
    const from = start + this.#searched;
    // Without the view, a search would go on through the room after `end`.
    const at = end === bytes.length
      ? bytes.indexOf(this.#byte, from)
      : bytes.subarray(from, end).indexOf(this.#byte) + from;
    if (at < from) {
      this.#searched = end - start;
      return -1;
    }
    this.#searched = at - start + 1;
    this.foundBytes = 1;
    return at - start;
  }

  #findAny({ bytes, start, end }: ByteBuffer): number {
    for (let at = start + this.#searched; at < end; at++) {
      const byte = bytes[at]!;
      let foundBytes = 0;
      for (const pattern of this.#patterns) {
        const matched = advance(pattern, byte);
        if (matched === pattern.bytes.length && matched > foundBytes) {
          foundBytes = matched;
        }
      }
      if (foundBytes > 0) {
        this.#searched = at - start + 1;
        this.foundBytes = foundBytes;
        return this.#searched - foundBytes;
      }
    }
    this.#searched = end - start;
    return -1;
  }
}

function patternOf(delimiter: Uint8Array): Pattern {
  checkInteger(
    "search",
    "the delimiter's length",
    delimiter.length,
    1,
    MAX_READ_BYTES,
  );
  // A copy: the caller may write to its own later.
  const pattern: Pattern = {
    bytes: delimiter.slice(),
    borders: new Int32Array(delimiter.length),
    matched: 0,
  };
  // For each prefix, the length of its longest proper prefix that ends it.
  for (let at = 1; at < delimiter.length; at++) {
    pattern.borders[at] = advance(pattern, pattern.bytes[at]!);
  }
  pattern.matched = 0;
  return pattern;
}

/** How much of the delimiter is matched after one more byte. */
function advance(pattern: Pattern, byte: number): number {
  const { bytes, borders } = pattern;
  let { matched } = pattern;
  if (matched === bytes.length) matched = borders[matched - 1]!;
  while (matched > 0 && byte !== bytes[matched]) {
    matched = borders[matched - 1]!;
  }
  if (byte === bytes[matched]) matched++;
  return pattern.matched = matched;
}
