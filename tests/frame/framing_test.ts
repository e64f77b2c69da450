import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../support/std_assert.ts";
import {
  contentLength,
  delimited,
  FrameDecoderStream,
  FrameEncoderStream,
  type Framing,
  FramingError,
  lengthPrefix,
  lines,
  type MeasuredRule,
  nul,
  PipeReader,
  pythonConnection,
  TooLongError,
} from "../../mod.ts";
import {
  bytesOf,
  cutAt,
  everyCut,
  streamOf,
  textOf,
} from "../support/pieces.ts";

const PAYLOADS = ["", "a", "x".repeat(255)];

const FRAMINGS: { name: string; framing: Framing; first: string }[] = [
  { name: "lines", framing: lines(), first: "\n" },
  { name: "nul", framing: nul(), first: "\0" },
  { name: "1 byte", framing: lengthPrefix({ bytes: 1 }), first: "\0" },
  { name: "2 bytes", framing: lengthPrefix({ bytes: 2 }), first: "\0\0" },
  { name: "4 bytes", framing: lengthPrefix(), first: "\0\0\0\0" },
  {
    name: "8 bytes",
    framing: lengthPrefix({ bytes: 8 }),
    first: "\0".repeat(8),
  },
  {
    name: "4 bytes, little end first",
    framing: lengthPrefix({ littleEndian: true }),
    first: "\0\0\0\0",
  },
  { name: "Python", framing: pythonConnection(), first: "\0\0\0\0" },
];

Deno.test.each(FRAMINGS)(
  "$name: what was encoded is read back",
  async ({ framing, first }) => {
    const encoded = PAYLOADS.map((text) => framing.encode(bytesOf(text)));
    assertEquals(encoded[0]!.map(textOf).join(""), first);
    await using reader = new PipeReader(streamOf(encoded.flat()));
    const given: string[] = [];
    for await (const frame of reader.frames(framing)) given.push(textOf(frame));
    assertEquals(given, PAYLOADS);
  },
);

const HEADERS: { framing: Framing; size: number; header: number[] }[] = [
  { framing: lengthPrefix({ bytes: 2 }), size: 0x1234, header: [0x12, 0x34] },
  {
    framing: lengthPrefix({ bytes: 4, littleEndian: true }),
    size: 0x12345,
    header: [0x45, 0x23, 0x01, 0],
  },
  {
    framing: lengthPrefix({ bytes: 8, maxBytes: 0xffff_ffff }),
    size: 0x8000_0001,
    header: [0, 0, 0, 0, 0x80, 0, 0, 1],
  },
  {
    framing: pythonConnection({ maxBytes: 0xffff_ffff }),
    size: 0x7fff_ffff,
    header: [0x7f, 0xff, 0xff, 0xff],
  },
  {
    framing: pythonConnection({ maxBytes: 0xffff_ffff }),
    size: 0x8000_0000,
    header: [255, 255, 255, 255, 0, 0, 0, 0, 0x80, 0, 0, 0],
  },
];

Deno.test.each(HEADERS)(
  "$framing.name: the header of $size bytes is $header",
  ({ framing, size, header }) => {
    // Never touched, so the system never backs it with memory.
    const payload = new Uint8Array(size);
    const [given, body] = framing.encode(payload);
    assertEquals([...given!], header);
    assert(body === payload);
    const { rule } = framing;
    assert(rule.kind === "measured");
    assertEquals(rule.measure(given!), { payloadBytes: size });
  },
);

