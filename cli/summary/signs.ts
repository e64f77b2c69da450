import { LF } from "../../src/bytes.ts";
import {
  decodeAt,
  INCOMPLETE,
  INVALID,
  utf8Length,
} from "../formats/escape.ts";

/** A shorter wait does not separate two bursts: nobody would notice it. */
const MIN_SILENCE_MS = 50;
/** The sizes of buffers in the usual languages and libraries. */
const BUFFER_BYTES = [4096, 8192, 16384, 32768, 65536];
/** The buffer of Python, which never splits what one print wrote. */
const PYTHON_BYTES = 8192;
/** How many full buffers are evidence. */
const MIN_FULL = 3;
/** How many are enough if each was exact and one has cut a line in two. */
const MIN_PARTING = 2;

/** The evidence that a program writes its output in full buffers. */
export interface FullBuffers {
  /** The size of one buffer in bytes. */
  readonly bytes: number;
  /** How often it arrived full, each time after a silence. */
  readonly count: number;
  /** The sum of the silences before them. */
  readonly silentMs: number;
  /**
   * Whether each was full to the last byte. If not, the next line did not fit:
   * Python does that, and other programs only by chance.
   */
  readonly isExact: boolean;
}

/**
 * What arrives between two silences of at least 50 ms.
 *
 * A program that buffers its output is silent until the buffer is full, and
 * then writes all of it: bursts of 4,096 or 8,192 bytes, which do not end where
 * lines end.
 */
export class Bursts {
  /** How many there were, with the one that has not ended. */
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
    // The last burst is what the buffer held at the end of the program. A full
    // one may have come just before it.
    if (this.#bytes > 2 * this.#least) return null;
    if (this.#leastCount * 2 < this.#full) return null;
    const { bytes, count } = { bytes: this.#least, count: this.#full };
    return { bytes, count, silentMs: this.#silentMs, isExact };
  }

  /** Judges a burst by its size and by the line after it. */
  #close(nextLineBytes: number): void {
    const bytes = this.#bytes;
    const isExact = BUFFER_BYTES.includes(bytes);
    const isPython = bytes > PYTHON_BYTES / 2 && bytes < PYTHON_BYTES &&
      bytes + nextLineBytes > PYTHON_BYTES;
    const full = isExact ? bytes : PYTHON_BYTES;
    this.#isOther = !this.#hasLine || !(isExact || isPython);
    if (!isExact) this.#isExact = false;
    if (this.#lastByte !== LF) this.#partsLines = true;
    // Two buffers in one burst have twice the least size.
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
/** How many reads are needed to know what is usual. */
const MIN_READS = 8;

/** The evidence that several messages arrived in one read. */
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
 * It is certain if each read is a whole number of messages, at least half of the reads
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
      // The reads before may have had several of these: nobody looked.
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
 * A read counts if the next ones have brought the rest of the character.
 * Otherwise the last byte of a picture would count as half a letter. A stream
 * with a NUL, or with anything but UTF-8 at the start of a read, is not text.
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

  /** The place after a character that an earlier read has begun. */
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
