/** What a reader is fed by, and what it says of it: `Source` and `onRead`. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "../support/std_assert.ts";
import { PipeReader, type Source } from "../../mod.ts";
import { bytesOf, fedStream, streamOf, textOf } from "../support/pieces.ts";

/** A source that is fed by hand, and counts what is asked of it. */
function fedSource() {
  const waiting: PromiseWithResolvers<Uint8Array | null>[] = [];
  const pieces: (Uint8Array | null)[] = [];
  const asked = { reads: 0, most: 0, cancels: [] as unknown[] };
  const source: Source = {
    read() {
      asked.reads++;
      const piece = pieces.shift();
      if (piece !== undefined) return Promise.resolve(piece);
      const pending = Promise.withResolvers<Uint8Array | null>();
      asked.most = Math.max(asked.most, waiting.push(pending));
      return pending.promise;
    },
    cancel(reason) {
      asked.cancels.push(reason);
      for (const { resolve } of waiting.splice(0)) resolve(null);
      return Promise.resolve();
    },
  };
  const give = (piece: Uint8Array | null) => {
    const pending = waiting.shift();
    if (pending) pending.resolve(piece);
    else pieces.push(piece);
  };
  return {
    source,
    asked,
    feed: (text: string) => give(bytesOf(text)),
    end: () => give(null),
    fail: (error: Error) => waiting.shift()!.reject(error),
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("a source is read in every shape, one read at a time", async () => {
  const { source, asked, feed, end } = fedSource();
  await using reader = new PipeReader(source);
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  await assertRejects(() => reader.peek(1, { timeoutMs: 1 }), DOMException);
  feed("ready\nab");
  feed("");
  feed("cdef\ngh");
  end();
  assertEquals(
    [
      await reader.readLine(),
      textOf(await reader.readExactly(4)),
      await new Response(reader.rest()).text(),
    ],
    ["ready", "abcd", "ef\ngh"],
  );
  assertEquals(asked.most, 1);
});

Deno.test("cancel ends a source, and a read that waits gives null", async () => {
  const { source, asked, feed } = fedSource();
  const reader = new PipeReader(source);
  feed("ab");
  const pending = reader.readLine({ timeoutMs: 60_000 });
  await turn();
  await reader.cancel("enough");
  assertEquals(
    [await pending, await reader.read(1), asked.cancels],
    [null, null, ["enough"]],
  );
});

Deno.test("the cancel of a rest ends its source", async () => {
  const { source, asked } = fedSource();
  await new PipeReader(source).rest().cancel("enough");
  assertEquals(asked.cancels, ["enough"]);
});

Deno.test("what had arrived before a source failed can be read", async () => {
  const { source, feed, fail } = fedSource();
  const reader = new PipeReader(source);
  feed("abc");
  const pending = reader.readExactly(9);
  await turn();
  const error = new Error("broken");
  fail(error);
  assertStrictEquals(await assertRejects(() => pending), error);
  assertEquals(textOf(reader.tryRead(9)!), "abc");
  assertStrictEquals(await assertRejects(() => reader.read(1)), error);
});

Deno.test("a source that throws at once fails as one that rejects", async () => {
  const error = new Error("no");
  const reader = new PipeReader({
    read() {
      throw error;
    },
    cancel: () => Promise.resolve(),
  });
  for (let round = 0; round < 2; round++) {
    assertStrictEquals(await assertRejects(() => reader.read(1)), error);
  }
});

Deno.test.each([
  {
    what: "throws",
    cancel: () => {
      throw new Error("no");
    },
  },
  { what: "rejects", cancel: () => Promise.reject(new Error("no")) },
  { what: "gives no promise", cancel: () => undefined },
])(
  "a chunk that is no bytes fails the read of a source whose cancel $what",
  async ({ cancel }) => {
    const read = () => Promise.resolve("text");
    const reader = new PipeReader({ read, cancel } as never);
    await assertRejects(
      () => reader.read(1),
      TypeError,
      "every chunk must be a Uint8Array: current value is string",
    );
  },
);

Deno.test("a source whose read gives no promise fails in one sentence", async () => {
  const reader = new PipeReader({ read() {}, cancel() {} } as never);
  const error = await assertRejects(() => reader.read(1), TypeError);
  assertEquals(
    error.message,
    "Cannot read as every chunk must be a Uint8Array: current value is undefined",
  );
});

Deno.test("a source learns when nobody waits for its read, and when somebody does again", async () => {
  const { source, feed, asked } = fedSource();
  const calls: string[] = [];
  const reader = new PipeReader({
    ...source,
    ref: () => calls.push("ref"),
    unref: () => calls.push("unref"),
  });
  const stop = new AbortController();
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  const aborted = reader.read(1, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  const pending = reader.read(9);
  feed("ab");
  assertEquals(textOf((await pending)!), "ab");
  assertEquals([calls, asked.reads], [["unref", "ref", "unref", "ref"], 1]);
});

Deno.test("what is neither a stream nor a source is refused", () => {
  const bare = Object.create(null);
  const empty = { read: 5, cancel: 5 };
  for (
    const from of [undefined, null, "text", {}, { read() {} }, empty, bare]
  ) {
    assertThrows(
      () => new PipeReader(from as never),
      TypeError,
      "must be a ReadableStream or a Source: current value is",
    );
  }
  assertThrows(
    () => new PipeReader(streamOf([]), { onread() {} } as never),
    TypeError,
    'Cannot read as its options are onRead: current value is "onread"',
  );
  const stream = streamOf([]);
  const says = "Cannot read as onRead must be a function: current value is 5";
  const onRead = 5 as never;
  assertThrows(() => new PipeReader(stream, { onRead }), TypeError, says);
  assertEquals(stream.locked, false);
  assertThrows(() => new PipeReader(stream).onRead = onRead, TypeError, says);
});

interface Watched {
  title: string;
  pieces: string[];
  /** Reads all there is. */
  read(reader: PipeReader): Promise<unknown>;
}

const WATCHED: Watched[] = [
  {
    title: "lines",
    pieces: ["a\nb", "", "b\nc", "\n"],
    read: (reader) => Array.fromAsync(reader.lines()),
  },
  {
    title: "slices",
    pieces: ["abcdef", "", "", "g"],
    read: (reader) => Array.fromAsync(reader.slices(4)),
  },
  {
    title: "polls that end before the bytes come",
    pieces: ["ab", "", "cd"],
    async read(reader) {
      let size = 0;
      for (;;) {
        const bytes = await poll(reader);
        if (bytes === null) return size;
        size += bytes?.length ?? 0;
      }
    },
  },
  {
    title: "the stream of rest",
    pieces: ["ab", "", "cd"],
    read: (reader) => new Response(reader.rest()).text(),
  },
];

const poll = (reader: PipeReader) =>
  reader.read(1, { timeoutMs: 0 }).catch(() => undefined);

Deno.test.each(WATCHED)(
  "onRead is called once for each read of $title, in order, with its time",
  async ({ pieces, read }) => {
    const startMs = performance.now();
    const seen: [text: string, atMs: number][] = [];
    await using reader = new PipeReader(streamOf(pieces.map(bytesOf)), {
      onRead: (bytes, atMs) => seen.push([textOf(bytes), atMs]),
    });
    await read(reader);
    assertEquals(
      seen.map(([text]) => text),
      pieces.filter((piece) => piece !== ""),
    );
    const times = [startMs, ...seen.map(([, atMs]) => atMs), performance.now()];
    assertEquals(times, times.toSorted((one, two) => one - two));
  },
);

Deno.test("onRead can be set later, and is called before the read resolves", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  feed("a");
  await reader.read(1);
  const order: string[] = [];
  const onRead = (bytes: Uint8Array) => {
    order.push(`onRead ${textOf(bytes)} ${reader.bytesRead}`);
  };
  reader.onRead = onRead;
  assertStrictEquals(reader.onRead, onRead);
  const pending = reader.read(1).then(() => order.push("read"));
  feed("bc");
  await pending;
  assertEquals(order, ["onRead bc 1", "read"]);
});

Deno.test("onRead hears of bytes that a timeout or an abort did not wait for", async () => {
  const { stream, feed } = fedStream();
  const seen: string[] = [];
  await using reader = new PipeReader(stream, {
    onRead: (bytes) => seen.push(textOf(bytes)),
  });
  const stop = new AbortController();
  const pending = reader.read(1, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => pending, Error, "enough");
  feed("ab");
  await turn();
  assertEquals([seen, reader.buffered], [["ab"], 2]);
});

Deno.test("onRead does not hear of what comes after cancel", async () => {
  const { source, feed } = fedSource();
  const seen: string[] = [];
  const reader = new PipeReader({
    read: () => source.read(),
    // A source that breaks its word: its pending read stays.
    cancel: () => Promise.resolve(),
  }, { onRead: (bytes) => seen.push(textOf(bytes)) });
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  await reader.cancel();
  feed("ab");
  await turn();
  assertEquals([seen, await reader.read(1)], [[], null]);
});

Deno.test("an error of onRead is the read's, once, and the bytes stay", async () => {
  const error = new Error("the disk is full");
  const onRead = () => {
    throw error;
  };
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream, { onRead });
  feed("ab");
  assertStrictEquals(await assertRejects(() => reader.read(9)), error);
  assertEquals([textOf((await reader.read(9))!), reader.bytesRead], ["ab", 2]);
  // Where nobody waits for the read, the next one that waits has the error.
  await assertRejects(() => reader.read(9, { timeoutMs: 0 }), DOMException);
  feed("cd");
  await turn();
  assertStrictEquals(await assertRejects(() => reader.readExactly(3)), error);
  reader.onRead = undefined;
  feed("e");
  assertEquals(textOf(await reader.readExactly(3)), "cde");
});

/** Streams whose reads never need a turn of the event loop. */
const FLOODS = [
  { title: "empty chunks", chunk: "" },
  { title: "chunks that never complete a line", chunk: "x" },
];

for (const { title, chunk } of FLOODS) {
  const flood = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf(chunk)),
    }, { highWaterMark: 0 });

  for (const timeoutMs of [0, 20]) {
    Deno.test(`a flood of ${title} does not outrun a timeout of ${timeoutMs} ms`, async () => {
      await using reader = new PipeReader(flood());
      await assertRejects(
        () => reader.readLine({ timeoutMs }),
        DOMException,
        "as timeoutMs has passed",
      );
    });
  }

  Deno.test(`a flood of ${title} does not outrun AbortSignal.timeout`, async () => {
    await using reader = new PipeReader(flood());
    const signal = AbortSignal.timeout(20);
    await assertRejects(() => reader.readLine({ signal }), DOMException);
    // Neither do many reads, of which each has its bytes at once.
    const later = AbortSignal.timeout(20);
    const loop = async () => {
      for await (const slice of reader.slices(9, { signal: later })) {
        assert(slice.length > 0);
      }
    };
    await assertRejects(loop, DOMException);
  });
}