const REFUSALS: {
  call(): unknown;
  type: typeof RangeError;
  message: string;
}[] = [
  {
    call: () => lines().encode(bytesOf("a\nb")),
    type: TypeError,
    message:
      'Cannot encode a line as its payload must not contain its delimiter "\\x0a": current value is one at 1',
  },
  {
    call: () => lines().encode(bytesOf("ab\r")),
    type: TypeError,
    message:
      "Cannot encode a line as its payload must not end in a carriage return: current value is one at 2",
  },
  {
    call: () => nul().encode(bytesOf("a\0")),
    type: TypeError,
    message:
      'Cannot encode a NUL-ended frame as its payload must not contain its delimiter "\\x00": current value is one at 1',
  },
  {
    call: () => lengthPrefix({ bytes: 1 }).encode(new Uint8Array(256)),
    type: RangeError,
    message:
      "Cannot encode a length-prefixed frame as its payload must have at most 255 bytes: current value is 256",
  },
  {
    call: () => pythonConnection({ maxBytes: 3 }).encode(new Uint8Array(4)),
    type: RangeError,
    message:
      "Cannot encode a Python connection frame as its payload must have at most 3 bytes: current value is 4",
  },
  {
    call: () => lengthPrefix().encode("text" as never),
    type: TypeError,
    message:
      "Cannot encode a length-prefixed frame as its payload must be a Uint8Array: current value is string",
  },
  {
    call: () => lengthPrefix({ bytes: 3 as never }),
    type: RangeError,
    message:
      "Cannot frame bytes as the length must have 1, 2, 4 or 8 bytes: current value is 3",
  },
  {
    call: () => nul({ maxBytes: 1.5 }),
    type: RangeError,
    message:
      "Cannot frame bytes as maxBytes must be an integer from 1 to 2147483647: current value is 1.5",
  },
  ...([
    ["A\r\nB", "x"],
    ["A", "x\r\nB: y"],
    ["Content-length", "3"],
    [
      "A",
      " x",
    ],
    ["", ""],
    ["A", "\ud800"],
  ] as const)
    .map(([name, value]) => ({
      call: () =>
        contentLength({ headers: true }).encode({
          headers: [[name, value]],
          payload: bytesOf(""),
        }),
      type: TypeError,
      message:
        `Cannot encode a Content-Length frame as a header must be a name other than Content-Length and a trimmed value on one line, of characters up to U+00FF: current value is ${
          JSON.stringify([name, value])
        }`,
    })),
  {
    call: () =>
      contentLength({ headers: true }).encode({
        headers: [["A", "x".repeat(8192)]],
        payload: bytesOf(""),
      }),
    type: RangeError,
    message:
      "Cannot encode a Content-Length frame as its headers must have at most 8192 bytes: current value is 8214",
  },
];

Deno.test.each(REFUSALS)(
  "a frame that cannot travel is refused: $message",
  ({ call, type, message }) => {
    const error = assertThrows(call);
    assertEquals([error.constructor, error.message], [type, message]);
  },
);

Deno.test("headers of a language server's frame come back as they went", async () => {
  const framing = contentLength({ headers: true });
  const frames = [
    { headers: [], payload: bytesOf("{}") },
    {
      headers: [["X-Id", "7: a"], ["Y", ""]] as [string, string][],
      payload: bytesOf(""),
    },
  ];
  const pieces = frames.flatMap((frame) => framing.encode(frame));
  assertEquals(
    pieces.map(textOf).join(""),
    "Content-Length: 2\r\n\r\n{}Content-Length: 0\r\nX-Id: 7: a\r\nY: \r\n\r\n",
  );
  await using reader = new PipeReader(streamOf(pieces));
  assertEquals(await reader.readFrame(framing), frames[0]!);
  assertEquals(await reader.readFrame(framing), frames[1]!);
});

Deno.test("a header block may have 8192 bytes and no more", async () => {
  const framing = contentLength();
  for (const extra of [0, 1]) {
    const block = "Content-Length: 1\r\nA: ";
    const head = block + "x".repeat(8192 + extra - block.length) + "\r\n\r\n";
    await using reader = new PipeReader(streamOf([bytesOf(head + "y")]));
    const frame = await reader.readFrame(framing).catch((error) =>
      error.message.slice(0, 78)
    );
    assertEquals(
      extra ? frame : textOf(frame!),
      extra
        ? "Cannot read a Content-Length header as it must have at most 8192 bytes: it beg"
        : "y",
    );
  }
});

