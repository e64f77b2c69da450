import type { Arrival } from "../../../cli/arrival.ts";
import type { FormatName } from "../../../cli/options/option.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import { arrival, bytesOf, FORMATS, options, written } from "./harness.ts";

/** The log of reads of the pipe, each cut into slices of four. */
function logOfReads(
  name: FormatName,
  reads: { bytes: Uint8Array; stream?: Arrival["stream"] }[],
): string {
  const format = FORMATS[name](options({ marks: true, label: "x" }));
  return written((out) => {
    for (const { bytes, stream = "out" } of reads) {
      format.slices(out, bytes, 0, bytes.length, 4, arrival({ stream }));
    }
  });
}

const READS = [
  { bytes: bytesOf("0123456789") },
  { bytes: bytesOf("abcd") },
  { bytes: bytesOf("e") },
  { bytes: bytesOf("f") },
];

Deno.test("marks tell which slices one read gave and which were full", () => {
  assertEquals(
    logOfReads("text", READS),
    "x ├█  0123\nx │█  4567\nx └░  89\nx ─█  abcd\nx ─░  e\nx ─░  f\n",
  );
});

Deno.test("marks stand in front of the line of seed", () => {
  assertEquals(
    logOfReads("seed", READS.slice(1, 3)),
    "x ─█  Parent 4711 got [b'abcd']\nx ─░  Parent 4711 got [b'e']\n",
  );
});

Deno.test("marks stand before the offset of hex", () => {
  const log = logOfReads("hex", READS.slice(1, 2));
  assertEquals(log.slice(0, 28), "x ─█  00000000  61 62 63 64 ");
});

Deno.test("json has the marks as fields, and counts the reads", () => {
  const [first, ...others] = logOfReads("json", READS).trimEnd().split("\n");
  assertEquals(
    first,
    '{"label":"x","read":1,"full":true,"cut":false,"stream":"out",' +
      '"offset":0,"size":4,"text":"0123"}',
  );
  assertEquals(
    others.map((line) => {
      const { read, full } = JSON.parse(line);
      return [read, full];
    }),
    [[1, true], [1, false], [2, true], [3, false], [4, false]],
  );
});

Deno.test("marks tell where a character was cut, also over reads and streams", () => {
  const [first, second, third] = bytesOf("€");
  const log = logOfReads("text", [
    { bytes: bytesOf("abc€d") },
    { bytes: Uint8Array.of(first!) },
    { bytes: bytesOf("e"), stream: "err" },
    { bytes: Uint8Array.of(second!) },
    { bytes: Uint8Array.of(third!) },
  ]);
  assertEquals(
    log,
    "x ├█… abc\nx └░  €d\nx ─░… \nx ─░  e\nx ─░… \nx ─░  €\n",
  );
});

Deno.test("a piece that is no slice has blank marks, and a message none", () => {
  const log = written((out) => {
    for (const frames of [false, true]) {
      const format = FORMATS.text(options({ marks: true, frames }));
      format.piece(out, bytesOf("a"), 0, 1, arrival());
      format.slices(out, bytesOf("b"), 0, 1, 4, arrival());
      format.piece(out, bytesOf("c"), 0, 1, arrival());
    }
  });
  assertEquals(log, "    a\n─░  b\n    c\na\nb\nc\n");
});

Deno.test("without their marks, marked lines are the lines without (seed 3)", () => {
  const random = seededRandom(3);
  const chunk = Uint8Array.from({ length: 2000 }, () => random() * 256);
  for (const name of ["seed", "text", "hex"] as const) {
    const [marked, plain] = [true, false].map((marks) =>
      written((out) =>
        FORMATS[name](options({ marks }))
          .slices(out, chunk, 0, chunk.length, 13, arrival())
      )
    );
    assertEquals(marked!.replaceAll(/^[├│└─][█░][… ] /gmu, ""), plain);
  }
});
