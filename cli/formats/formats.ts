import type { LineArrival } from "../arrival.ts";
import type { Format, FormatOptions } from "./format.ts";
import type { ColorWord, FormatName } from "../options/option.ts";
import { SeedFormat } from "./seed.ts";
import type { LineBuffer } from "./store.ts";

/** The class of a format. */
export type FormatClass = new (options: FormatOptions) => Format;

/** Loads the class of a format, by the name that `--format` takes. */
export const FORMATS: Record<
  FormatName,
  () => FormatClass | Promise<FormatClass>
> = {
  // The default. It is loaded with the log: an import() here takes longer.
  seed: () => SeedFormat,
  text: async () => (await import("./text.ts")).TextFormat,
  hex: async () => (await import("./hex.ts")).HexFormat,
  json: async () => (await import("./json.ts")).JsonFormat,
  raw: () => RawFormat,
};

/** `raw`: the bytes, unchanged, without times and without lines of our own. */
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
    _arrival: LineArrival,
  ): number {
    out.append(chunk.subarray(start, end));
    return Math.ceil((end - start) / size);
  }
}

/**
 * Whether our own decorations have colour. `auto`: if stdout is a terminal,
 * `NO_COLOR` is not set to something, and TERM is not `dumb`, as far as we may
 * see it: Deno shows TERM only with `--allow-env`.
 */
export function shouldColor(
  when: ColorWord,
  isToStdout: boolean,
): boolean {
  if (when !== "auto") return when === "always";
  if (!isToStdout || !Deno.stdout.isTerminal() || Deno.noColor) return false;
  const term = { name: "env", variable: "TERM" } as const;
  if (Deno.permissions.querySync(term).state !== "granted") return true;
  try {
    return Deno.env.get("TERM") !== "dumb";
  } catch {
    return true; // Deno cannot read a value that is not UTF-8.
  }
}
