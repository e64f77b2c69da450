/** How fast each format writes lines, in memory. */
import type { InputName } from "./inputs.ts";
import {
  type Cases,
  DENO,
  inTurns,
  pathOf,
  printed,
  report,
} from "./measure.ts";

const NAMES = ["seed", "text", "hex", "json", "raw"];

/** Measures one format, as {@linkcode Cases} want it. */
export function formatAlone(
  name: string,
  shape: "slices" | "lines",
  input: InputName,
  { time = "epoch", mib = 32 } = {},
): () => Promise<number> {
  const words = [name, shape, input, time, String(mib)];
  return () => printed([...DENO, pathOf("format_case.ts"), ...words]);
}

export async function formats(isFull: boolean): Promise<void> {
  const inputs: InputName[] = isFull
    ? ["text", "random", "sentences", "japanese"]
    : ["text", "random"];
  const shapes = isFull ? ["slices", "lines"] as const : ["slices"] as const;
  const cases: Cases = {};
  for (const name of NAMES) {
    for (const shape of shapes) {
      for (const input of inputs) {
        cases[`${name}, ${shape}, ${input}`] = formatAlone(name, shape, input);
      }
    }
  }
  report("MB/s of input, in memory", await inTurns(cases, isFull ? 5 : 3));
}
