/**
 * One format on one input, in memory: no pipe, no process, no file.
 * `format_case.ts FORMAT SHAPE INPUT TIME MIB` prints the MB of input a second.
 */
import type { FormatName, TimeKind } from "../cli/options/option.ts";
import { FORMATS } from "../cli/formats/formats.ts";
import { LineBuffer } from "../cli/formats/store.ts";
import { type InputName, INPUTS, LINE_BYTES } from "./inputs.ts";

const SLICE_BYTES = 32;

const [name, shape, input, time, mib] = Deno.args;
const block = INPUTS[input as InputName];
const format = new (await FORMATS[name as FormatName]())({
  time: time as TimeKind,
  utc: false,
  pid: 4711,
  color: false,
  marks: false,
  streams: false,
  frames: shape === "lines",
});
const out = new LineBuffer();
const rounds = Number(mib) * 2 ** 20 / block.length;
const startMs = performance.now();
for (let round = 0; round < rounds; round++) {
  // Every round is an arrival of its own, as a full pipe is.
  const elapsedMs = performance.now() - startMs;
  const wallMs = performance.timeOrigin + startMs + elapsedMs;
  const arrival = { wallMs, elapsedMs, stream: "out" as const };
  if (shape === "slices") {
    format.slices(out, block, 0, block.length, SLICE_BYTES, arrival);
  } else {
    for (let at = 0; at < block.length; at += LINE_BYTES + 1) {
      format.piece(out, block, at, at + LINE_BYTES, arrival);
    }
  }
  out.reset();
}
const seconds = (performance.now() - startMs) / 1000;
const rate = rounds * block.length / 1e6 / seconds;
Deno.stdout.writeSync(new TextEncoder().encode(String(rate)));
