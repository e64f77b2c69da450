/** What a reader gives at once: `tryReadFrame` and `buffered`. */
import { assertEquals, assertThrows } from "../support/std_assert.ts";
import {
  contentLength,
  type ContentLengthFrame,
  type Framing,
  lengthPrefix,
  lines,
  nul,
  PipeReader,
  pythonConnection,
} from "../../mod.ts";
import { bytesOf, fedStream, streamOf, textOf } from "../support/pieces.ts";
import { message, outcomeOf } from "./reader_steps.ts";

/** All frames that are here, or the error that is. */
function framesHere<Frame>(
  reader: PipeReader,
  framing: Framing<Frame>,
): unknown[] {
  const given: unknown[] = [];
  try {
    for (let frame; (frame = reader.tryReadFrame(framing)) !== undefined;) {
      given.push(
        outcomeOf(
          frame instanceof Uint8Array
            ? frame
            : message(frame as ContentLengthFrame),
        ),
      );
    }
  } catch (error) {
    given.push(outcomeOf(error));
  }
  return given;
}

interface Case {
  title: string;
  framing: Framing<Uint8Array> | Framing<ContentLengthFrame>;
  pieces: string[];
  /** What is here after each piece, and after the end. */
  given: string[][];
}

const CASES: Case[] = [
  {
    title: "lines as soon as they end, the last one at the end of the stream",
    framing: lines(),
    pieces: ["a", "b\nc\r", "\nd\n\ne", "f"],
    given: [[], ["ab"], ["c", "d", ""], [], ["ef"]],
  },
  {
    title: "a line at its limit, whose CR and LF are apart",
    framing: lines({ maxBytes: 3 }),
    pieces: ["abc\r", "\n"],
    given: [[], ["abc"], []],
  },
  {
    title: "that a line is too long, before its end",
    framing: lines({ maxBytes: 3 }),
    pieces: ["abc", "d", "\n"],
    given: [[], ["TooLongError 3"], ["TooLongError 3"], ["TooLongError 3"]],
  },
  {
    title: "frames that end in NUL, and the end within one",
    framing: nul(),
    pieces: ["a\0b", "\0", "c"],
    given: [["a"], ["b"], [], ["UnexpectedEndError c"]],
  },
  {
    title: "frames with a length, and the end within one",
    framing: lengthPrefix({ bytes: 2 }),
    pieces: ["\0", "\x02a", "b\0\0\0", "\x05x"],
    given: [[], [], ["ab", ""], [], ["UnexpectedEndError \0\x05x"]],
  },
  {
    title: "that a frame is too long, by its header",
    framing: lengthPrefix({ bytes: 2, maxBytes: 4 }),
    pieces: ["\0\x04abcd\0", "\x05"],
    given: [
      ["abcd"],
      ["TooLongError 4 claims 5"],
      ["TooLongError 4 claims 5"],
    ],
  },
  {
    title: "that a Python connection breaks its rule",
    framing: pythonConnection(),
    pieces: ["\0\0\0\x01a\xff\xff\xff", "\xfe"],
    given: [["a"], ["FramingError"], ["FramingError"]],
  },
  {
    title: "frames of a language server",
    framing: contentLength({ headers: true }),
    pieces: ["Content-Length: 1\r\nX: y\r\n", "\r\n", "aContent"],
    given: [[], [], ["X=y;a"], ["UnexpectedEndError Content"]],
  },
];

for (const { title, framing, pieces, given } of CASES) {
  Deno.test(`tryReadFrame gives ${title}`, async () => {
    await using reader = new PipeReader(streamOf(pieces.map(bytesOf)));
    const outcomes: unknown[][] = [];
    for (let hasEnded = false; !hasEnded;) {
      const size = reader.buffered + 1;
      hasEnded = ((await reader.peek(size))?.length ?? 0) < size;
      const before = reader.buffered + reader.bytesRead;
      outcomes.push(framesHere(reader, framing as Framing<unknown>));
      assertEquals(reader.buffered + reader.bytesRead, before);
    }
    assertEquals(outcomes, given);
  });
}

Deno.test("buffered is exact between the lines of a loop", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\r\nbb\nccc")]));
  const given: [string, number][] = [];
  for await (const line of reader.lines()) given.push([line, reader.buffered]);
  assertEquals(given, [["a", 6], ["bb", 3], ["ccc", 0]]);
});

Deno.test("a frame can be asked for while a batch of lines is held", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\nb\n\x01c\nd")]));
  const framing = lengthPrefix({ bytes: 1 });
  const given: unknown[] = [];
  for await (const line of reader.lines()) {
    given.push(line);
    if (line === "b") given.push(textOf(reader.tryReadFrame(framing)!));
  }
  assertEquals(given, ["a", "b", "c", "", "d"]);
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("a part of a frame leaves no wish for its room behind", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  const framing = lengthPrefix({ maxBytes: 500_000_000 });
  feed("\x1d\0\0\0a"); // claims 486539264 bytes
  await reader.peek(5);
  assertEquals(reader.tryReadFrame(framing), undefined);
  await reader.read(5);
  feed("b");
  const bytes = await reader.readExactly(1);
  assertEquals([textOf(bytes), bytes.buffer.byteLength], ["b", 1]);
});

Deno.test("while a read waits buffered says what has arrived, and tryReadFrame is refused", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  const five = reader.readExactly(5);
  feed("a\nc");
  await turn();
  assertEquals(reader.buffered, 3);
  assertThrows(
    () => reader.tryReadFrame(lines()),
    TypeError,
    "Cannot read while another read is pending",
  );
  feed("de");
  assertEquals([textOf(await five), reader.buffered], ["a\ncde", 0]);
});

Deno.test("what had arrived before the stream failed is still at hand", async () => {
  const { stream, feed, fail } = fedStream();
  await using reader = new PipeReader(stream);
  feed("a\nb");
  await reader.peek(1);
  const waiting = reader.readExactly(9).catch((error: Error) => error.message);
  fail(new Error("no more"));
  assertEquals(
    [await waiting, reader.buffered, ...framesHere(reader, lines())],
    ["no more", 3, "a"],
  );
  assertEquals(reader.buffered, 1);
});

Deno.test("after cancel nothing is at hand, and after rest all belongs to it", async () => {
  const cancelled = new PipeReader(streamOf([bytesOf("a\nb")]));
  await cancelled.peek(1);
  await cancelled.cancel();
  assertEquals(
    [cancelled.buffered, cancelled.tryReadFrame(lines())],
    [0, undefined],
  );

  const handed = new PipeReader(streamOf([bytesOf("a\nb")]));
  await handed.peek(1);
  const rest = handed.rest();
  assertThrows(
    () => handed.tryReadFrame(lines()),
    TypeError,
    "Cannot read after rest()",
  );
  assertEquals(await new Response(rest).text(), "a\nb");
});
