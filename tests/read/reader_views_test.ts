import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../support/std_assert.ts";
import {
  lengthPrefix,
  lines,
  nul,
  PipeReader,
  TooLongError,
  UnexpectedEndError,
} from "../../mod.ts";
import type { ByteBuffer } from "../../src/read/byte_buffer.ts";
import { DelimiterSearch } from "../../src/read/cutters.ts";
import {
  bytesOf,
  cutAt,
  everyCut,
  fedStream,
  streamOf,
  textOf,
} from "../support/pieces.ts";

Deno.test("views stay as they were given, whatever is read after them", async () => {
  const input = "\x05abcde\nxyz\n\x03fgh12";
  for (const pieces of everyCut(bytesOf(input))) {
    await using reader = new PipeReader(streamOf(pieces));
    const framing = lengthPrefix({ bytes: 1 });
    const views = [
      (await reader.peek(3))!,
      (await reader.readFrame(framing))!,
      await reader.readUntil("\n"),
      await reader.readUntil("\n"),
      (await reader.readFrame(framing))!,
      await reader.readExactly(2),
    ];
    assertEquals(views.map(textOf), [
      "\x05ab",
      "abcde",
      "\n",
      "xyz\n",
      "fgh",
      "12",
    ]);
  }
});

Deno.test("a chunk is given without a copy, and one byte of a big buffer with one", async () => {
  const chunk = new Uint8Array(100);
  const tiny = new Uint8Array(65_536).subarray(7, 8);
  await using reader = new PipeReader(streamOf([chunk, tiny]));
  assertEquals((await reader.read(10))!.buffer === chunk.buffer, true);
  assertEquals((await reader.read(100))!.buffer === chunk.buffer, true);
  assertEquals((await reader.read(1))!.buffer.byteLength, 1);
});

Deno.test("nothing is ever written to a chunk", async () => {
  const buffer = new Uint8Array(16).fill(7);
  const pieces = [buffer.subarray(0, 4), bytesOf("abcdefgh")];
  await using reader = new PipeReader(streamOf(pieces));
  await reader.readExactly(12);
  assertEquals(buffer, new Uint8Array(16).fill(7));
});

Deno.test("a claim above the limit allocates nothing and quotes the header", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("Warning: x\n")]));
  const error = await assertRejects(
    () => reader.readFrame(lengthPrefix()),
    TooLongError,
  );
  assertEquals(
    [error.message, error.what, error.maxBytes, error.claimedBytes],
    [
      'Cannot read a length-prefixed frame as it must have at most 16777216 bytes: current value is 1466004078, from the header "Warn"',
      "length-prefixed frame",
      16_777_216,
      0x5761726e,
    ],
  );
  assertEquals(await reader.readLine(), "Warning: x");
});

Deno.test("a quote of bytes cannot act on a terminal", async () => {
  const input = '\x1b]0;"\\\x9b' + "x".repeat(99);
  await using reader = new PipeReader(streamOf([bytesOf(input)]));
  const error = await assertRejects(() => reader.readLine({ maxBytes: 90 }));
  assertEquals(
    error.message,
    `Cannot read a line as it must have at most 90 bytes: it begins with "\\x1b]0;\\"\\\\\\x9b${
      "x".repeat(57)
    }"…`,
  );
});

/** 1 MB, to come in pieces of 8 bytes. */
const LONG = new Uint8Array(1_000_000).fill(120);
const SHAPES: {
  name: string;
  read(reader: PipeReader): Promise<unknown>;
}[] = [
  { name: "readExactly", read: (reader) => reader.readExactly(LONG.length) },
  {
    name: "readLine",
    read: (reader) => reader.readLine({ maxBytes: LONG.length }),
  },
  {
    name: "lines",
    read: (reader) => reader.lines({ maxBytes: LONG.length }).next(),
  },
  {
    name: "lineArrays",
    read: (reader) => reader.lineArrays({ maxBytes: LONG.length }).next(),
  },
  {
    name: "readUntil",
    read: (reader) =>
      assertRejects(
        () => reader.readUntil("\n", { maxBytes: LONG.length }),
        UnexpectedEndError,
      ),
  },
];