Deno.test("a framing whose header never grows or whose size is none is refused", async () => {
  for (
    const measure of [{ headerBytes: 1 }, { payloadBytes: -1 }, {
      payloadBytes: NaN,
    }]
  ) {
    const framing: Framing = {
      ...lengthPrefix({ bytes: 1 }),
      rule: { kind: "measured", header: { bytes: 1 }, measure: () => measure },
    };
    await using reader = new PipeReader(streamOf([bytesOf("abc")]));
    const error = await reader.readFrame(framing).catch((error) => error);
    assertEquals(error.constructor, RangeError);
    assertEquals(reader.bytesRead, 0);
  }
});

Deno.test("framings can change from frame to frame", async () => {
  const one = lengthPrefix({ bytes: 1 });
  const text = lines();
  await using reader = new PipeReader(
    streamOf([bytesOf("\x01a\x01bc\nd\n\x02ef")]),
  );
  const given: string[] = [];
  for (const framing of [one, one, text, text, one]) {
    given.push(textOf((await reader.readFrame(framing))!));
  }
  assertEquals([given, await reader.readFrame(one)], [[
    "a",
    "b",
    "c",
    "d",
    "ef",
  ], null]);
});

Deno.test("a decode() that throws has taken nothing", async () => {
  for (const ready of [lines(), lengthPrefix({ bytes: 1 })]) {
    const framing: Framing = {
      ...ready,
      decode() {
        throw new Error("no");
      },
    };
    await using reader = new PipeReader(streamOf([bytesOf("\x01a\n")]));
    const error = await reader.readFrame(framing).catch((error) => error);
    assertEquals([error.message, reader.bytesRead], ["no", 0]);
  }
});

Deno.test("a stream of encoded frames is read by a stream of frames", async () => {
  const payloads = ["", "a", "x".repeat(70_000)].map(bytesOf);
  const frames: Uint8Array[] = [];
  const sizes: number[] = [];
  const encoded = ReadableStream.from(payloads)
    .pipeThrough(new FrameEncoderStream(lengthPrefix()))
    .pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          sizes.push(chunk.length);
          controller.enqueue(chunk);
        },
      }),
    );
  for await (
    const frame of encoded.pipeThrough(new FrameDecoderStream(lengthPrefix()))
  ) {
    frames.push(frame);
  }
  assertEquals(frames, payloads as Uint8Array[]);
  // A small frame leaves as one chunk, a big one without a copy.
  assertEquals(sizes, [4, 5, 4, 70_000]);
});

Deno.test("a header block of 8192 bytes is encoded", () => {
  const [head] = contentLength({ headers: true }).encode({
    headers: [["A", "x".repeat(8192 - "Content-Length: 0\r\nA: ".length)]],
    payload: bytesOf(""),
  });
  assertEquals(head!.length, 8192 + "\r\n\r\n".length);
});

Deno.test("blanks in a header cost no more than letters, wherever they stand", async () => {
  const blanks = " ".repeat(8000);
  const values = [`${blanks}\nz`, `a${blanks}b`, `a${blanks}`, blanks];
  const startMs = performance.now();
  for (const value of values) {
    const text = `X:${value}\r\nContent-Length: 0\r\n\r\n`;
    await using reader = new PipeReader(streamOf([bytesOf(text)]));
    await reader.readFrame(contentLength()).catch(() => {});
  }
  // Where the cost grew with their square or cube, it was minutes.
  assert(performance.now() - startMs < 5000);
});

Deno.test("a length may be said twice, but not two lengths", async () => {
  for (
    const [first, second, expected] of [
      ["2", "02", "{}"],
      ["2", "3", "FramingError"],
      ["2", "x", "FramingError"],
      ["x", "x", "FramingError"],
    ] as const
  ) {
    const head = `Content-Length: ${first}\r\ncontent-length:${second}\t\r\n`;
    await using reader = new PipeReader(streamOf([bytesOf(head + "\r\n{}")]));
    const frame = await reader.readFrame(contentLength())
      .then((frame) => textOf(frame!), (error) => error.name);
    assertEquals(frame, expected);
  }
});

Deno.test("a framing of one's own without a limit is refused before it is read by", () => {
  assertLimited({ ...lines(), maxBytes: NaN }, "the framing's maxBytes");
  const { rule, ...rest } = lengthPrefix();
  const measured = rule as MeasuredRule;
  for (const bytes of [0, NaN]) {
    assertLimited(
      { ...rest, rule: { ...measured, header: { bytes } } },
      "the header's bytes",
    );
  }
  assertLimited({
    ...rest,
    rule: { ...measured, header: { until: bytesOf(":"), maxBytes: Infinity } },
  }, "the header's maxBytes");
});

