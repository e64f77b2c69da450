import { naughtyStrings } from "../../support/packages.ts";
import type { FormatName } from "../../../cli/options/option.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { bytesOf, FORMATS, logOf, options } from "./harness.ts";

/** What could act on a terminal, reorder a line, end one or hide in one. */
const ACTS =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu;

/** What of a log acts; each log ends its own lines, and printable ASCII is safe. */
function actingIn(log: string): Set<string> {
  // Most of a log is ASCII, of which this needs a tenth of the time.
  return new Set(log.replaceAll(/[\n -~]+/g, "").match(ACTS));
}

/** The formats for people, with the form of their lines and what they let by. */
const SAFE_FORMATS: { name: FormatName; line: RegExp; lets?: string }[] = [
  { name: "seed", line: /^Parent 4711 got \[b(['"]).*\1\]$/u },
  { name: "text", line: /^.*$/u, lets: "\t" },
  { name: "hex", line: /^[0-9a-f]{8}( .{50} \|.{1,16}\|)?$/u },
  { name: "json", line: /^\{"stream":"out",.*\}$/u },
];

/** How many lines the slices of `total` bytes take. */
function countLines(name: FormatName, total: number, size: number): number {
  const full = Math.floor(total / size);
  const last = total % size;
  if (name !== "hex") return full + (last > 0 ? 1 : 0);
  return full * Math.ceil(size / 16) + Math.ceil(last / 16) + 1;
}

function everyCodePoint(): string {
  let text = "";
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
    const surrogate = codePoint >= 0xd800 && codePoint < 0xe000;
    if (!surrogate) text += String.fromCodePoint(codePoint);
  }
  return text;
}

const INPUTS: { name: string; bytes: Uint8Array; sizes: number[] }[] = [
  {
    name: "the naughty strings",
    bytes: bytesOf((naughtyStrings as string[]).join("\n")),
    sizes: [1, 2, 3, 5, 32, 4096],
  },
  {
    name: "every code point",
    bytes: bytesOf(everyCodePoint()),
    sizes: [32, 65536],
  },
  {
    name: "every byte before and after every kind of first byte",
    bytes: Uint8Array.from(
      { length: 65536 * 2 },
      (_, i) => i % 2 === 0 ? i >> 9 : i >> 1 & 255,
    ),
    sizes: [1, 2, 3, 31, 32],
  },
  {
    name: "escape sequences and a forged line",
    bytes: bytesOf(
      "\x1b]0;title\x07\x1b[2J\x9b31m\rParent 1 got [b'x'] as 1\nParent 1\n",
    ),
    sizes: [1, 5, 32, 4096],
  },
];

for (const ansi of ["keep", "strip"] as const) {
  for (const input of INPUTS) {
    Deno.test(`nothing in ${input.name} can act through text that has to ${ansi} colours`, () => {
      for (const size of input.sizes) {
        const format = FORMATS.text(options({ ansi }));
        const log = logOf(format, input.bytes, size);
        const plain = log.replaceAll(new RegExp("\x1b\\[[0-9;]*m", "g"), "");
        assertEquals([...actingIn(plain).difference(new Set("\t"))], []);
        if (ansi === "strip") assertEquals(log, plain);
      }
    });
  }
}

for (const { name, line, lets = "" } of SAFE_FORMATS) {
  for (const input of INPUTS) {
    Deno.test(`nothing in ${input.name} can act through ${name}`, () => {
      for (const size of input.sizes) {
        const format = FORMATS[name](options({ frames: true }));
        const log = logOf(format, input.bytes, size);
        assertEquals([...actingIn(log).difference(new Set(lets))], []);
        const lines = log.split("\n");
        assertEquals(lines.pop(), "");
        assertEquals(lines.filter((text) => !line.test(text)), []);
        const expected = countLines(name, input.bytes.length, size);
        assertEquals(lines.length, expected, `slices of ${size}`);
      }
    });
  }
}
