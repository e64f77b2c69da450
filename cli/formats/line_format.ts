import type { Arrival, Format, FormatOptions } from "./format.ts";
import type { LineBuffer } from "./line_buffer.ts";
import type { Marks } from "./marks.ts";
import { Prefix } from "./prefix.ts";

/** A format of lines: what all of them share but the payload. */
export abstract class LineFormat implements Format {
  /** What stands around the payload of the line that is being written. */
  protected readonly prefix: Prefix;

  constructor(options: FormatOptions) {
    this.prefix = new Prefix(options);
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: Arrival,
  ): void {
    this.turn(arrival);
    this.write(out, chunk, start, end, Math.max(1, end - start));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number {
    if (start >= end) return 0;
    const { marks } = this.prefix;
    if (marks) {
      return this.#marked(marks, out, chunk, start, end, size, arrival);
    }
    let from = start;
    if (this.prefix.firstDiffers) {
      from = Math.min(start + size, end);
      if (this.prefix.set(arrival)) this.prepare();
      this.write(out, chunk, start, from, size);
    }
    if (from < end) {
      if (this.prefix.set(arrival)) this.prepare();
      this.write(out, chunk, from, end, size);
    }
    return Math.ceil((end - start) / size);
  }

  /** Turns to a line that is no slice of a read. */
  protected turn(arrival: Arrival): void {
    const cleared = this.prefix.marks?.clear();
    if (this.prefix.set(arrival) || cleared) this.prepare();
  }

  /** As {@linkcode slices}, each with the marks of its own. */
  #marked(
    marks: Marks,
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number {
    let pieces = 0;
    for (let from = start; from < end; from += size, pieces++) {
      const to = Math.min(from + size, end);
      const marked = marks.set(chunk, from, to, size, arrival.stream);
      if (this.prefix.set(arrival) || marked) this.prepare();
      this.write(out, chunk, from, to, size);
    }
    return pieces;
  }

  /** Builds the bytes around a payload anew: the prefix has changed. */
  protected abstract prepare(): void;

  /**
   * Appends the lines of `chunk[start, end)` in pieces of `size` bytes, all
   * with the same prefix; one line also if there is no byte.
   */
  protected abstract write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void;
}
