import { type FormatOptions, RawFormat } from "../../../cli/formats/formats.ts";
import type { FormatName } from "../../../cli/options/option.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import { arrival, bytesOf, FORMATS, options, written } from "./harness.ts";

const NAMES = Object.keys(FORMATS) as FormatName[];

const ASKED: Partial<FormatOptions>[] = [
  { time: "epoch" },
  { time: "delta", streams: true },
  { time: "iso", utc: false, label: "a label, é" },
  { time: "elapsed", slowMs: 100, color: true },
  { time: "none", frames: true },
];

/** Three reads of two pipes: text, noise and characters that are cut. */
const READS = [
  { stream: "out", elapsedMs: 5 },
  { stream: "err", elapsedMs: 200 },
  { stream: "out", elapsedMs: 200 },
] as const;

function chunkOf(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const parts = ["plain text ", "it's", '"', "\\", "\n", "é€𝄞", "\u202e\0"]
    .map(bytesOf);
  const bytes: number[] = [];
  while (bytes.length < 700) {
    const part = parts[Math.floor(random() * parts.length)]!;
    if (random() < 0.1) bytes.push(Math.floor(random() * 256));
    bytes.push(...part.subarray(0, random() < 0.1 ? 1 : part.length));
  }
  return Uint8Array.from(bytes);
}

for (const name of NAMES) {
  for (const asked of ASKED) {
    const title = `${name} with ${JSON.stringify(asked)}`;
    Deno.test(`${title}: slices, portions and pieces are the same (seed 11)`, () => {
      for (const size of [1, 3, 16, 17, 32, 1000]) {
        const [slices, portions, pieces] = [Infinity, 5 * size, size].map(
          (portion) => {
            const format = FORMATS[name](options(asked));
            return written((out) => {
              out.append(bytesOf("what was there before\n"));
              READS.forEach((read, index) => {
                const chunk = chunkOf(11 + index);
                const moment = arrival(read);
                for (let at = 0; at < chunk.length; at += portion) {
                  const end = Math.min(at + portion, chunk.length);
                  if (portion === size) {
                    format.piece(out, chunk, at, end, moment);
                  } else format.slices(out, chunk, at, end, size, moment);
                }
              });
              format.end?.(out, arrival({ stream: "err" }));
              format.end?.(out, arrival({ stream: "out" }));
            }, name === "raw");
          },
        );
        assertEquals(portions, slices, `portions of slices of ${size}`);
        assertEquals(pieces, slices, `pieces of ${size}`);
      }
    });
  }
}

Deno.test("raw appends the bytes and nothing else", () => {
  const format = new RawFormat();
  const chunk = bytesOf("\x1b[2J\nab\r\n");
  let pieces = NaN;
  const log = written((out) => {
    format.piece(out, chunk, 0, 5);
    pieces = format.slices(out, chunk, 5, chunk.length, 3, arrival());
  });
  assertEquals([pieces, log], [2, "\x1b[2J\nab\r\n"]);
});
