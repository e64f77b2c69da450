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
      chunk[bytes - 1] === 10;
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