/** Until it is disposed of, an array that searches or copies more is refused. */
function limitWork(mostBytes: number): Disposable & { bytes: number } {
  const arrays = Uint8Array.prototype;
  const { indexOf, lastIndexOf, set } = arrays;
  const work = {
    bytes: 0,
    [Symbol.dispose]() {
      for (const name of ["indexOf", "lastIndexOf", "set"]) {
        Reflect.deleteProperty(arrays, name);
      }
    },
  };
  const count = (bytes: number) => {
    work.bytes += bytes;
    assert(work.bytes <= mostBytes, `over ${mostBytes} bytes of work`);
  };
  // Its own properties, in front of those that all typed arrays share.
  arrays.indexOf = function (byte, from = 0) {
    const at = indexOf.call(this, byte, from);
    count((at < 0 ? this.length : at + 1) - from);
    return at;
  };
  arrays.lastIndexOf = function (byte) {
    const at = lastIndexOf.call(this, byte);
    count(this.length - Math.max(at, 0));
    return at;
  };
  arrays.set = function (from, at) {
    count(from.length);
    set.call(this, from, at);
  };
  return work;
}

Deno.test.each(SHAPES)(
  "$name is linear in bytes for small pieces",
  async ({ read }) => {
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at === LONG.length) return controller.close();
        controller.enqueue(LONG.subarray(at, at += 8));
      },
    }, { highWaterMark: 0 });
    await using reader = new PipeReader(stream);
    // Each byte comes in, is moved twice and searched twice at most; a cost
    // that is quadratic, even in a window, is hundreds of times that.
    using work = limitWork(5 * LONG.length);
    await read(reader);
    assertEquals([at, work.bytes >= LONG.length], [LONG.length, true]);
  },
);

Deno.test("a search for several bytes looks at each byte once", () => {
  let looks = 0;
  const bytes = new Proxy(bytesOf("ab".repeat(500)), {
    get(target, at) {
      looks++;
      return Reflect.get(target, at);
    },
  });
  const search = new DelimiterSearch([bytesOf("abac")]);
  for (let end = 1; end <= 1000; end++) {
    assertEquals(search.find({ bytes, start: 0, end } as ByteBuffer), -1);
  }
  assertEquals(looks, 1000);
});

Deno.test("a frame whose length is known is collected in one allocation", async () => {
  const size = 1_000_000;
  const bytes = new Uint8Array(size + 104);
  new DataView(bytes.buffer).setUint32(0, size);
  const places = Array.from({ length: 100 }, (_, n) => (n + 1) * 10_000);
  await using reader = new PipeReader(streamOf(cutAt(bytes, places)));
  const frame = (await reader.readFrame(lengthPrefix()))!;
  assertEquals(frame.length, size);
  assert(frame.buffer.byteLength <= size + 4 + 65_536);
});

Deno.test("a read that gave up leaves no wish for its room behind", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  feed("ab");
  await assertRejects(
    () => reader.readExactly(1_000_000_000, { timeoutMs: 20 }),
    DOMException,
  );
  feed("c");
  await new Promise((resolve) => setImmediate(resolve));
  const bytes = await reader.readExactly(3);
  assertEquals([textOf(bytes), bytes.buffer.byteLength <= 65_539], [
    "abc",
    true,
  ]);
});

Deno.test("lines can be taken in turns with other reads at every place", async () => {
  const input = "a\r\nbb\n\nccc\ndddd\neeeee";
  const lines = input.split(/\r?\n/);
  for (const pieces of everyCut(bytesOf(input))) {
    for (let count = 0; count <= lines.length; count++) {
      await using reader = new PipeReader(streamOf(pieces));
      const given: (string | null)[] = [];
      const iterator = reader.lines();
      while (given.length < count) given.push((await iterator.next()).value!);
      given.push(await reader.readLine());
      while (given.at(-1) !== null) {
        given.push((await iterator.next()).value ?? null);
      }
      assertEquals(given, [...lines, null]);
    }
  }
});

Deno.test("bytesRead is exact between the lines of a loop", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\r\nbb\nccc")]));
  const given: [string, number][] = [];
  for await (const line of reader.lines()) given.push([line, reader.bytesRead]);
  assertEquals(given, [["a", 3], ["bb", 6], ["ccc", 9]]);
});

Deno.test("lines go on in front of a chunk that landed in between", async () => {
  const { stream, feed, end } = fedStream();
  await using reader = new PipeReader(stream);
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  const iterator = reader.lines();
  feed("a\nb\nc\n");
  assertEquals((await iterator.next()).value, "a");
  assertEquals(textOf((await reader.read(2))!), "b\n");
  await assertRejects(
    () => reader.readExactly(9, { timeoutMs: 0 }),
    DOMException,
  );
  assertEquals((await iterator.next()).value, "c");
  const second = reader.lines();
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  feed("d\ne\n");
  assertEquals((await second.next()).value, "d");
  feed("f");
  end();
  assertEquals(textOf((await reader.peek(3))!), "e\nf");
});

