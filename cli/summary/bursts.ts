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

const NEWLINE = 10;

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
  #lastByte = NEWLINE;
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
      const newline = chunk.indexOf(NEWLINE);
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
    if (this.#lastByte !== NEWLINE) this.#partsLines = true;
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
