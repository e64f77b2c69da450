import { needs } from "../../support/processes.ts";
import type { FormatOptions } from "../../../cli/formats/formats.ts";
import { HexFormat, storeOffset } from "../../../cli/formats/hex.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import {
  arrival,
  bytesOf,
  logOf,
  options,
  outputOf,
  written,
} from "./harness.ts";

const SIZES = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 4096, 100_003];

Deno.test(
  "full slices of 16 are what hexdump -vC prints, to the last offset (seed 7)",
  needs("hexdump"),
  async () => {
    const random = seededRandom(7);
    for (const size of SIZES) {
      const chunk = new Uint8Array(size);
      // Every byte value is there in the large ones.
      for (let i = 0; i < size; i++) chunk[i] = Math.floor(random() * 256);
      const expected = await outputOf("hexdump", ["-vC"], chunk);
      const log = logOf(new HexFormat(options()), chunk, 16);
      assertEquals(log === new TextDecoder().decode(expected), true, `${size}`);
    }
  },
);

Deno.test("a piece of more than 16 bytes has more rows, and the offset runs on", () => {
  const format = new HexFormat(options({ time: "elapsed" }));
  const log = written((out) => {
    format.piece(out, bytesOf("A long piece of 24 bytes"), 0, 24, arrival());
    format.piece(out, new Uint8Array(0), 0, 0, arrival());
    format.piece(out, bytesOf("--end\n--"), 2, 6, arrival());
    format.end(out, arrival());
  });
  assertEquals(
    log,
    "1.500250 00000000  41 20 6c 6f 6e 67 20 70  69 65 63 65 20 6f 66 20  |A long piece of |\n" +
      "         00000010  32 34 20 62 79 74 65 73                           |24 bytes|\n" +
      "1.500250 00000018                                                    ||\n" +
      "1.500250 00000018  65 6e 64 0a                                       |end.|\n" +
      "1.500250 0000001c\n",
  );
});

Deno.test("each stream has an offset of its own", () => {
  const format = new HexFormat(options({ streams: true }));
  const log = written((out) => {
    for (const stream of ["out", "err", "out"] as const) {
      format.piece(out, bytesOf("xy"), 0, 2, arrival({ stream }));
    }
    format.end(out, arrival({ stream: "err" }));
  });
  const columns = " ".repeat(43);
  assertEquals(
    log,
    `out 00000000  78 79 ${columns} |xy|\n` +
      `err 00000000  78 79 ${columns} |xy|\n` +
      `out 00000002  78 79 ${columns} |xy|\n` +
      "err 00000002\n",
  );
});

const OFFSETS: { offset: number; text: string }[] = [
  { offset: 0, text: "00000000" },
  { offset: 0xabc, text: "00000abc" },
  { offset: 0xffffffff, text: "ffffffff" },
  { offset: 0x100000000, text: "100000000" },
  { offset: 2 ** 53 - 1, text: "1fffffffffffff" },
];

for (const { offset, text } of OFFSETS) {
  Deno.test(`the offset ${offset} is written as ${text}`, () => {
    const log = written((out) => {
      out.ensure(14);
      out.length = storeOffset(out.view, 0, offset);
    });
    assertEquals(log, text);
  });
}

const FURTHER: {
  title: string;
  asked: Partial<FormatOptions>;
  first: string;
  further: string;
}[] = [
  {
    title: "repeat a label",
    asked: { label: "wéb" },
    first: "wéb ",
    further: "wéb ",
  },
  {
    title: "repeat the stream, and are blank below the time",
    asked: { streams: true, label: "web", time: "elapsed" },
    first: "web 1.500250 out ",
    further: "web          out ",
  },
  {
    title: "are blank below the marks",
    asked: { marks: true, streams: true },
    first: "out ─░  ",
    further: "out     ",
  },
  {
    title: "are blank below a slow line's colour",
    asked: { slowMs: 1, color: true, time: "elapsed", label: "web" },
    first: "\x1b[33m!\x1b[39m \x1b[36mweb\x1b[39m \x1b[33m1.500250\x1b[39m ",
    further: "  \x1b[36mweb\x1b[39m          ",
  },
];

for (const { title, asked, first, further } of FURTHER) {
  Deno.test(`further rows of a piece ${title}`, () => {
    const chunk = bytesOf("0123456789abcdefX");
    const rows = logOf(new HexFormat(options(asked)), chunk, 32).split("\n");
    assertEquals(
      [0, 1].map((row) => rows[row]!.split("000000")[0]),
      [first, further],
    );
  });
}
