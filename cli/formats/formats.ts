import type { Arrival } from "../arrival.ts";
import type { Format, FormatOptions } from "./format.ts";
import type { FormatName } from "../options/option.ts";
import { HexFormat } from "./hex.ts";
import { JsonFormat } from "./json.ts";
import { SeedFormat } from "./seed.ts";
import { TextFormat } from "./text.ts";
import type { LineBuffer } from "./store.ts";

/** Every format by the name that `--format` takes. */
export const FORMATS: Record<FormatName, (options: FormatOptions) => Format> = {
  seed: (options) => new SeedFormat(options),
  text: (options) => new TextFormat(options),
  hex: (options) => new HexFormat(options),
  json: (options) => new JsonFormat(options),
  raw: () => new RawFormat(),
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
