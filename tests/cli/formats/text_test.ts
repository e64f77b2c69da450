import type { FormatOptions } from "../../../cli/formats/formats.ts";
import { TextFormat } from "../../../cli/formats/text.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import { arrival, bytesOf, logOf, options, written } from "./harness.ts";

/** The text of a log without times: all its lines, joined. */
function textOf(chunk: Uint8Array, size: number): string {
  return logOf(new TextFormat(options()), chunk, size).replaceAll("\n", "");
}

/** The bytes that a text without a backslash of its own stands for. */
function parse(text: string): Uint8Array {
  const bytes: number[] = [];
  const escapes = /\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|([nr]))|[^\\]/gu;
  let at = 0;
  for (const match of text.matchAll(escapes)) {
    assertEquals(match.index, at, `no escape starts at ${at}: ${text}`);
    at += match[0].length;
    const [whole, byte, codePoint, short] = match;
    if (byte) bytes.push(parseInt(byte, 16));
    else if (short) bytes.push("\n\r".charCodeAt("nr".indexOf(short)));
    else {
      const character = codePoint
        ? String.fromCodePoint(parseInt(codePoint, 16))
        : whole;
      bytes.push(...bytesOf(character));
    }
  }
  assertEquals(at, text.length, `an escape is cut: ${text}`);
  return Uint8Array.from(bytes);
}

const SPELLINGS: { name: string; bytes: Uint8Array; text: string }[] = [
  {
    name: "plain text as it is",
    bytes: bytesOf("plain 'text' \"here\" {}"),
    text: "plain 'text' \"here\" {}",
  },
  {
    name: "characters of two, three and four bytes as they are",
    bytes: bytesOf("é€𝄞 日本語 e\u0301"),
    text: "é€𝄞 日本語 e\u0301",
  },
  {
    name: "line ends by their letters, and a tab as it is",
    bytes: bytesOf("a\tb\r\nc"),
    text: "a\tb\\r\\nc",
  },
  {
    name: "control characters of ASCII as bytes",
    bytes: bytesOf("\0\x07\x1b[2J\x7f"),
    text: "\\x00\\x07\\x1b[2J\\x7f",
  },
  {
    name: "C1 controls as code points, for they are two bytes",
    bytes: bytesOf("\x80\x9b"),
    text: "\\u{80}\\u{9b}",
  },
  {
    name: "what reorders, separates or hides as code points",
    bytes: bytesOf("\u202e\u2066\u2028\u2029\ufeff\u200b\u{e0041}\ufe0f"),
    text: "\\u{202e}\\u{2066}\\u{2028}\\u{2029}\\u{feff}\\u{200b}\\u{e0041}" +
      "\\u{fe0f}",
  },
  {
    name: "bytes that are not UTF-8 as bytes",
    bytes: Uint8Array.of(0x61, 0xff, 0x80, 0xc3, 0x28, 0xe2, 0x82, 0x62),
    text: "a\\xff\\x80\\xc3(\\xe2\\x82b",
  },
  {
    name: "overlong forms, surrogates and more than U+10FFFF as bytes",
    bytes: Uint8Array.from(
      [0xc0, 0xaf, 0xe0, 0x80, 0x9b, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80],
    ),
    text: "\\xc0\\xaf\\xe0\\x80\\x9b\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80",
  },
  {
    name: "first bytes that UTF-8 no longer has as bytes",
    bytes: Uint8Array.of(0xf5, 0x80, 0x80, 0x80, 0xf8, 0xfe, 0xc1, 0x80),
    text: "\\xf5\\x80\\x80\\x80\\xf8\\xfe\\xc1\\x80",
  },
  {
    name: "a character that never ends as bytes",
    bytes: Uint8Array.of(0x61, 0xf0, 0x9d, 0x84),
    text: "a\\xf0\\x9d\\x84",
  },
  {
    name: "a character that another interrupts as bytes",
    bytes: Uint8Array.of(0xf0, 0x9d, 0xc3, 0xa9, 0xe2, 0xe2, 0x82, 0xac),
    text: "\\xf0\\x9dé\\xe2€",
  },
];

for (const { name, bytes, text } of SPELLINGS) {
  Deno.test(`text shows ${name}, wherever it is cut`, () => {
    for (let size = 1; size <= bytes.length + 1; size++) {
      assertEquals(textOf(bytes, size), text, `slices of ${size}`);
    }
    assertEquals(parse(text), bytes);
  });
}

Deno.test("text shows a backslash as it is, wherever it is cut", () => {
  const path = "C:\\new\\x41\\\\";
  for (let size = 1; size <= path.length; size++) {
    assertEquals(textOf(bytesOf(path), size), path);
  }
});

