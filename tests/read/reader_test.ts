import { assertEquals } from "../support/std_assert.ts";
import { bytesOf, everyCut, streamOf } from "../support/pieces.ts";
import { ReaderOracle } from "./reader_oracle.ts";
import {
  all,
  exactly,
  expectSteps,
  fill,
  line,
  lineFrame,
  lsp,
  nulFrame,
  peek,
  plainLine,
  prefixed,
  python,
  readSteps,
  skip,
  skipUntil,
  someLines,
  type Step,
  tried,
  until,
  untilAny,
} from "./reader_steps.ts";

interface Case {
  title: string;
  input: string;
  steps: Step[];
}

const CASES: Case[] = [
  {
    title: "slices that are filled",
    input: "0123456789",
    steps: [fill(4), fill(4), fill(4), fill(4)],
  },
  {
    title: "sizes that are exact, the end within one, and on",
    input: "0123456789",
    steps: [exactly(0), exactly(3), exactly(8), exactly(7), exactly(1)],
  },
  {
    title: "a look ahead that takes nothing",
    input: "abcdef",
    steps: [peek(2), peek(9), exactly(4), peek(3), exactly(2), peek(1)],
  },
  {
    title: "delimiters that begin like themselves",
    input: "xaaabaab..aab",
    steps: [until("aab"), until("aab"), until("aab"), until("aab")],
  },
  {
    title: "a delimiter that never ends",
    input: "12--3---4--",
    steps: [until("--\n"), until("---"), until("--")],
  },
  {
    title: "a limit before a delimiter, met exactly and passed by one",
    input: "abcd==abcde==",
    steps: [until("==", 4), until("==", 4), until("==", 5), until("==")],
  },
  {
    title: "up to the first of several delimiters",
    input: "ab\r\ncd\nef\0gh-\r-",
    steps: [
      untilAny(["\n", "\r\n", "\0"]),
      untilAny(["\0", "\n"]),
      untilAny(["\0", "\n"], 1),
      untilAny(["f\0g", "\0"], 2),
      untilAny(["-\r\n", "-\r-\n"], 3),
      untilAny(["-\r\n", "-\r-\n"], 2),
    ],
  },
  {
    title: "a limit before several delimiters that end together",
    input: "abc\r\nabc\r\n",
    steps: [untilAny(["\n", "\r\n"], 3), untilAny(["\n", "\r\n"], 2)],
  },
  {
    title: "what is left after skips",
    input: "abcdef--gh-\n-ij\nk--l-",
    steps: [
      skip(0),
      skip(2),
      skipUntil("--"),
      peek(2),
      skipUntil("-\n", "-ij"),
      line(),
      skipUntil("---", "l-x"),
      skip(3),
    ],
  },
  {
    title: "the line after one that is too long",
    input: "abcdefgh\nij\n",
    steps: [line(3), skipUntil("\n"), line(3), line(3)],
  },
  {
    title: "all that is left, up to a limit",
    input: "a\nbcd",
    steps: [line(), all(2), peek(1), all(3), all(3)],
  },
  {
    title: "lines that end in LF, in CRLF, in nothing",
    input: "a\n\r\nb\rc\r\n\nd\r",
    steps: [line(), line(), line(), line(), line(), line()],
  },
  {
    title: "lines in a loop that is left and begun again",
    input: "a\nbb\r\nc\nd\ne",
    steps: [someLines(2), exactly(1), someLines(1), line(), someLines(9)],
  },
  {
    title: "plain lines in turn with other shapes",
    input: "a\nbb\r\nc\nd\nee\nf",
    steps: [
      plainLine,
      exactly(1),
      plainLine,
      peek(1),
      plainLine,
      someLines(1),
      plainLine,
      plainLine,
      plainLine,
    ],
  },
  {
    title: "lines at their limit and above it",
    input: "abc\nabc\r\nabcd\n",
    steps: [line(3), lineFrame(3), line(3), lineFrame(3), exactly(5), line()],
  },
  {
    title: "a last line without an ending at its limit and above it",
    input: "abc\nabc\r",
    steps: [line(3), line(3), someLines(1, 3), line(4)],
  },
  {
    title: "lines in a loop that meets its limit",
    input: "a\nbb\nccc\ndd",
    steps: [someLines(9, 2), line(), someLines(9, 2)],
  },
  {
    title: "characters of several bytes, a BOM, and bytes that are none",
    input: "\xef\xbb\xbfa\n\xe2\x82\xac\n\xe2\x82\n\xff\xf0\x9f\x98\x80",
    steps: [line(), someLines(2), someLines(9)],
  },
  {
    title: "frames that end in NUL",
    input: "a\0\0b\nc\0d",
    steps: [nulFrame(), nulFrame(), nulFrame(2), nulFrame(), nulFrame()],
  },
  {
    title: "frames with a length of 1 byte",
    input: "\x02ab\0\x03cd",
    steps: [prefixed(1), prefixed(1, true), prefixed(1), exactly(1)],
  },
  {
    title: "frames with a length of 2 bytes, and too long",
    input: "\0\x03abc\x02\0de\x57\x61rning",
    steps: [prefixed(2, false, 3), prefixed(2, true, 2), prefixed(2), line()],
  },
  {
    title: "frames with a length of 4 bytes, and text in between",
    input: "\0\0\0\x01aWarning\n\x01\0\0\0b\0\0",
    steps: [prefixed(4), prefixed(4), line(), prefixed(4, true), prefixed(4)],
  },
  {
    title: "frames with a length of 8 bytes, and claims above 2^53",
    input: "\0\0\0\0\0\0\0\x01a\xff\xff\xff\xff\0\0\0\0\0",
    steps: [prefixed(8), prefixed(8), exactly(1), prefixed(8), exactly(3)],
  },
  {
    title: "frames of a Python connection",
    input:
      "\0\0\0\x02ab\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\x01c\xff\xff\xff\xfe",
    steps: [python(), python(1), python(), python(), exactly(1)],
  },
  {
    title: "a long frame of a Python connection, too long and cut",
    input: "\xff\xff\xff\xff\0\0\0\x01\0\0\0\0abcd",
    steps: [python(), exactly(8), prefixed(4), python()],
  },
  {
    title: "frames of a language server",
    input: "content-LENGTH:  2 \r\nX: y z\r\n\r\n{}Content-Length: 0\r\n\r\n",
    steps: [lsp(), lsp(), lsp()],
  },
  {
    title: "frames of a language server that break the rules",
    input: "no\r\n\r\nContent-Length: 3\r\n\r\nabcContent-Length: 3\r\n\r\nab",
    steps: [lsp(), line(), line(), lsp(2), lsp(3), lsp()],
  },
  {
    title: "headers that are wrong before they are complete",
    input: "X: 1\r\nContent-Length: 2\n\n{}\r\n\r\n",
    steps: [lsp(), line(), lsp(), line(), lsp(), exactly(5), lsp()],
  },
  {
    title: "a header whose length is no number, and whose last line is none",
    input: "Content-Length: x\r\nX\r\nContent-Length: 1\r\nX\r\n",
    steps: [lsp(), line(), lsp(), line(), lsp(), exactly(19), lsp()],
  },
  {
    title: "two lengths in one header, and none",
    input: "Content-Length: 1\r\nContent-Length: 2\r\n\r\nX: 1\r\n\r\n",
    steps: [lsp(), until("\r\n\r\n"), lsp()],
  },
  {
    title: "every shape in turn",
    input: "hi\r\n\x03abc12\n\0x\0\0\0\x01yz--end",
    steps: [
      line(),
      prefixed(1),
      peek(3),
      someLines(1),
      nulFrame(),
      exactly(1),
      python(),
      until("--"),
      fill(2),
    ],
  },
];

/** Reads the same at every cut; watched or not, as in `readSteps`. */
async function readAtEveryCut(input: string, steps: Step[]): Promise<void> {
  for (const isWatched of [true, false]) {
    const expected = expectSteps(new ReaderOracle(input), steps, isWatched);
    for (const pieces of everyCut(bytesOf(input))) {
      const cut = pieces.map((piece) => piece.length);
      const outcomes = await readSteps(streamOf(pieces), steps, isWatched);
      assertEquals([cut, outcomes], [cut, expected]);
    }
  }
}

for (const { title, input, steps } of CASES) {
  Deno.test(`PipeReader reads ${title}, however it is cut`, async () => {
    await readAtEveryCut(input, steps);
  });

  if (!steps.some((step) => step.tried)) continue;
  Deno.test(`PipeReader reads ${title}, by tryReadFrame, however it is cut`, async () => {
    await readAtEveryCut(input, tried(steps));
  });
}
