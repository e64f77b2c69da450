import { needs } from "../../support/processes.ts";
import {
  type FormatOptions,
  SeedFormat,
} from "../../../cli/formats/formats.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import {
  arrival,
  bytesOf,
  logOf,
  options,
  outputOf,
  pathOf,
  written,
} from "./harness.ts";

const REPR = pathOf("../../fixtures/repr_bytes.py");

/**
 * Slices one behind the other, each after its one-byte length. An array each would
 * take most of the time of a million of them.
 */
interface Row {
  bytes: Uint8Array;
  /** What of `bytes` is used. */
  length: number;
}

/** The lines that Python writes for a row of slices, in one process. */
async function pythonLines({ bytes, length }: Row): Promise<string> {
  const output = await outputOf(
    "python3",
    [REPR, "4711"],
    bytes.subarray(0, length),
  );
  return new TextDecoder().decode(output);
}

/** One log of a row of slices, each written as a piece of its own. */
function logOfRow({ bytes, length }: Row): string {
  const format = new SeedFormat(options());
  const arrived = arrival();
  return written((out) => {
    for (let at = 0; at < length; at += 1 + bytes[at]!) {
      format.piece(out, bytes, at + 1, at + 1 + bytes[at]!, arrived);
    }
  });
}

/** One log of all the slices, each written as a piece of its own. */
function logOfPieces(slices: Uint8Array[]): string {
  const format = new SeedFormat(options());
  return written((out) => {
    for (const slice of slices) {
      format.piece(out, slice, 0, slice.length, arrival());
    }
  });
}

Deno.test("a log line is the one of the first program, byte for byte", () => {
  const format = new SeedFormat(options({ time: "epoch" }));
  assertEquals(
    logOf(format, bytesOf("Spam 0"), 32),
    "Parent 4711 got [b'Spam 0'] as 1795393202.244190\n",
  );
});

Deno.test(
  "all 65,536 two-byte values are written as Python's repr has them",
  needs("python3"),
  async () => {
    const together = Uint8Array.from(
      { length: 2 * 65536 },
      (_, at) => at % 2 === 0 ? at >> 9 : (at >> 1) & 255,
    );
    const row = { bytes: new Uint8Array(3 * 65536), length: 3 * 65536 };
    for (let value = 0; value < 65536; value++) {
      row.bytes.set([2, value >> 8, value & 255], 3 * value);
    }
    const expected = await pythonLines(row);
    assertEquals(logOfRow(row) === expected, true);
    const log = logOf(new SeedFormat(options()), together, 2);
    assertEquals(log === expected, true);
  },
);

Deno.test(
  "a million random slices are written as Python's repr has them (seed 20261123)",
  needs("python3"),
  async () => {
    const random = seededRandom(20261123);
    // Quotes and backslashes are rare among random bytes and decide the most.
    const rare = bytesOf("'\"\\\n\t\r ~\x7f'");
    const count = 1_000_000;
    const row = { bytes: new Uint8Array(count * 33), length: 0 };
    for (let n = 0; n < count; n++) {
      const length = Math.floor(random() * 33);
      const often = random();
      row.bytes[row.length++] = length;
      for (let i = 0; i < length; i++) {
        row.bytes[row.length++] = random() < often / 4
          ? rare[Math.floor(random() * rare.length)]!
          : Math.floor(random() * 256);
      }
    }
    const expected = await pythonLines(row);
    assertEquals(logOfRow(row) === expected, true);
  },
);

Deno.test("the slices of a chunk are written as if each came alone", () => {
  const chunk = bytesOf("it's \"one\" chunk\n that's cut\\ everywhere 'é'\x00");
  for (let size = 1; size <= chunk.length + 1; size++) {
    const alone: Uint8Array[] = [];
    for (let at = 0; at < chunk.length; at += size) {
      alone.push(chunk.subarray(at, at + size));
    }
    const log = logOf(new SeedFormat(options()), chunk, size);
    assertEquals(log, logOfPieces(alone), `slices of ${size}`);
  }
});