Deno.test("a chunk that lands while lines are held comes after them", async () => {
  const { stream, feed, end } = fedStream();
  await using reader = new PipeReader(stream);
  // The read that the timeout leaves outstanding ends while "b" is held.
  feed("a\nb\n");
  await assertRejects(
    () => reader.readExactly(5, { timeoutMs: 20 }),
    DOMException,
  );
  const iterator = reader.lines();
  assertEquals((await iterator.next()).value, "a");
  feed("c\n");
  await new Promise((resolve) => setImmediate(resolve));
  end();
  const rest = await new Response(reader.rest()).text();
  assertEquals(rest, "b\nc\n");
});

Deno.test("a chunk that lands beside held lines in the same memory comes after them", async () => {
  let feed!: (chunk: Uint8Array) => void;
  let end!: () => void;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      feed = (chunk) => controller.enqueue(chunk);
      end = () => controller.close();
    },
  }, { highWaterMark: 0 });
  await using reader = new PipeReader(stream);
  const all = bytesOf("one\ntwo\nthree\nfour\n");
  feed(all.subarray(0, 8));
  await reader.peek(100, { timeoutMs: 20 }).catch(() => {});
  assertEquals(await reader.readLine(), "one");
  feed(all.subarray(8));
  await new Promise((resolve) => setImmediate(resolve));
  end();
  assertEquals(reader.buffered, "two\nthree\nfour\n".length);
  const rest = await new Response(reader.rest()).text();
  assertEquals(rest, "two\nthree\nfour\n");
});

Deno.test("views of a subclass's chunk are plain ones, whose slice is a copy", async () => {
  const { Buffer } = await import("node:buffer");
  const chunk = Buffer.from(bytesOf("abcdef").buffer);
  await using reader = new PipeReader(streamOf([chunk]));
  const view = (await reader.read(3))!;
  assertEquals(view.constructor, Uint8Array);
  view.slice().fill(0);
  assertEquals(textOf(view), "abc");
});

Deno.test("a delimiter that the caller changes while it is looked for is looked for as it was", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  const delimiter = bytesOf("\r\n");
  const part = reader.readUntil(delimiter);
  delimiter.fill(0);
  feed("a\r\n");
  assertEquals(textOf(await part), "a\r\n");
});

Deno.test("what is collected has at most 1 MiB, unless told otherwise", async () => {
  const collecting: ((reader: PipeReader) => Promise<unknown>)[] = [
    (reader) => reader.readUntil("\0\n"),
    (reader) => reader.readFrame(nul()),
    (reader) => reader.readFrame(lines()),
    (reader) => reader.readLine(),
  ];
  for (const [n, collect] of collecting.entries()) {
    for (const extra of [0, 1]) {
      // For a line, the NUL is one of its bytes.
      const length = 1_048_576 + extra - (n < 2 ? 0 : 1);
      const bytes = bytesOf("x".repeat(length) + "\0\n");
      await using reader = new PipeReader(streamOf([bytes]));
      const error = await collect(reader).then(() => null, (error) => error);
      assertEquals(error?.constructor, extra ? TooLongError : undefined);
    }
  }
});

Deno.test("invalid UTF-8 is an error if asked for, after the lines before it", async () => {
  const input = bytesOf("a\nb\n\xff\nc\n");
  for (const pieces of everyCut(input)) {
    for (const isArrays of [false, true]) {
      await using reader = new PipeReader(streamOf(pieces));
      const given: string[] = [];
      const loop = async () => {
        if (!isArrays) {
          for await (const line of reader.lines({ fatal: true })) {
            given.push(line);
          }
        } else {
          for await (const lines of reader.lineArrays({ fatal: true })) {
            given.push(...lines);
          }
        }
      };
      await assertRejects(loop, TypeError);
      assertEquals(given, ["a", "b"]);
      await assertRejects(() => reader.readLine({ fatal: true }), TypeError);
      assertEquals([await reader.readLine(), await reader.readLine()], [
        "\ufffd",
        "c",
      ]);
    }
  }
});

Deno.test("arrays of lines hold all the lines, in order, at every cut", async () => {
  const input = "a\r\nbb\n\nccc\ndddd\ne";
  for (const pieces of everyCut(bytesOf(input))) {
    for (const maxBytes of [4, 1000]) {
      await using reader = new PipeReader(streamOf(pieces));
      const given: string[] = [];
      for await (const lines of reader.lineArrays({ maxBytes })) {
        assert(lines.length > 0);
        given.push(...lines);
      }
      assertEquals(given, ["a", "bb", "", "ccc", "dddd", "e"]);
    }
  }
});

