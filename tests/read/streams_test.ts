import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../support/std_assert.ts";
import {
  FrameDecoderStream,
  FrameEncoderStream,
  lengthPrefix,
  lines,
  sliceChunk,
  SliceStream,
  TextLineStream,
  TooLongError,
} from "../../mod.ts";
import {
  bytesOf,
  everyCut,
  fedStream,
  streamOf,
  textOf,
} from "../support/pieces.ts";

const INPUT = "a\r\nbb\n\nccc\ndddd\ne";
const LINES = ["a", "bb", "", "ccc", "dddd", "e"];

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of stream) all.push(value);
  return all;
}

Deno.test("TextLineStream gives every line at every cut, also at its limit", async () => {
  for (const pieces of everyCut(bytesOf(INPUT))) {
    for (const maxBytes of [4, undefined]) {
      const stream = streamOf(pieces).pipeThrough(
        new TextLineStream({ maxBytes }),
      );
      assertEquals(await collect(stream), LINES);
    }
  }
});

Deno.test("FrameDecoderStream gives every frame at every cut", async () => {
  for (const pieces of everyCut(bytesOf(INPUT))) {
    const stream = streamOf(pieces).pipeThrough(
      new FrameDecoderStream(lines()),
    );
    assertEquals((await collect(stream)).map(textOf), LINES);
  }
});

Deno.test("SliceStream cuts what arrives, or fills", async () => {
  for (const pieces of everyCut(bytesOf(INPUT))) {
    const slices = await collect(
      streamOf(pieces).pipeThrough(new SliceStream(4)),
    );
    const expected = pieces.flatMap((piece) => [...sliceChunk(piece, 4)]);
    assertEquals(slices.map(textOf), expected.map(textOf));
    const filled = await collect(
      streamOf(pieces).pipeThrough(new SliceStream(4, { fill: true })),
    );
    assertEquals(filled.map(textOf), [
      "a\r\nb",
      "b\n\nc",
      "cc\nd",
      "ddd\n",
      "e",
    ]);
  }
});

Deno.test("a frame that is too long errors one end and aborts the other", async () => {
  const { stream, feed, cancelled } = fedStream();
  const frames = stream.pipeThrough(
    new FrameDecoderStream(lengthPrefix({ bytes: 1, maxBytes: 3 })),
  ).getReader();
  feed("\x02ab\x04cdef");
  assertEquals(textOf((await frames.read()).value!), "ab");
  const error = await assertRejects(() => frames.read(), TooLongError);
  assertEquals(await cancelled, error);
});

Deno.test("an error of the source and a cancel of the end pass through", async () => {
  const transforms: (() => ReadableWritablePair<unknown, Uint8Array>)[] = [
    () => new SliceStream(32),
    () => new TextLineStream(),
    () => new FrameDecoderStream(lines()),
    () => new FrameEncoderStream(lengthPrefix()),
  ];
  for (const transform of transforms) {
    const left = fedStream();
    const broken: ReadableStream<unknown> = left.stream.pipeThrough(
      transform(),
    );
    left.fail(new Error("broken"));
    await assertRejects(() => collect(broken), Error, "broken");
    const right = fedStream();
    const reader = right.stream.pipeThrough(transform()).getReader();
    const pending = reader.read();
    await reader.cancel("enough");
    assertEquals(await right.cancelled, "enough");
    assertEquals((await pending).done, true);
  }
});

Deno.test("a transform takes one chunk at a time from its source", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(bytesOf("a\nb\nc\n"));
    },
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(new TextLineStream()).getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  // One being cut, one in the identity's writer, one on its way there.
  assertEquals(pulls <= 3, true);
  await reader.cancel();
});

Deno.test("sliceChunk gives views of every size, the last may be shorter", () => {
  const chunk = bytesOf("0123456789");
  const cases = [
    { size: 1, slices: [..."0123456789"] },
    { size: 3, slices: ["012", "345", "678", "9"] },
    { size: 5, slices: ["01234", "56789"] },
    { size: 10, slices: ["0123456789"] },
    { size: 32, slices: ["0123456789"] },
  ];
  for (const { size, slices } of cases) {
    const given = [...sliceChunk(chunk, size)];
    assertEquals([size, given.map(textOf)], [size, slices]);
    assertEquals(given.every((slice) => slice.buffer === chunk.buffer), true);
  }
  assertEquals([...sliceChunk(new Uint8Array(0), 1)], []);
  assertThrows(() => sliceChunk(chunk, 0), RangeError, "current value is 0");
});

const FLOODS: {
  name: string;
  /** Cuts each byte into a value of its own. */
  transform(): ReadableWritablePair<unknown, Uint8Array>;
  most: number;
}[] = [
  { name: "SliceStream", transform: () => new SliceStream(1), most: 256 },
  { name: "TextLineStream", transform: () => new TextLineStream(), most: 8192 },
  {
    name: "FrameDecoderStream",
    transform: () => new FrameDecoderStream(lines()),
    most: 256,
  },
];

Deno.test.each(FLOODS)(
  "$name queues a part of a chunk at a time, however many values it holds",
  async ({ transform, most }) => {
    const chunk = new Uint8Array(1_000_000).fill(0x0a);
    // A queue is seen by the values that enqueue puts into it.
    const { prototype } = ReadableStreamDefaultController;
    const { enqueue } = prototype;
    let queued = 0;
    let taken = 0;
    let longest = 0;
    prototype.enqueue = function (value) {
      longest = Math.max(longest, ++queued - taken);
      return enqueue.call(this, value);
    };
    try {
      for await (const _ of streamOf([chunk]).pipeThrough(transform())) taken++;
    } finally {
      prototype.enqueue = enqueue;
    }
    assertEquals(taken, chunk.length);
    // The chunk itself went through a queue or two.
    assert(longest <= most + 3, `${longest} values are queued`);
  },
);
