import { checkInteger, MAX_READ_BYTES } from "./_check_number.ts";

/**
 * Iterates one chunk in slices of `size` bytes; the last may be shorter.
 *
 * The slices are views of the chunk. This is the fastest loop over slices, for
 * use within `for await (const chunk of reader.chunks())`.
 *
 * @param chunk What to iterate; an empty one gives no slice.
 * @param size Bytes per slice (1 to 2147483647). Default: 32.
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
export function sliceChunk(
  chunk: Uint8Array<ArrayBuffer>,
  size = 32,
): IterableIterator<Uint8Array<ArrayBuffer>, undefined> {
  checkInteger("slice a chunk", "the size", size, 1, MAX_READ_BYTES);
  return iterate(chunk, size);
}

function* iterate(
  chunk: Uint8Array<ArrayBuffer>,
  size: number,
): Generator<Uint8Array<ArrayBuffer>, undefined> {
  for (let start = 0; start < chunk.length; start += size) {
    yield chunk.subarray(start, start + size);
  }
}
