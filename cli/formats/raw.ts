import type { Arrival, Format } from "./format.ts";
import type { LineBuffer } from "./line_buffer.ts";

/** `raw`: the bytes, unchanged, with no time and no line of our own. */
export class RawFormat implements Format {
  piece(out: LineBuffer, chunk: Uint8Array, start: number, end: number): void {
    out.append(chunk.subarray(start, end));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    _arrival: Arrival,
  ): number {
    out.append(chunk.subarray(start, end));
    return Math.ceil((end - start) / size);
  }
}
