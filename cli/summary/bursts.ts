/** A shorter wait does not part two bursts: nobody would notice it. */
const MIN_SILENCE_MS = 50;
/** What the buffers of the usual languages and libraries hold. */
const BUFFER_BYTES = [4096, 8192, 16384, 32768, 65536];
/** Fewer full buffers than this may be chance, */
const MIN_FULL = 3;
/** and fewer than this if they are exact and part a line. */
const MIN_EXACT = 2;
/** How much of a burst is looked at to know how long its lines are. */
const LOOKED_AT = 1024;

/** What shows that a program hands out its output in full buffers. */
export interface FullBuffers {
  /** The size of one buffer in bytes. */
  readonly bytes: number;
  /** How many times it came full, after a silence each. */
  readonly count: number;
  /** How long the silences before them were together. */
  readonly silentMs: number;
}

/**
 * What arrives between two silences of at least 50 ms.
 *
 * A program whose output is buffered is silent until a buffer is full, and
 * then writes all of it: burst after burst of 4096 bytes, or of 8192. Python
 * ends its buffer with the last thing printed that still fits, so that a line
 * may be missing from it.
 */
export class Bursts {
  /** How many there were, the one that is not over included. */
  count = 0;
  /** How many newlines the first burst had at least; 2 stands for any more. */
  firstLines = 0;
  #bytes = 0;
  #waitMs = 0;
  #lineBytes = 0;
  #full = 0;
  #least = Infinity;
  #leastCount = 0;
  #silentMs = 0;
  #isExact = true;
  #partsLines = false;
  #lastByte = 10;
  #isOther = false;

  /** What one read gave, after `waitMs` of waiting for it. */
  take(chunk: Uint8Array, waitMs: number): void {
    if (this.count === 0 || waitMs >= MIN_SILENCE_MS) {
      this.#close();
      this.#open(chunk, waitMs);
    }
    if (this.count === 1 && this.firstLines < 2) {
      this.firstLines = Math.min(2, this.firstLines + newlines(chunk));
    }
    this.#bytes += chunk.length;
    this.#lastByte = chunk[chunk.length - 1]!;
  }

  /** The evidence, if every burst but the last was a full buffer of text. */
  get fullBuffers(): FullBuffers | null {
    const { count } = this;
    if (this.#isOther || this.#full !== count - 1) return null;
    const enough = this.#isExact && this.#partsLines ? MIN_EXACT : MIN_FULL;
    // The last is what the buffer held when the program ended, and perhaps the
    // full one just before.
    if (this.#full < enough || this.#bytes > 2 * this.#least) return null;
    if (this.#leastCount * 2 < this.#full) return null;
    return {
      bytes: this.#least,
      count: this.#full,
      silentMs: this.#silentMs,
    };
  }

  #open(chunk: Uint8Array, waitMs: number): void {
    const head = chunk.subarray(0, LOOKED_AT);
    this.#lineBytes = head.length / newlines(head);
    this.#bytes = 0;
    this.#waitMs = waitMs;
    this.count++;
  }

  #close(): void {
    if (this.count === 0 || this.#isOther) return;
    const rounded = Math.ceil(this.#bytes / 4096) * 4096;
    const missing = rounded - this.#bytes;
    const isFull = missing === 0 ||
      (rounded >= 8192 && missing < 2 * this.#lineBytes);
    // Two buffers in one burst are two times one; anything else is no buffer.
    const [least, most] = rounded < this.#least
      ? [rounded, this.#least]
      : [this.#least, rounded];
    const isSame = most === Infinity || most % least === 0;
    if (
      !isFull || !isSame || !BUFFER_BYTES.includes(rounded) ||
      this.#lineBytes === Infinity
    ) {
      this.#isOther = true;
      return;
    }
    if (rounded < this.#least) {
      this.#least = rounded;
      this.#leastCount = 0;
    }
    if (rounded === this.#least) this.#leastCount++;
    if (missing > 0) this.#isExact = false;
    if (this.#lastByte !== 10) this.#partsLines = true;
    this.#full++;
    this.#silentMs += this.#waitMs;
  }
}

/** How many newlines there are. */
function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (
    let at = bytes.indexOf(10);
    at >= 0 && at < LOOKED_AT;
    at = bytes.indexOf(10, at + 1)
  ) count++;
  return count;
}
