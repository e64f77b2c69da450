import type { Arrival } from "../arrival.ts";
import type { Format, FormatOptions } from "./format.ts";
import type { FormatName } from "../options/option.ts";
import { SeedFormat } from "./seed.ts";
import type { LineBuffer } from "./store.ts";

/** What makes a format. */
export type FormatClass = new (options: FormatOptions) => Format;

/** Loads the format of each name that `--format` takes. */
export const FORMATS: Record<
  FormatName,
  () => FormatClass | Promise<FormatClass>
> = {
  // The default: loaded with the log, as one more import() takes time.
  seed: () => SeedFormat,
  text: async () => (await import("./text.ts")).TextFormat,
  hex: async () => (await import("./hex.ts")).HexFormat,
  json: async () => (await import("./json.ts")).JsonFormat,
  raw: () => RawFormat,
};

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
