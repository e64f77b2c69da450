import { LF } from "../../src/bytes.ts";
import {
  decodeAt,
  INCOMPLETE,
  INVALID,
  utf8Length,
} from "../formats/escape.ts";

/** A shorter wait does not part two bursts: nobody would notice it. */
const MIN_SILENCE_MS = 50;
/** What the buffers of the usual languages and libraries hold. */
const BUFFER_BYTES = [4096, 8192, 16384, 32768, 65536];
/** The buffer of Python, which never parts what was printed as one. */
const PYTHON_BYTES = 8192;
/** Fewer full buffers than this may be chance, */
const MIN_FULL = 3;
/** and fewer than this if they are exact and part a line. */
const MIN_PARTING = 2;

/** What shows that a program hands out its output in full buffers. */
export interface FullBuffers {
  /** The size of one buffer in bytes. */
  readonly bytes: number;
  /** How many times it came full, after a silence each. */
  readonly count: number;
  /** How long the silences before them were together. */
  readonly silentMs: number;
  /**
   * Whether each was full to the last byte. If not, the next line would not
   * have fitted: so it is with Python, and by chance with others.
   */
  readonly isExact: boolean;
}

/**
 * What arrives between two silences of at least 50 ms.
 *
 * A program whose output is buffered is silent until a buffer is full, and
 * then writes all of it: burst after burst of 4096 bytes, or of 8192, with no
 * regard to lines.
 */
export class Bursts {
  /** How many there were, the one that is not over included. */
  count = 0;
  #bytes = 0;
  #waitMs = 0;
  #hasLine = false;
  #lastByte = LF;
  #isOther = false;
  #isExact = true;
  #partsLines = false;
  #full = 0;
  #least = Infinity;
  #leastCount = 0;
  #silentMs = 0;

