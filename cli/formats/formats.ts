import type { Format, FormatOptions } from "./format.ts";
import { HexFormat } from "./hex.ts";
import { JsonFormat } from "./json.ts";
import { RawFormat } from "./raw.ts";
import { SeedFormat } from "./seed.ts";
import { TextFormat } from "./text.ts";

/** Every format by the name that `--format` takes. */
export const FORMATS = {
  seed: (options: FormatOptions): Format => new SeedFormat(options),
  text: (options: FormatOptions): Format => new TextFormat(options),
  hex: (options: FormatOptions): Format => new HexFormat(options),
  json: (options: FormatOptions): Format => new JsonFormat(options),
  raw: (_options: FormatOptions): Format => new RawFormat(),
} as const;

/** The name of a format. */
export type FormatName = keyof typeof FORMATS;
