import { checkInteger, MAX_READ_BYTES } from "../check.ts";

/**
 * Iterates one chunk in slices of `size` bytes; the last may be shorter.
 *
 * The slices are views of the chunk. For use within
 * `for await (const chunk of reader.chunks())`: no promise is made for a slice.
 *
 * @param chunk What to iterate; an empty one gives no slice.
 * @param size Bytes per slice (1 to 2,147,483,647).
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
  size: number,
): IterableIterator<Uint8Array<Buffer>, undefined> {
  checkInteger("slice a chunk", "the size", size, 1, MAX_READ_BYTES);
  return slicesOf(chunk, size);
}

// Apart from `sliceChunk`, as a generator would check its size only later.
function* slicesOf<Buffer extends ArrayBufferLike>(
  chunk: Uint8Array<Buffer>,
  size: number,
): Generator<Uint8Array<Buffer>, undefined> {
  for (let start = 0; start < chunk.length; start += size) {
    yield chunk.subarray(start, start + size) as Uint8Array<Buffer>;
  }
}