  /** What one read gave, after `waitMs` of waiting for it. */
  take(chunk: Uint8Array, waitMs: number): void {
    if (this.count === 0 || waitMs >= MIN_SILENCE_MS) {
      const newline = chunk.indexOf(LF);
      const lineBytes = newline < 0 ? chunk.length : newline + 1;
      if (this.count > 0 && !this.#isOther) this.#close(lineBytes);
      this.count++;
      this.#bytes = 0;
      this.#waitMs = waitMs;
      this.#hasLine = newline >= 0;
    }
    this.#bytes += chunk.length;
    this.#lastByte = chunk[chunk.length - 1]!;
  }

  /** The evidence, if every burst but the last was a full buffer of text. */
  get fullBuffers(): FullBuffers | null {
    const isExact = this.#isExact;
    const enough = isExact && this.#partsLines ? MIN_PARTING : MIN_FULL;
    if (this.#isOther || this.#full < enough) return null;
    // The last is what the buffer held when the program ended, and perhaps the
    // full one just before.
    if (this.#bytes > 2 * this.#least) return null;
    if (this.#leastCount * 2 < this.#full) return null;
    const { bytes, count } = { bytes: this.#least, count: this.#full };
    return { bytes, count, silentMs: this.#silentMs, isExact };
  }

  /** Judges a burst by itself and by the line that came after it. */
  #close(nextLineBytes: number): void {
    const bytes = this.#bytes;
    const isExact = BUFFER_BYTES.includes(bytes);
    const isPython = bytes > PYTHON_BYTES / 2 && bytes < PYTHON_BYTES &&
      bytes + nextLineBytes > PYTHON_BYTES;
    const full = isExact ? bytes : PYTHON_BYTES;
    this.#isOther = !this.#hasLine || !(isExact || isPython);
    if (!isExact) this.#isExact = false;
    if (this.#lastByte !== LF) this.#partsLines = true;
    // Two buffers that came in one burst are two times the least.
    if (full < this.#least) {
      this.#least = full;
      this.#leastCount = 0;
    }
    if (full === this.#least) this.#leastCount++;
    this.#full++;
    this.#silentMs += this.#waitMs;
  }
}

/** Shorter messages are multiples of one another by chance. */
const MIN_BYTES = 4;
/** Longer pieces are blocks, not messages. */
const MAX_BYTES = 4095;
/** How many messages in one read are looked at. */
const MAX_JOINED = 64;
/** Fewer reads than this do not show what is usual. */
const MIN_READS = 8;

/** What shows that several messages arrived in one read. */
export interface Joined {
  /** How long the usual message is, in bytes. */
  readonly bytes: number;
  /** How many reads had several of it. */
  readonly reads: number;
  /** Whether each message of these reads ended with a newline. */
  readonly areLines: boolean;
}

/**
 * Whether messages of one size arrived joined, where that is certain.
 *
 * It is if each read is a whole number of messages, at least half of the reads
 * are a single one, and in the others each message begins with the same two
 * bytes, or each ends with a newline.
 */
export class JoinedMessages {
  #bytes = Infinity;
  #single = 0;
  #joined = 0;
  #areLines = true;
  #isOther = false;

  /** What one read gave. */
  take(chunk: Uint8Array): void {
    if (this.#isOther) return;
    const size = chunk.length;
    if (size < this.#bytes) {
      // What came before may have been joined of these, but nobody looked.
      if (this.#single + this.#joined > 0) this.#isOther = true;
      this.#bytes = size;
    }
    if (size < MIN_BYTES || this.#bytes > MAX_BYTES) this.#isOther = true;
    else if (size === this.#bytes) this.#single++;
    else this.#takeLonger(chunk);
  }

  #takeLonger(chunk: Uint8Array): void {
    const bytes = this.#bytes;
    const count = chunk.length / bytes;
    if (!Number.isInteger(count) || count > MAX_JOINED) {
      this.#isOther = true;
      return;
    }
    const areLines = areAlike(chunk, bytes, bytes - 1) &&
      chunk[bytes - 1] === LF;
    const beginAlike = areAlike(chunk, bytes, 0) && areAlike(chunk, bytes, 1);
    if (!areLines && !beginAlike) this.#isOther = true;
    this.#areLines &&= areLines;
    this.#joined++;
  }

  /** The evidence, or `null`. */
  get evidence(): Joined | null {
    const reads = this.#single + this.#joined;
    if (this.#isOther || this.#joined < 2 || reads < MIN_READS) return null;
    if (this.#single * 2 < reads) return null;
    return {
      bytes: this.#bytes,
      reads: this.#joined,
      areLines: this.#areLines,
    };
  }
}

/** Whether all messages of `bytes` bytes have the same byte at that place. */
function areAlike(chunk: Uint8Array, bytes: number, place: number): boolean {
  for (let at = place + bytes; at < chunk.length; at += bytes) {
    if (chunk[at] !== chunk[place]) return false;
  }
  return true;
}

/** How much of each read is looked at to tell text from other bytes. */
const LOOKED_AT = 64;

/**
 * How often a read ended inside a UTF-8 character.
 *
 * A read counts when the next ones brought the rest of the character, so that
 * the last byte of a picture is not taken for half a letter. A stream that
 * has a NUL or anything but UTF-8 at the start of a read is not text.
 */
export class CutCharacters {
  /** Reads that ended inside a character which then was completed. */
  cut = 0;
  /** Whether nothing has shown yet that this is no text. */
  isText = true;
  readonly #held = new Uint8Array(4);
  #length = 0;
  #reads = 0;

  /** Whether the bytes so far end inside a character. */
  get isInside(): boolean {
    return this.isText && this.#length > 0;
  }

  /** Looks at the edges of what one read gave. */
  take(chunk: Uint8Array): void {
    if (!this.isText) return;
    const from = this.#complete(chunk);
    if (!this.isText || this.#length > 0) return;
    if (!isTextAt(chunk, from)) this.isText = false;
    else this.#holdEnd(chunk, from);
  }

  /** The place behind a character that was begun before. */
  #complete(chunk: Uint8Array): number {
    let at = 0;
    while (this.#length > 0 && at < chunk.length) {
      this.#held[this.#length++] = chunk[at++]!;
      const codePoint = decodeAt(this.#held, 0, this.#length);
      if (codePoint === INCOMPLETE) continue;
      if (codePoint === INVALID) this.isText = false;
      else this.cut += this.#reads;
      this.#length = 0;
      this.#reads = 0;
    }
    if (this.#length > 0) this.#reads++;
    return at;
  }

  #holdEnd(chunk: Uint8Array, from: number): void {
    const end = chunk.length;
    for (let at = end - 1; at >= from && at >= end - 3; at--) {
      const byte = chunk[at]!;
      if (byte < 0x80) return;
      if (byte < 0xc0) continue;
      if (decodeAt(chunk, at, end) !== INCOMPLETE) return;
      this.#held.set(chunk.subarray(at, end));
      this.#length = end - at;
      this.#reads = 1;
      return;
    }
  }
}

function isTextAt(chunk: Uint8Array, from: number): boolean {
  const end = Math.min(chunk.length, from + LOOKED_AT);
  let at = from;
  while (at < end) {
    const byte = chunk[at]!;
    if (byte === 0) return false;
    if (byte < 0x80) at++;
    else {
      const codePoint = decodeAt(chunk, at, chunk.length);
      if (codePoint === INCOMPLETE) return true;
      if (codePoint === INVALID) return false;
      at += utf8Length(codePoint);
    }
  }
  return true;
}
