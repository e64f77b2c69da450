import type { ByteBuffer } from "./_byte_buffer.ts";
import type { Cutter } from "./_cutter.ts";
import { LineRunCutter, MAX_WINDOW_BYTES } from "./_line_cutter.ts";
import type { LineOptions } from "./read_options.ts";

/** Cuts runs of lines, and gives the lines alone. */
export class LineArrayCutter implements Cutter<string[]> {
  readonly #cutter: LineRunCutter;

  constructor(options: LineOptions) {
    this.#cutter = new LineRunCutter(options, MAX_WINDOW_BYTES);
  }

  begin(): void {
    this.#cutter.begin();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): string[] | undefined {
    return this.#cutter.cut(buffer, hasEnded)?.lines;
  }
}
