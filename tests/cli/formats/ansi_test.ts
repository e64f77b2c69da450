import { TextFormat } from "../../../cli/formats/text.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import { arrival, bytesOf, logOf, options, written } from "./harness.ts";

const RED = "\x1b[31m";
const RESET = "\x1b[0m";

const SGR = new RegExp("\x1b\\[[0-9;]*m", "g");

type Ansi = "show" | "keep" | "strip";

/** The log of one chunk in slices. */
function log(ansi: Ansi, text: string, size = 1000): string {
  return logOf(new TextFormat(options({ ansi })), bytesOf(text), size);
}

/** The log of whole messages. */
function logOfFrames(ansi: Ansi, ...frames: string[]): string {
  const format = new TextFormat(options({ ansi, frames: true }));
  return written((out) => {
    for (const frame of frames) {
      const bytes = bytesOf(frame);
      format.piece(out, bytes, 0, bytes.length, arrival());
    }
    format.end(out, arrival());
  });
}

const COLORS = [
  { name: "one colour", text: `a${RED}b${RESET}c`, strip: "abc" },
  { name: "the short reset", text: `${RED}b\x1b[m`, strip: "b" },
  { name: "256 colours", text: `\x1b[1;38;5;208mx${RESET}`, strip: "x" },
  {
    name: "all of 24 bits",
    text: `\x1b[38;2;255;255;255;48;2;0;0;0mx${RESET}`,
    strip: "x",
  },
  { name: "several in a row", text: `\x1b[1m${RED}x${RESET}`, strip: "x" },
  {
    name: "colours around characters",
    text: `${RED}é€😀${RESET}`,
    strip: "é€😀",
  },
];

for (const { name, text, strip } of COLORS) {
  Deno.test(`keep gives ${name} as it is, strip the text alone, show an escape`, () => {
    assertEquals(log("keep", text), `${text}\n`);
    assertEquals(log("strip", text), `${strip}\n`);
    assertEquals(log("show", text), `${text.replaceAll("\x1b", "\\x1b")}\n`);
  });
}

const CARRIED = [
  { name: "a colour", first: `${RED}a`, again: RED },
  { name: "the last colour alone", first: `\x1b[32m${RED}a`, again: RED },
  { name: "bold and a colour", first: `\x1b[1;31ma`, again: "\x1b[1;31m" },
  { name: "no bold that has ended", first: `\x1b[1;31;22ma`, again: RED },
  {
    name: "no colour that has ended",
    first: `\x1b[4;31;39ma`,
    again: "\x1b[4m",
  },
  { name: "a bright background", first: "\x1b[107ma", again: "\x1b[107m" },
  {
    name: "24 bits, and a background",
    first: "\x1b[38;2;1;2;3m\x1b[44ma",
    again: "\x1b[38;2;1;2;3;44m",
  },
];

for (const { name, first, again } of CARRIED) {
  Deno.test(`a line ends with a reset, and the next one has ${name} again`, () => {
    const lines = `${first}${RESET}\n${again}b${RESET}\n`;
    assertEquals(logOfFrames("keep", first, "b"), lines);
  });
}

Deno.test("what was reset is not set again, and nothing is added then", () => {
  const frames = [`${RED}a${RESET}`, "b", "\x1b[1mc\x1b[22m", "d"];
  assertEquals(logOfFrames("keep", ...frames), `${frames.join("\n")}\n`);
});

Deno.test("a font that we know nothing of is reset as well", () => {
  const lines = `\x1b[20ma${RESET}\nb${RESET}\nc${RESET}\nd\n`;
  const frames = ["\x1b[20ma", "b", `c${RESET}`, "d"];
  assertEquals(logOfFrames("keep", ...frames), lines);
});

Deno.test("each stream has its own colours", () => {
  const format = new TextFormat(options({
    ansi: "keep",
    frames: true,
    streams: true,
  }));
  const got = written((out) => {
    for (const stream of ["out", "err", "out"] as const) {
      const bytes = bytesOf(stream === "err" ? "b" : `${RED}a`);
      format.piece(out, bytes, 0, bytes.length, arrival({ stream }));
    }
  });
  assertEquals(
    got,
    `out ${RED}a${RESET}\nerr b\nout ${RED}${RED}a${RESET}\n`,
  );
});

/** Escapes that some terminal acts on, and that are no colours. */
const HOSTILE = [
  ...["\x1b[?31m", "\x1b[>4;2m", "\x1b[<1m", "\x1b[=1m", "\x1b[31 m"],
  ...["\x1b[31!m", "\x1b[38:2::1:2:3m", "\x1b[4:3m", "\x1b[31$m"],
  ...[
    "\x1b[256m",
    "\x1b[99999999999999999999m",
    "\x1b[31\x00m",
    "\x1b[31;\x1bm",
  ],
  ...["\x1b[2J", "\x1b[31H", "\x1b]0;x\x07", "\x1b(0", "\x1bc", "\x9b31m"],
  ...["\x1b[-1m", "\x1b[1.5m", "\x1b[31\nm", "\x1b[31\x7fm", "\x1b\x1b[2J"],
  "\x1b[" + "0;".repeat(40) + "m",
  "\x1b[" + "0".repeat(100) + "m",
];

for (const hostile of HOSTILE) {
  Deno.test(`${JSON.stringify(hostile)} is no colour: it is shown, wherever it is cut`, () => {
    const shown = log("show", `a${hostile}b`).replaceAll("\n", "");
    for (const ansi of ["keep", "strip"] as const) {
      for (let size = 1; size < hostile.length + 3; size++) {
        const got = log(ansi, `a${hostile}b`, size).replaceAll("\n", "");
        assertEquals({ ansi, size, got }, { ansi, size, got: shown });
      }
    }
  });
}

Deno.test("a colour that is cut is written whole, in the slice of its last byte", () => {
  assertEquals(log("keep", `ab${RED}c`, 4), `ab\n${RED}c${RESET}\n`);
  assertEquals(log("strip", `ab${RED}c`, 4), "ab\nc\n");
});

Deno.test("a colour that never ends is shown at the end", () => {
  assertEquals(log("keep", "a\x1b[3"), "a\n\\x1b[3\n");
  assertEquals(logOfFrames("strip", "a\x1b[3", "1mb"), "a\\x1b[3\n1mb\n");
});

Deno.test("wherever colours are cut, the text and its colours are the same (seed 7)", () => {
  const random = seededRandom(7);
  const parts = [
    "a",
    "é",
    "😀",
    RED,
    RESET,
    "\x1b[1m",
    "\x1b[",
    "\x1b",
    "m",
    ";",
  ];
  for (let round = 0; round < 200; round++) {
    let text = "";
    while (text.length < 30) text += parts[Math.floor(random() * parts.length)];
    const stripped = log("strip", text).replaceAll("\n", "");
    for (let size = 1; size < 12; size++) {
      const cut = log("strip", text, size).replaceAll("\n", "");
      assertEquals({ text, size, cut }, { text, size, cut: stripped });
      const lines = log("keep", text, size).split("\n").slice(0, -1);
      for (const line of lines) {
        // Nothing stays set behind a line, and nothing but colours acts.
        const sequences = line.match(SGR) ?? [];
        const last = sequences.at(-1) ?? RESET;
        assert(/^.\[[0;]*m$/.test(last), JSON.stringify(line));
        assert(!line.replaceAll(SGR, "").includes("\x1b"));
      }
    }
  }
});
