import type { Format, FormatOptions } from "./format.ts";
import { RawFormat } from "./raw.ts";
import { SeedFormat } from "./seed.ts";

/** Every format by the name that `--format` takes. */
export const FORMATS = {
  seed: (options: FormatOptions): Format => new SeedFormat(options),
  raw: (_options: FormatOptions): Format => new RawFormat(),
} as const;

/** The name of a format. */
export type FormatName = keyof typeof FORMATS;
