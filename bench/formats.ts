/**
 * How fast each format writes lines, in memory: no pipe, no process, no file.
 *
 *     deno run bench/formats.ts [seconds per case, default 0.5]
 */
import type { FormatName } from "../cli/formats/format_names.ts";
import { FORMATS } from "../cli/formats/formats.ts";
import { LineBuffer } from "../cli/formats/line_buffer.ts";

const CHUNK_BYTES = 64 * 1024;
const SLICE_BYTES = 32;
const secondsPerCase = Number(Deno.args[0] ?? 0.5);

const SENTENCE =
  "It's a line of a server's log, 200 OK, path=\"/index.html\" took 12 ms\n";

const INPUTS: { name: string; chunk: Uint8Array }[] = [
  { name: "text", chunk: repeated(SENTENCE) },
  { name: "letters", chunk: repeated("abcdefghijklmnopqrstuvwxyz 0123456789") },
  {
    name: "japanese",
    chunk: repeated("パイプはバイトを運ぶ。メッセージではない。\n"),
  },
  {
    name: "random",
    chunk: crypto.getRandomValues(new Uint8Array(CHUNK_BYTES)),
  },
];

function repeated(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text.repeat(CHUNK_BYTES));
  return bytes.slice(0, CHUNK_BYTES);
}

type Shape = "slices" | "pieces";

/** Each a second. */
interface Rates {
  lines: number;
  /** Bytes of input. */
  read: number;
  /** Bytes of the log. */
  written: number;
}

/** Writes the chunk again and again; every round is an arrival of its own. */
function measure(name: FormatName, shape: Shape, chunk: Uint8Array): Rates {
  const format = FORMATS[name]({
    time: "epoch",
    utc: false,
    pid: 4711,
    color: false,
    marks: false,
    streams: false,
    frames: shape === "pieces",
  });
  const out = new LineBuffer();
  let rounds = 0;
  let lines = 0;
  let written = 0;
  const begin = performance.now();
  let elapsedMs = 0;
  while (elapsedMs < secondsPerCase * 200) {
    const arrival = {
      wallMs: performance.timeOrigin + performance.now(),
      elapsedMs,
      stream: "out" as const,
    };
    if (shape === "slices") {
      lines += format.slices(out, chunk, 0, chunk.length, SLICE_BYTES, arrival);
    } else {
      for (let at = 0; at < chunk.length; at += SLICE_BYTES, lines++) {
        format.piece(out, chunk, at, at + SLICE_BYTES, arrival);
      }
    }
    written += out.length;
    out.reset();
    rounds++;
    elapsedMs = performance.now() - begin;
  }
  const seconds = elapsedMs / 1000;
  return {
    lines: lines / seconds,
    read: rounds * chunk.length / seconds,
    written: written / seconds,
  };
}

const report = ["format shape   input       M lines/s   MB/s in    out"];
for (const name of Object.keys(FORMATS) as FormatName[]) {
  for (const shape of ["slices", "pieces"] as const) {
    for (const input of INPUTS) {
      // The best of five: what else the machine does only ever takes away.
      const rates = Array.from(
        { length: 5 },
        () => measure(name, shape, input.chunk),
      );
      const best = rates.reduce((a, b) => b.lines > a.lines ? b : a);
      report.push(
        `${name.padEnd(7)}${shape} ${input.name.padEnd(14)} ` +
          (best.lines / 1e6).toFixed(1).padStart(6) +
          (best.read / 1e6).toFixed(0).padStart(7) +
          (best.written / 1e6).toFixed(0).padStart(8),
      );
    }
  }
}
await Deno.stdout.write(new TextEncoder().encode(report.join("\n") + "\n"));
