import { NO_BYTES, PIPE_BYTES } from "../bytes.ts";

/**
 * The least memory from the second chunk on that is copied: those that follow
 * have room in it. To allocate costs ten times as much as to copy a short line.
 */
const LEAST_BYTES = 4_096;

/**
 * What has arrived and was not taken, always in one piece: `bytes` from `start`
 * to `end`. Others may read these three and write none of them.
 *
 * Bytes are written after `end` only: views that were given out stay as they
 * are. A chunk that is large enough is not copied: it becomes the buffer.
 */
export class ByteBuffer {
  bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  start = 0;
  end = 0;
  /**
   * How many bytes the read under way needs in all; 0 if that is not known. The
   * next `append` makes room for them at once.
   */
  hint = 0;
  #owned = false;

  get length(): number {
    return this.end - this.start;
  }

  /** A view of the first `size` bytes, which stay in place. */
  view(size: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.start, this.start + size);
  }

  /** A view of the last `size` bytes, which stay in place. */
  last(size: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.end - size, this.end);
  }

  /** A view of the first `size` bytes, which are gone from here. */
  take(size: number): Uint8Array<ArrayBuffer> {
    const start = this.start;
    this.start = start + size;
    return this.bytes.subarray(start, start + size);
  }

  /** A view of up to `max` bytes, which are gone from here, if there are any. */
  tryTake(max: number): Uint8Array<ArrayBuffer> | undefined {
    const start = this.start;
    let end = start + max;
    if (end > this.end) {
      end = this.end;
      if (end === start) return undefined;
    }
    this.start = end;
    return this.bytes.subarray(start, end);
  }

  /** The first `size` bytes are gone from here. */
  skip(size: number): void {
    this.start += size;
  }

  append(chunk: Uint8Array): void {
    const length = this.end - this.start;
    const wantedBytes = this.hint;
    this.hint = 0;
    if (
      length === 0 && wantedBytes <= chunk.length && isWorthBorrowing(chunk)
    ) {
      this.#become(asPlain(chunk), chunk.length, false);
      return;
    }
    if (
      !this.#owned ||
      this.bytes.length - this.end < chunk.length ||
      this.bytes.length - this.start < wantedBytes
    ) {
      this.#move(length, chunk.length, wantedBytes);
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Puts a view that was just taken back in front of what is here. */
  unread(view: Uint8Array<ArrayBuffer>): void {
    // If the view ends where the buffered bytes begin (in the same memory, as
    // when a chunk beside it was borrowed meanwhile), `start` moves back. The
    // view may also lie in front of `bytes`: then it must be copied.
    const isInFront = this.start >= view.length &&
      view.buffer === this.bytes.buffer &&
      view.byteOffset + view.length === this.bytes.byteOffset + this.start;
    if (isInFront) {
      this.start -= view.length;
      return;
    }
    // A chunk landed since then and took the place of the emptied buffer.
    const joined = new Uint8Array(view.length + this.length);
    joined.set(view);
    joined.set(this.view(this.length), view.length);
    this.#become(joined, joined.length, true);
  }

  clear(): void {
    this.#become(NO_BYTES, 0, false);
  }

  #move(length: number, added: number, wantedBytes: number): void {
    // Room for one more chunk after the wanted bytes: the chunk that completes a
    // frame brings the head of the next one, and must not move the frame again.
    const capacity = wantedBytes > 0
      ? Math.max(wantedBytes, length) + Math.max(added, PIPE_BYTES)
      : Math.max(
        2 * length,
        length + added,
        this.#owned ? LEAST_BYTES : 0,
      );
    const bytes = new Uint8Array(capacity);
    bytes.set(this.view(length));
    this.#become(bytes, length, true);
  }

  #become(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    owned: boolean,
  ): void {
    this.bytes = bytes;
    this.start = 0;
    this.end = length;
    this.#owned = owned;
  }
}

/**
 * Views of a subclass would be of that class too, and `slice` of Node's
 * `Buffer` is no copy.
 */
function asPlain(chunk: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return chunk.constructor === Uint8Array
    ? chunk
    : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}

/**
 * Whether a chunk becomes the buffer. If not, it is copied, always, and its
 * memory is free again. A few bytes in a big buffer are: a caller that keeps a
 * view of them would keep the whole buffer alive. Shared memory is copied too,
 * since its owner may write to it at any time.
 */
export function isWorthBorrowing(
  chunk: Uint8Array,
): chunk is Uint8Array<ArrayBuffer> {
  return chunk.buffer instanceof ArrayBuffer &&
    chunk.length * 8 >= chunk.buffer.byteLength;
}
