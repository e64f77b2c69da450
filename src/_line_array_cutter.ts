import type { ByteBuffer } from "./_byte_buffer.ts";
import type { Cutter } from "./_cutter.ts";
import { LineRunCutter } from "./_line_cutter.ts";
import type { LineOptions } from "./read_options.ts";

/** Cuts runs of lines, and gives the lines alone. */
export class LineArrayCutter implements Cutter<string[]> {
  readonly #cutter: LineRunCutter;

  constructor(options: LineOptions, windowBytes: number) {
    this.#cutter = new LineRunCutter(options, windowBytes);
  }

  begin(): void {
    this.#cutter.begin();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): string[] | undefined {
    return this.#cutter.cut(buffer, hasEnded)?.lines;
  }
}
