import { fileURLToPath } from "node:url";
import type { Arrival } from "../../../cli/arrival.ts";
import {
  type Format,
  type FormatOptions,
  FORMATS as LOADERS,
} from "../../../cli/formats/formats.ts";
import { FORMAT_NAMES, type FormatName } from "../../../cli/options/option.ts";
import { LineBuffer } from "../../../cli/formats/store.ts";

/** Options of a plain log, with what a test changes. */
export function options(changed: Partial<FormatOptions> = {}): FormatOptions {
  return {
    time: "none",
    utc: true,
    pid: 4711,
    color: false,
    marks: false,
    streams: false,
    ...changed,
  };
}

type Make = (options: FormatOptions) => Format;

/** What makes each format. */
export const FORMATS: Record<FormatName, Make> = Object.fromEntries(
  await Promise.all(FORMAT_NAMES.map(async (name) => {
    const FormatClass = await LOADERS[name]();
    const make: Make = (options) => new FormatClass(options);
    return [name, make] as const;
  })),
) as Record<FormatName, Make>;

/** An arrival at a fixed moment, with what a test changes. */
export function arrival(changed: Partial<Arrival> = {}): Arrival {
  return {
    wallMs: 1795393202244.19,
    elapsedMs: 1500.25,
    stream: "out",
    ...changed,
  };
}

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * What `write` put into a new, tiny buffer, as strictly decoded UTF-8, or with
 * `bytewise` as one character a byte.
 */
export function written(
  write: (out: LineBuffer) => void,
  bytewise = false,
): string {
  // Tiny, so that a missing or too small `ensure` throws or loses bytes here.
  const out = new LineBuffer(1);
  write(out);
  if (bytewise) return new TextDecoder("latin1").decode(out.written());
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(out.written());
}

/** The log of one chunk cut into slices of `size`, with what the end adds. */
export function logOf(format: Format, chunk: Uint8Array, size: number): string {
  return written((out) => {
    format.slices(out, chunk, 0, chunk.length, size, arrival());
    format.end?.(out, arrival());
  });
}

/** What a program writes to stdout when `input` is its whole stdin. */
export async function outputOf(
  command: string,
  args: string[],
  input: Uint8Array,
): Promise<Uint8Array> {
  const child = new Deno.Command(command, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [output] = await Promise.all([
    child.output(),
    writer.write(input as BufferSource as Uint8Array<ArrayBuffer>)
      .then(() => writer.close()),
  ]);
  if (!output.success) throw new Error(`${command} ended with ${output.code}`);
  return output.stdout;
}

/** The path of a file beside this one, however its folder is named. */
export function pathOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