Deno.test("text cut at every place is the same text and gives the bytes back (seed 41)", () => {
  const random = seededRandom(41);
  const parts = [
    "plain ",
    "é",
    "€",
    "𝄞",
    "\t",
    "\n",
    "\x1b",
    "\u202e",
    "\u{e0041}",
  ].map(bytesOf);
  for (let round = 0; round < 300; round++) {
    const bytes: number[] = [];
    while (bytes.length < 40) {
      const part = parts[Math.floor(random() * parts.length)]!;
      // Some are cut short and some bytes are noise.
      const byte = Math.floor(random() * 256);
      if (random() < 0.2 && byte !== 0x5c) bytes.push(byte);
      bytes.push(...part.subarray(0, random() < 0.2 ? 1 : part.length));
    }
    const chunk = Uint8Array.from(bytes);
    const text = textOf(chunk, chunk.length);
    assertEquals(parse(text), chunk);
    for (let size = 1; size < chunk.length; size++) {
      assertEquals(textOf(chunk, size), text, `slices of ${size}`);
    }
  }
});

Deno.test("a cut character is written with the slice that ends it", () => {
  const log = logOf(new TextFormat(options()), bytesOf("ab€cd"), 3);
  assertEquals(log, "ab\n€c\nd\n");
});

Deno.test("a character is held back over chunks and for each stream alone", () => {
  const format = new TextFormat(options({ streams: true }));
  const [first, second, third] = bytesOf("€");
  const log = written((out) => {
    const write = (stream: "out" | "err", ...bytes: number[]) =>
      format.piece(
        out,
        Uint8Array.from(bytes),
        0,
        bytes.length,
        arrival({ stream }),
      );
    write("out", 0x61, first!);
    write("err", 0x62, first!, second!);
    write("out", second!);
    write("out");
    write("err", 0x63);
    write("out", third!, 0x64);
  });
  assertEquals(
    log,
    "out a\nerr b\nout \nout \nerr \\xe2\\x82c\nout €d\n",
  );
});

Deno.test("the end shows what is held back of that stream, once", () => {
  const format = new TextFormat(options({ streams: true }));
  const log = written((out) => {
    for (const stream of ["out", "err"] as const) {
      format.piece(out, bytesOf("€"), 0, 2, arrival({ stream }));
    }
    format.end(out, arrival({ stream: "err" }));
    format.end(out, arrival({ stream: "err" }));
    format.end(out, arrival({ stream: "out" }));
  });
  assertEquals(log, "out \nerr \nerr \\xe2\\x82\nout \\xe2\\x82\n");
});

Deno.test("nothing is held back from one message for the next", () => {
  const format = new TextFormat(options({ frames: true }));
  const log = written((out) => {
    format.piece(out, bytesOf("a€"), 0, 3, arrival());
    format.piece(out, bytesOf("€"), 2, 3, arrival());
    format.end(out, arrival());
  });
  assertEquals(log, "a\\xe2\\x82\n\\xac\n");
});

const ASKED: { name: string; asked: Partial<FormatOptions>; log: string }[] = [
  {
    name: "mark, label, time and stream come first, in this order",
    asked: { time: "iso", label: "we b", streams: true, slowMs: 1000 },
    log: "! we b 2026-11-23T00:20:02.244190Z out ab\n" +
      "  we b 2026-11-23T00:20:02.244190Z out c\n",
  },
  {
    name: "delta is 0 for the further slices of a chunk",
    asked: { time: "delta" },
    log: "1.500250 ab\n0.000000 c\n",
  },
  {
    name: "a slow line without a time has the mark alone",
    asked: { slowMs: 1000, color: true },
    log: "\x1b[33m!\x1b[39m ab\n  c\n",
  },
  {
    name: "with colour the time is dim, and a label has its own colour",
    asked: { time: "elapsed", label: "web", color: true },
    log: "\x1b[36mweb\x1b[39m \x1b[2m1.500250\x1b[22m ab\n" +
      "\x1b[36mweb\x1b[39m \x1b[2m1.500250\x1b[22m c\n",
  },
];

Deno.test("with colour, err is red and out is not", () => {
  const format = new TextFormat(options({ streams: true, color: true }));
  const log = written((out) => {
    for (const stream of ["out", "err"] as const) {
      format.piece(out, bytesOf("a"), 0, 1, arrival({ stream }));
    }
  });
  assertEquals(log, "out a\n\x1b[31merr\x1b[39m a\n");
});

Deno.test("a line whose rest is still to come is marked, and the next one is not", () => {
  for (
    const { color, mark } of [
      { color: false, mark: " …" },
      { color: true, mark: "\x1b[2m …\x1b[22m" },
    ]
  ) {
    const format = new TextFormat(options({ frames: true, color }));
    const log = written((out) => {
      format.piece(out, bytesOf("ab"), 0, 2, arrival(), true);
      format.piece(out, bytesOf("cd"), 0, 2, arrival());
    });
    assertEquals(log, `ab${mark}\ncd\n`);
  }
});

for (const { name, asked, log } of ASKED) {
  Deno.test(`text: ${name}`, () => {
    assertEquals(logOf(new TextFormat(options(asked)), bytesOf("abc"), 2), log);
  });
}
