import type { Format, FormatOptions } from "./format.ts";
import type { FormatName } from "./format_names.ts";
import { HexFormat } from "./hex.ts";
import { JsonFormat } from "./json.ts";
import { RawFormat } from "./raw.ts";
import { SeedFormat } from "./seed.ts";
import { TextFormat } from "./text.ts";

/** Every format by the name that `--format` takes. */
export const FORMATS: Record<FormatName, (options: FormatOptions) => Format> = {
  seed: (options) => new SeedFormat(options),
  text: (options) => new TextFormat(options),
  hex: (options) => new HexFormat(options),
  json: (options) => new JsonFormat(options),
  raw: () => new RawFormat(),
};