function assertLimited(framing: Framing, name: string): void {
  const reader = new PipeReader(streamOf([]));
  assertThrows(
    () => reader.frames(framing),
    RangeError,
    `Cannot read frames as ${name} must be an integer from 1 to`,
  );
}

const BROKEN: { part: string; quoted: string; rule: string }[] = [
  {
    part: "Content-Length: 2\n",
    quoted: "Content-Length: 2\\x0a",
    rule: "every header must be a line of name, colon and value",
  },
  {
    part: "Listening on port 80\r\n",
    quoted: "Listening on port 80\\x0d\\x0a",
    rule: "every header must be a line of name, colon and value",
  },
  {
    part: "X-Id: 7\r\nContent-Length: -1\r\n",
    quoted: "X-Id: 7\\x0d\\x0aContent-Length: -1\\x0d\\x0a",
    rule: "it must have one Content-Length in decimal digits",
  },
];

Deno.test.each(BROKEN)(
  "a header that is wrong already is refused before the rest comes: $quoted",
  async ({ part, quoted, rule }) => {
    for (const pieces of [[part], [...part]]) {
      // The stream goes on: nothing more comes, and it does not end.
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(bytesOf(piece));
        },
      });
      await using reader = new PipeReader(stream);
      const error = await assertRejects(
        () => reader.readFrame(contentLength()),
        FramingError,
      );
      assertEquals(
        [error.message, textOf(error.header), reader.bytesRead],
        [
          `Cannot read a Content-Length frame as ${rule}: current value is "${quoted}"`,
          part,
          0,
        ],
      );
    }
  },
);

Deno.test("where a header breaks its rule and its limit, the first of them counts, however it is cut", async () => {
  const limit = 8192;
  const start = "Content-Length: 1\r\nA: ";
  // `at` is where the wrong ending begins; a byte later is beyond the limit.
  const cases = [
    { ending: "\n", at: limit - 1, error: "FramingError" },
    { ending: "\n", at: limit, error: "FramingError" },
    { ending: "\n", at: limit + 1, error: "TooLongError" },
    { ending: "\r\nX\r\n", at: limit - 4, error: "FramingError" },
    { ending: "\r\nX\r\n", at: limit - 3, error: "FramingError" },
    { ending: "\r\nX\r\n", at: limit - 2, error: "TooLongError" },
  ];
  for (const { ending, at, error } of cases) {
    const head = start + "x".repeat(at - start.length);
    const bytes = bytesOf(head + ending + "y".repeat(20));
    const near = Array.from({ length: 24 }, (_, n) => at - 2 + n);
    for (const places of [[], [100], near, ...near.map((place) => [place])]) {
      await using reader = new PipeReader(streamOf(cutAt(bytes, places)));
      const given = await reader.readFrame(contentLength())
        .catch((error) => error.name);
      assertEquals([ending, at, places, given], [ending, at, places, error]);
    }
  }
});

Deno.test("the usual header is read by its bytes as any other is by its text", async () => {
  const values = [
    "0",
    "2",
    "007",
    "16777216",
    "16777217",
    "999999999999999",
    "9999999999999999",
    "99999999999999999999",
    "",
    " 2",
    "2 ",
    "2x",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "\xb2",
  ];
  for (const value of values) {
    const outcomes: unknown[] = [];
    for (
      const header of [`Content-Length: ${value}`, `content-length:${value}`]
    ) {
      const bytes = bytesOf(`${header}\r\n\r\n0123456789`);
      await using reader = new PipeReader(streamOf([bytes]));
      const given = await reader.readFrame(contentLength({ maxBytes: 8 }))
        .then((payload) => textOf(payload!), (error) => [
          error.name,
          error.claimedBytes,
        ]);
      outcomes.push([given, given.length && reader.bytesRead > 0]);
    }
    assertEquals([value, outcomes[0]], [value, outcomes[1]]);
  }
});