Deno.test("a part of a chunk is written and its slices are counted", () => {
  const format = new SeedFormat(options());
  let pieces = NaN;
  const log = written((out) => {
    pieces = format.slices(out, bytesOf("0123456789"), 3, 8, 2, arrival());
  });
  assertEquals(
    [pieces, log],
    [
      3,
      "Parent 4711 got [b'34']\nParent 4711 got [b'56']\n" +
      "Parent 4711 got [b'7']\n",
    ],
  );
});

Deno.test("an empty piece is a line and an empty chunk is none", () => {
  const empty = new Uint8Array(0);
  assertEquals(
    logOfPieces([empty, empty]),
    "Parent 4711 got [b'']\n".repeat(2),
  );
  assertEquals(logOf(new SeedFormat(options()), empty, 32), "");
});

const ASKED: {
  name: string;
  asked: Partial<FormatOptions>;
  lines: string[];
}[] = [
  {
    name: "time none leaves the time out",
    asked: { time: "none" },
    lines: ["Parent 4711 got [b'ab']", "Parent 4711 got [b'c']"],
  },
  {
    name: "time iso",
    asked: { time: "iso" },
    lines: [
      "Parent 4711 got [b'ab'] as 2026-11-23T00:20:02.244190Z",
      "Parent 4711 got [b'c'] as 2026-11-23T00:20:02.244190Z",
    ],
  },
  {
    name: "time elapsed",
    asked: { time: "elapsed" },
    lines: [
      "Parent 4711 got [b'ab'] as 1.500250",
      "Parent 4711 got [b'c'] as 1.500250",
    ],
  },
  {
    name: "time delta is 0 for the further slices of a chunk",
    asked: { time: "delta" },
    lines: [
      "Parent 4711 got [b'ab'] as 1.500250",
      "Parent 4711 got [b'c'] as 0.000000",
    ],
  },
  {
    name: "a label comes first and cannot act on a terminal",
    asked: { label: "web\x1b[2J\u202eé" },
    lines: [
      "web\\x1b[2J\\u{202e}é Parent 4711 got [b'ab']",
      "web\\x1b[2J\\u{202e}é Parent 4711 got [b'c']",
    ],
  },
  {
    name: "the stream is named after the label",
    asked: { label: "web", streams: true },
    lines: [
      "web out Parent 4711 got [b'ab']",
      "web out Parent 4711 got [b'c']",
    ],
  },
  {
    name: "a slow line has a mark in a column of its own",
    asked: { slowMs: 1500, time: "elapsed" },
    lines: [
      "! Parent 4711 got [b'ab'] as 1.500250",
      "  Parent 4711 got [b'c'] as 1.500250",
    ],
  },
  {
    name: "a line is slow only if it is later than that",
    asked: { slowMs: 1500.25 },
    lines: ["  Parent 4711 got [b'ab']", "  Parent 4711 got [b'c']"],
  },
  {
    name: "colour is around our own mark and time: yellow, else dim",
    asked: { slowMs: 1, color: true, time: "epoch" },
    lines: [
      "\x1b[33m!\x1b[39m Parent 4711 got [b'ab'] as " +
      "\x1b[33m1795393202.244190\x1b[39m",
      "  Parent 4711 got [b'c'] as \x1b[2m1795393202.244190\x1b[22m",
    ],
  },
];

for (const { name, asked, lines } of ASKED) {
  Deno.test(`seed: ${name}`, () => {
    const log = logOf(new SeedFormat(options(asked)), bytesOf("abc"), 2);
    assertEquals(log, lines.map((line) => line + "\n").join(""));
  });
}

Deno.test("lines of both streams are named for their own", () => {
  const format = new SeedFormat(options({ streams: true, time: "delta" }));
  const log = written((out) => {
    for (const stream of ["out", "err", "out"] as const) {
      format.piece(out, bytesOf("x"), 0, 1, arrival({ stream }));
    }
  });
  assertEquals(
    log,
    "out Parent 4711 got [b'x'] as 1.500250\n" +
      "err Parent 4711 got [b'x'] as 0.000000\n" +
      "out Parent 4711 got [b'x'] as 0.000000\n",
  );
});
