import { checkInteger, MAX_READ_BYTES } from "../check.ts";

/**
 * Iterates one chunk in slices of `size` bytes; the last may be shorter.
 *
 * The slices are views of the chunk. This is the fastest loop over slices, for
 * use within `for await (const chunk of reader.chunks())`.
 *
 * @param chunk What to iterate; an empty one gives no slice.
 * @param size Bytes per slice (1 to 2147483647). Default: 32.
 * @returns The slices, views of the chunk.
 * @throws {RangeError} If `size` is out of its range.
 *
 * @example Five bytes by two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sliceChunk } from "@basic-pipes/basic-pipes";
 *
 * const sizes = [...sliceChunk(new Uint8Array(5), 2)].map((s) => s.length);
 * assertEquals(sizes, [2, 2, 1]);
 * ```
 */
export function sliceChunk<Buffer extends ArrayBufferLike>(
  chunk: Uint8Array<Buffer>,
  size = 32,
): IterableIterator<Uint8Array<Buffer>, undefined> {
  checkInteger("slice a chunk", "the size", size, 1, MAX_READ_BYTES);
  return new ChunkSlices(chunk, size);
}

/** An object and not a generator, which would take twice as long. */
class ChunkSlices<Buffer extends ArrayBufferLike>
  implements IterableIterator<Uint8Array<Buffer>, undefined> {
  readonly #chunk: Uint8Array<Buffer>;
  readonly #size: number;
  readonly #end: number;
  #start = 0;

  constructor(chunk: Uint8Array<Buffer>, size: number) {
    this.#chunk = chunk;
    this.#size = size;
    this.#end = chunk.length;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Uint8Array<Buffer>, undefined> {
    const start = this.#start;
    if (start >= this.#end) return { value: undefined, done: true };
    const end = start + this.#size;
    this.#start = end;
    const value = this.#chunk.subarray(start, end) as Uint8Array<Buffer>;
    return { value, done: false };
  }
}