Deno.test("every byte of a header comes back, and what can be read can be written", async () => {
  const framing = contentLength({ headers: true });
  const all = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n));
  const value = `<${all.filter((one) => !/[\r\n]/.test(one)).join("")}>`;
  for (const text of [value, "caf\xe9", "\xa0", "\xef\xbb\xbf", ""]) {
    const block = bytesOf(`Content-Length: 2\r\nX: ${text}\r\n\r\n{}`);
    await using reader = new PipeReader(streamOf([block]));
    const frame = (await reader.readFrame(framing))!;
    assertEquals(frame.headers, [["X", text]]);
    assertEquals(framing.encode(frame).map(textOf).join(""), textOf(block));
  }
});

const DELIMITED: {
  title: string;
  framing: Framing;
  input: string;
  frames: string[];
  /** Payloads that could not be read back. */
  refused: { payload: string; at: number }[];
}[] = [
  {
    title: "one byte",
    framing: delimited(";"),
    input: "a;;bc;",
    frames: ["a", "", "bc"],
    refused: [{ payload: "ab;", at: 2 }],
  },
  {
    title: "several bytes that begin like themselves",
    framing: delimited("--", { allowUnended: true }),
    input: "a-b----c-",
    frames: ["a-b", "", "c-"],
    refused: [{ payload: "a--b", at: 1 }, { payload: "a-", at: 1 }],
  },
  {
    title: "text that has its beginning in itself",
    framing: delimited("aab"),
    input: "xaaabaab",
    frames: ["xa", ""],
    refused: [{ payload: "xaab", at: 1 }],
  },
  {
    title: "a CR that belongs to the delimiter",
    framing: delimited(bytesOf(";"), { stripCarriageReturn: true }),
    input: "a\r;\r\r;\rb;",
    frames: ["a", "\r", "\rb"],
    refused: [],
  },
];

Deno.test.each(DELIMITED)(
  "frames end with a delimiter of one's own: $title",
  async ({ framing, input, frames, refused }) => {
    for (const pieces of everyCut(bytesOf(input))) {
      await using reader = new PipeReader(streamOf(pieces));
      const given: string[] = [];
      for await (const frame of reader.frames(framing)) {
        given.push(textOf(frame));
      }
      assertEquals(given, frames);
    }
    // What can be written is read back: no payload of these bytes is missed.
    const letters = [...new Set(input)];
    const payloads = letters.flatMap((one) =>
      letters.flatMap((two) => letters.map((three) => one + two + three))
    );
    for (const payload of payloads) {
      let pieces: Uint8Array[];
      try {
        pieces = framing.encode(bytesOf(payload));
      } catch {
        continue;
      }
      await using reader = new PipeReader(streamOf(pieces));
      assertEquals(textOf((await reader.readFrame(framing))!), payload);
    }
    for (const { payload, at } of refused) {
      assertThrows(
        () => framing.encode(bytesOf(payload)),
        TypeError,
        `: current value is one at ${at}`,
      );
    }
  },
);

Deno.test("a delimited framing says its name, copies its delimiter, and needs one", async () => {
  const bytes = bytesOf(";");
  const framing = delimited(bytes, { name: "record", maxBytes: 2 });
  bytes.fill(0);
  await using reader = new PipeReader(streamOf([bytesOf("ab;abc;")]));
  assertEquals(textOf((await reader.readFrame(framing))!), "ab");
  await assertRejects(
    () => reader.readFrame(framing),
    TooLongError,
    "Cannot read a record frame as it must have at most 2 bytes",
  );
  const [, end] = framing.encode(bytesOf("a"));
  end!.fill(0);
  assertEquals(textOf(framing.encode(bytesOf("a"))[1]!), ";");
  assertThrows(
    () => delimited(""),
    RangeError,
    "Cannot frame bytes as the delimiter's length must be an integer from 1 to 2147483647: current value is 0",
  );
  assertThrows(
    () => delimited(5 as never),
    TypeError,
    "Cannot frame bytes as the delimiter must be a Uint8Array or a string: current value is number",
  );
});