const REFUSALS: { call(reader: PipeReader): unknown; message: string }[] = [
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 31].map((size) => ({
    call: (reader: PipeReader) => reader.tryRead(size),
    message:
      `Cannot read as the size must be an integer from 1 to 2147483647: current value is ${size}`,
  })),
  {
    call: (reader) => reader.slices(0),
    message:
      "Cannot read as the size must be an integer from 1 to 2147483647: current value is 0",
  },
  {
    call: (reader) => reader.lines({ maxBytes: 0 }),
    message:
      "Cannot read lines as maxBytes must be an integer from 1 to 2147483647: current value is 0",
  },
];

Deno.test.each(REFUSALS)(
  "a wrong argument is refused: $message",
  async ({ call, message }) => {
    await using reader = new PipeReader(streamOf([]));
    const error = assertThrows(() => call(reader), RangeError);
    assertEquals(error.message, message);
  },
);

const NULL = null as never;
const FRAMING = lines();

const NO_OPTIONS: { name: string; call(reader: PipeReader): unknown }[] = [
  { name: "read", call: (reader) => reader.read(5, NULL) },
  { name: "readExactly", call: (reader) => reader.readExactly(5, NULL) },
  { name: "readUntil", call: (reader) => reader.readUntil("x", NULL) },
  { name: "readLine", call: (reader) => reader.readLine(NULL) },
  { name: "readFrame", call: (reader) => reader.readFrame(FRAMING, NULL) },
  { name: "peek", call: (reader) => reader.peek(5, NULL) },
  { name: "readAll", call: (reader) => reader.readAll(NULL) },
  { name: "text", call: (reader) => reader.text(NULL) },
  { name: "json", call: (reader) => reader.json(NULL) },
  { name: "skip", call: (reader) => reader.skip(5, NULL) },
  { name: "skipUntil", call: (reader) => reader.skipUntil("x", NULL) },
  { name: "slices", call: (reader) => reader.slices(5, NULL) },
  { name: "chunks", call: (reader) => reader.chunks(NULL) },
  { name: "lines", call: (reader) => reader.lines(NULL) },
  { name: "lineArrays", call: (reader) => reader.lineArrays(NULL) },
  { name: "frames", call: (reader) => reader.frames(FRAMING, NULL) },
];

Deno.test.each(NO_OPTIONS)(
  "$name refuses null in the place of its options",
  async ({ call }) => {
    await using reader = new PipeReader(streamOf([bytesOf("a")]));
    const error = await assertRejects(
      async () => await call(reader),
      TypeError,
    );
    assertEquals(
      error.message,
      "Cannot read as its options must be an object: current value is null",
    );
    assertEquals(textOf((await reader.read(9))!), "a");
  },
);

Deno.test("a read refuses a signal that is none", async () => {
  await using reader = new PipeReader(streamOf([]));
  const error = await assertRejects(
    () => reader.read(1, { signal: new AbortController() as never }),
    TypeError,
  );
  assertEquals(
    error.message,
    "Cannot wait as signal must be an AbortSignal: current value is AbortController",
  );
});

const REJECTIONS: {
  call(reader: PipeReader): Promise<unknown>;
  message: string;
}[] = [
  {
    call: (reader) => reader.read(0),
    message:
      "Cannot read as the size must be an integer from 1 to 2147483647: current value is 0",
  },
  {
    call: (reader) => reader.readExactly(-1),
    message:
      "Cannot read as the size must be an integer from 0 to 2147483647: current value is -1",
  },
  {
    call: (reader) => reader.readUntil(""),
    message:
      "Cannot search as the delimiter's length must be an integer from 1 to 2147483647: current value is 0",
  },
  {
    call: (reader) => reader.readLine({ timeoutMs: 2 ** 31 }),
    message:
      "Cannot wait as timeoutMs must be from 0 to 2147483647: current value is 2147483648",
  },
  {
    call: (reader) => reader.read(1, { timeoutMs: "500" as never }),
    message:
      'Cannot wait as timeoutMs must be from 0 to 2147483647: current value is "500"',
  },
  {
    call: (reader) => reader.read(1, { timeoutMs: NaN }),
    message:
      "Cannot wait as timeoutMs must be from 0 to 2147483647: current value is NaN",
  },
];

Deno.test.each(REJECTIONS)(
  "a wrong argument rejects: $message",
  async ({ call, message }) => {
    await using reader = new PipeReader(streamOf([bytesOf("a")]));
    const error = await assertRejects(() => call(reader), RangeError);
    assertEquals(error.message, message);
    assertEquals(textOf((await reader.read(9))!), "a");
  },
);
