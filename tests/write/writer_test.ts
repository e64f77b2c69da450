import { testNeeding } from "../support/processes.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertThrows,
} from "../support/std_assert.ts";
import {
  BrokenPipeError,
  contentLength,
  type Framing,
  lengthPrefix,
  lines,
  PipeReader,
  PipeWriter,
  type Sink,
} from "../../mod.ts";

const test = testNeeding("sh");

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A stream that keeps its chunks as they came, and says what went wrong. */
function collector(failAt = Infinity, error: unknown = new Error("no room")) {
  const chunks: Uint8Array[] = [];
  let isClosed = false;
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      if (chunks.length >= failAt) throw error;
      chunks.push(chunk);
    },
    close() {
      isClosed = true;
    },
  });
  return {
    stream,
    chunks,
    // A chunk may end within a character.
    text() {
      const decoder = new TextDecoder();
      const texts = chunks.map((c) => decoder.decode(c, { stream: true }));
      return texts.join("") + decoder.decode();
    },
    isClosed: () => isClosed,
  };
}

/** A stream that takes one chunk and then waits until it is let go. */
function stuck() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const chunks: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      chunks.push(chunk);
      return promise;
    },
  });
  return { stream, chunks, letGo: resolve };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Text with every width of UTF-8, so that a wrong count shows. */
const TEXT = Array.from({ length: 9000 }, (_, n) => `${n} é€😀\n`).join("");

for (const size of [1, 2, 25, 1000, 16_383, 16_384, 16_385, 65_536, 1e6]) {
  for (const isAwaited of [true, false]) {
    for (const kind of ["bytes", "text"]) {
      const how = isAwaited ? "awaited" : "not awaited";
      Deno.test(`pieces of ${size}, ${kind}, ${how}, arrive whole and in order`, async () => {
        const { stream, text, isClosed } = collector();
        const writer = new PipeWriter(stream);
        const whole = encode(TEXT);
        const units = Array.from(TEXT);
        const count = kind === "bytes" ? whole.length : units.length;
        for (let start = 0; start < count; start += size) {
          const written = writer.write(
            kind === "bytes"
              ? whole.subarray(start, start + size)
              : units.slice(start, start + size).join(""),
          );
          if (isAwaited) await written;
        }
        await writer.close();
        assert(text() === TEXT, "the text has changed");
        assertEquals(isClosed(), true);
      });
    }
  }
}

Deno.test("small writes of one turn leave as one, at its end", async () => {
  const { stream, chunks } = collector();
  const writer = new PipeWriter(stream);
  for (const text of ["Spam 0\n", "Spam 1\n"]) await writer.write(text);
  assertEquals(chunks, []);
  await turn();
  await writer.write("Spam 2\n");
  await turn();
  assertEquals(chunks.map(decode), ["Spam 0\nSpam 1\n", "Spam 2\n"]);
  await writer.close();
});

Deno.test("an empty write keeps nothing of what comes later from leaving", async () => {
  for (const empty of ["", new Uint8Array(0)]) {
    const { stream, text } = collector();
    const writer = new PipeWriter(stream);
    await writer.write(empty);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await writer.write("Spam");
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(text(), "Spam");
    await writer.close();
  }
});

Deno.test("what is written while a batch is on the way leaves after it, unasked", async () => {
  const { stream, chunks, letGo } = stuck();
  const writer = new PipeWriter(stream);
  writer.write("a");
  await turn();
  writer.write("b");
  await turn();
  writer.write("c");
  await turn();
  assertEquals(chunks.map(decode), ["a"]);
  letGo();
  await turn();
  assertEquals(chunks.map(decode), ["a", "bc"]);
  await writer.close();
});

Deno.test("bytes below 16 KiB may be changed as soon as they are written", async () => {
  const { stream, text } = collector();
  const writer = new PipeWriter(stream);
  const line = encode("old\n");
  writer.write(line);
  line.set(encode("new\n"));
  writer.write(line);
  await writer.close();
  assertEquals(text(), "old\nnew\n");
});

Deno.test("a chunk that the stream keeps is never written over", async () => {
  const { stream, chunks } = collector();
  const writer = new PipeWriter(stream);
  for (let n = 0; n < 20; n++) {
    const letter = String.fromCharCode(97 + n);
    writer.write(letter.repeat(n % 2 === 0 ? 10 : 15_000));
    if (n % 5 === 4) writer.write(letter.repeat(40_000));
    await writer.flush();
  }
  await writer.close();
  const letters = chunks.map((chunk) => new Set(decode(chunk)).size);
  assertEquals(letters, chunks.map(() => 1));
});

Deno.test("a stream that takes a chunk's buffer away does no harm", async () => {
  const sizes: number[] = [];
  const writer = new PipeWriter(
    new WritableStream({
      write(chunk) {
        const buffer = chunk.buffer as ArrayBuffer;
        sizes.push(structuredClone(chunk, { transfer: [buffer] }).length);
      },
    }),
  );
  for (const size of [10, 40_000, 15_000, 15_000, 15_000, 10]) {
    writer.write(new Uint8Array(size));
    await writer.flush();
  }
  await writer.close();
  assertEquals(sizes, [10, 40_000, 15_000, 15_000, 15_000, 10]);
});

Deno.test("one who awaits is stopped within 192 KiB by a reader that is stuck", async () => {
  const { stream, letGo } = stuck();
  const writer = new PipeWriter(stream);
  let written = 0;
  let isDone = false;
  const loop = (async () => {
    while (!isDone) {
      await writer.write(new Uint8Array(100));
      written += 100;
    }
  })();
  for (let n = 0; n < 10; n++) await turn();
  const stoppedAt = written;
  for (let n = 0; n < 10; n++) await turn();
  assertEquals(written, stoppedAt);
  assertLessOrEqual(written, 196_608);
  isDone = true;
  letGo();
  await loop;
  await writer.close();
});

Deno.test("one who awaits frames is stopped by a reader that is stuck, too", async () => {
  const { stream, letGo } = stuck();
  const writer = new PipeWriter(stream);
  let written = 0;
  let isDone = false;
  const payload = new Uint8Array(8000).fill(97);
  const loop = (async () => {
    while (!isDone && written < 1e6) {
      await writer.writeFrame(lines(), payload);
      written += payload.length;
    }
  })();
  for (let n = 0; n < 20; n++) await turn();
  assertLessOrEqual(written, 196_608);
  isDone = true;
  letGo();
  await loop;
  await writer.close();
});

Deno.test("flush and a large write wait for the pipe, a small one does not", async () => {
  const { stream, letGo } = stuck();
  const writer = new PipeWriter(stream);
  const done: string[] = [];
  const note = (name: string) => () => done.push(name);
  writer.write("small").then(note("small"));
  writer.flush().then(note("flush"));
  writer.write("opens a batch, which has room for the large one");
  writer.write(new Uint8Array(16_384)).then(note("large"));
  const framing: Framing = lines();
  writer.writeFrame(framing, new Uint8Array(20_000).fill(97))
    .then(note("large frame"));
  await turn();
  assertEquals(done, ["small"]);
  letGo();
  await turn();
  assertEquals(done, ["small", "flush", "large", "large frame"]);
  await writer.close();
});

Deno.test("frames of many sizes from two senders at once are read back", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = new PipeReader(readable);
  const writer = new PipeWriter(writable);
  const framing = lengthPrefix({ maxBytes: 100_000 });
  const sizes = [0, 1, 4, 4096, 16_379, 16_380, 16_384, 65_536, 100_000];
  const send = async (letter: string) => {
    for (const size of sizes) {
      await writer.writeFrame(framing, encode(letter.repeat(size)));
    }
  };
  const sent = Promise.all([send("a"), send("b")]).then(() => writer.close());
  const got: Record<string, number[]> = { "": [], a: [], b: [] };
  for await (const frame of reader.frames(framing)) {
    const letters = [...new Set(decode(frame))].join("");
    got[letters]!.push(frame.length);
  }
  await sent;
  assertEquals(got, { "": [0, 0], a: sizes.slice(1), b: sizes.slice(1) });
});

Deno.test("a frame that fits into a batch is not shared by two", async () => {
  const { stream, chunks } = collector();
  const writer = new PipeWriter(stream);
  for (let n = 0; n < 60; n++) {
    writer.writeFrame(lengthPrefix(), new Uint8Array(4000));
  }
  await writer.close();
  assertEquals(chunks.map((chunk) => chunk.length % 4004), chunks.map(() => 0));
});

Deno.test("frames of two writers to one sink are not mixed, whatever their size", async () => {
  const chunks: Uint8Array[] = [];
  let last = Promise.resolve();
  // As the program's stdout does it: one write after the other.
  const sink: Sink = {
    givesBack: true,
    write: (pieces) =>
      last = last.then(async () => {
        for (const piece of pieces) {
          await null;
          chunks.push(piece.slice());
        }
      }),
    close: () => Promise.resolve(),
  };
  const writers = [new PipeWriter(sink), new PipeWriter(sink)];
  const framing = lengthPrefix({ maxBytes: 100_000 });
  for (const size of [10, 16_380, 20_000, 70_000]) {
    for (const [n, writer] of writers.entries()) {
      writer.writeFrame(framing, new Uint8Array(size).fill(n + 1));
      await null;
    }
  }
  await Promise.all(writers.map((writer) => writer.close()));
  const reader = new PipeReader(ReadableStream.from(chunks));
  const got: number[][] = [];
  for await (const frame of reader.frames(framing)) {
    got.push([frame.length, ...new Set(frame)]);
  }
  assertEquals(
    got.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!),
    [10, 16_380, 20_000, 70_000].flatMap((size) => [[size, 1], [size, 2]]),
  );
});

Deno.test("a stream may take away every chunk of a frame", async () => {
  const framing = lines({ maxBytes: 100_000 });
  const taken: string[] = [];
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      taken.push(
        decode(
          structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] }),
        ),
      );
    },
  });
  const writer = new PipeWriter(stream);
  for (let n = 0; n < 2; n++) {
    await writer.writeFrame(framing, encode("x".repeat(20_000)));
  }
  await writer.close();
  assertEquals(taken.join("").length, 40_002);
});

Deno.test("a frame that could not be read back is refused before anything is written", async () => {
  const { stream, text } = collector();
  const writer = new PipeWriter(stream);
  await assertRejects(() => writer.writeFrame(lines(), encode("two\nlines")));
  await assertRejects(() =>
    writer.writeFrame(contentLength({ maxBytes: 1 }), encode("long"))
  );
  await writer.close();
  assertEquals(text(), "");
});

const CHILD_THAT_LEAVES = new Deno.Command("true", {
  stdin: "piped",
  stdout: "null",
});

test("a child that has ended breaks the pipe: writes and flushes say so, close is quiet", async () => {
  const child = CHILD_THAT_LEAVES.spawn();
  await child.status;
  const writer = new PipeWriter(child.stdin);
  writer.write("nobody awaits this");
  const error = await assertRejects(() => writer.flush(), BrokenPipeError);
  assertInstanceOf(error.cause, Deno.errors.BrokenPipe);
  assertEquals(writer.broken, error);
  writer.write("nor this");
  writer.flush();
  await assertRejects(() => writer.write("x"), BrokenPipeError);
  await assertRejects(() => writer.write(""), BrokenPipeError);
  await assertRejects(
    () => writer.write(new Uint8Array(20_000)),
    BrokenPipeError,
  );
  await assertRejects(
    () => writer.writeFrame(lengthPrefix(), encode("x")),
    BrokenPipeError,
  );
  await assertRejects(() => writer.flush(), BrokenPipeError);
  await writer.close();
  await writer.close();
});

test("unawaited writes to a child that has ended do not end the program", async () => {
  const child = CHILD_THAT_LEAVES.spawn();
  await child.status;
  await using writer = new PipeWriter(child.stdin);
  for (let n = 0; n < 10; n++) {
    writer.write("x".repeat(10_000));
    writer.write("y".repeat(30_000));
    writer.flush();
    await turn();
  }
});

test("a million bytes go through a child and come back", async () => {
  const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" })
    .spawn();
  const text = new Response(child.stdout).text();
  const sent: string[] = [];
  {
    await using writer = new PipeWriter(child.stdin);
    for (let n = 0; n < 40_000; n++) {
      const line = `a line of 25 bytes ${n}\n`;
      sent.push(line);
      await writer.write(line);
    }
  }
  assert(await text === sent.join(""), "the text has changed");
  await child.status;
});

Deno.test("another failure is told as it is, by close only if nobody was told", async () => {
  const unheard = new PipeWriter(collector(0).stream);
  unheard.write("x");
  await assertRejects(() => unheard.close(), Error, "no room");

  const heard = new PipeWriter(collector(0).stream);
  heard.write("x");
  await assertRejects(() => heard.flush(), Error, "no room");
  await heard.close();

  const gone = new Deno.errors.BrokenPipe();
  const broken = new PipeWriter(collector(0, gone).stream);
  broken.write("x");
  await broken.close();
  assertInstanceOf(broken.broken, BrokenPipeError);

  const odd = new PipeWriter(collector(0, "a string").stream);
  odd.write("x");
  const error = await assertRejects(() => odd.flush(), Error, "has failed");
  assertEquals(error.cause, "a string");
});

Deno.test("what is written after a failure is refused although a batch had room", async () => {
  const writer = new PipeWriter(collector(0).stream);
  writer.write("fails");
  const flushed = writer.flush();
  writer.write("opens a batch");
  await assertRejects(() => flushed, Error, "no room");
  await assertRejects(() => writer.write("x"), Error, "no room");
  await writer.close();
});

Deno.test("nothing is written after a piece that failed", async () => {
  const chunks: string[] = [];
  const writer = new PipeWriter({
    givesBack: true,
    write([bytes]) {
      chunks.push(decode(bytes!));
      return chunks.length === 2
        ? Promise.reject(new Error("no room"))
        : Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  for (const letter of ["a", "b", "c", "d"]) {
    writer.write(letter);
    writer.flush();
  }
  await assertRejects(() => writer.flush(), Error, "no room");
  assertEquals(chunks, ["a", "b"]);
  await writer.close();
});

Deno.test("close is the end: once, and what comes later is refused", async () => {
  const { stream, text } = collector();
  const writer = new PipeWriter(stream);
  writer.write("x");
  assertEquals(writer.close(), writer.close());
  for (const late of ["late", "", encode("late"), new Uint8Array(20_000)]) {
    await assertRejects(
      () => writer.write(late),
      TypeError,
      "writer is closed",
    );
  }
  await assertRejects(
    () => writer.writeFrame(lines(), encode("late")),
    TypeError,
    "Cannot write as the writer is closed: current value is 5 bytes",
  );
  await assertRejects(
    () => writer.writeNow([encode("late"), encode("late")]),
    TypeError,
    "Cannot write as the writer is closed: current value is 8 bytes",
  );
  await writer.close();
  await writer.flush();
  assertEquals([text(), writer.broken], ["x", undefined]);
});

Deno.test("what comes after close is refused although an empty batch had room", async () => {
  const writer = new PipeWriter(collector().stream);
  writer.write("");
  const closed = writer.close();
  await assertRejects(
    () => writer.write("late"),
    TypeError,
    "writer is closed",
  );
  await closed;
});

Deno.test("what is neither bytes nor text rejects, and nothing of it is written", async () => {
  const { stream, text } = collector();
  const writer = new PipeWriter(stream);
  for (const value of [1, null, undefined, [1], new ArrayBuffer(1)]) {
    await assertRejects(
      () => writer.write(value as never),
      TypeError,
      "Cannot write as it must be a Uint8Array or a string: current value is",
    );
    await assertRejects(
      () => writer.writeNow([encode("x"), value as never]),
      TypeError,
      "Cannot write as each piece must be a Uint8Array: current value is",
    );
  }
  await writer.close();
  assertEquals(text(), "");
});

Deno.test("pieces that are no list reject, and the writer goes on", async () => {
  const { stream, text } = collector();
  const writer = new PipeWriter(stream);
  const list = "Cannot write as the pieces must be a list of Uint8Array: " +
    "current value is";
  const piece = "Cannot write as each piece must be a Uint8Array: " +
    "current value is number";
  for (
    const { pieces, says } of [
      { pieces: 5, says: `${list} 5` },
      { pieces: null, says: `${list} null` },
      { pieces: undefined, says: `${list} undefined` },
      { pieces: "", says: `${list} ""` },
      { pieces: encode("x"), says: `${list} Uint8Array` },
      { pieces: [encode("x"), 5], says: piece },
    ]
  ) {
    const framing = { ...lines(), encode: () => pieces } as never;
    for (
      const write of [
        () => writer.writeNow(pieces as never),
        () => writer.writeFrame(framing, encode("x") as never),
      ]
    ) {
      const error = await assertRejects(write, TypeError);
      assertEquals(error.message, says);
    }
  }
  await writer.write("on");
  await writer.close();
  assertEquals([text(), writer.broken], ["on", undefined]);
});

Deno.test("what is neither a stream nor a sink is refused", () => {
  for (
    const { to, value } of [
      { to: undefined, value: "undefined" },
      { to: null, value: "null" },
      { to: 5, value: "5" },
      { to: {}, value: "Object" },
      { to: { write() {} }, value: "Object" },
      { to: Object.create(null), value: "an object" },
    ]
  ) {
    const error = assertThrows(() => new PipeWriter(to as never), TypeError);
    assertEquals(
      error.message,
      "Cannot write as what is written to must be a WritableStream or a Sink: " +
        `current value is ${value}`,
    );
  }
});

Deno.test.each([
  { title: "by its abort", hasAbort: true, fails: false },
  { title: "by its close, if it has no abort", hasAbort: false, fails: false },
  { title: "once, also if that fails", hasAbort: true, fails: true },
])(
  "a sink whose write has failed is ended $title",
  async ({ hasAbort, fails }) => {
    const calls: unknown[] = [];
    const failure = new Error("the disk is full");
    const end = (name: string) => (reason?: unknown) => {
      calls.push([name, reason]);
      if (fails) throw new Error("cannot be ended");
      return Promise.resolve();
    };
    const writer = new PipeWriter({
      givesBack: true,
      write: () => Promise.reject(failure),
      close: end("close"),
      ...(hasAbort ? { abort: end("abort") } : {}),
    });
    writer.write("x");
    assertEquals(await assertRejects(() => writer.flush()), failure);
    await writer.close();
    await writer.writable.abort();
    assertEquals(calls, [
      hasAbort ? ["abort", failure] : ["close", undefined],
    ]);
  },
);

Deno.test("close is quiet if the reader leaves at the very end", async () => {
  const stream = new WritableStream<Uint8Array>({
    close: () => Promise.reject(new Deno.errors.BrokenPipe("gone")),
  });
  await new PipeWriter(stream).close();
});

Deno.test("pieces that are written now leave at once, uncopied, after what was written before", async () => {
  const writes: Uint8Array[][] = [];
  const writer = new PipeWriter({
    givesBack: true,
    write(pieces) {
      writes.push([...pieces]);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  const pieces = [encode("a"), encode("b".repeat(20_000)), encode("")];
  const written = writer.writeNow(pieces);
  assertEquals(writes.length, 1);
  assertEquals(writes[0]!.map((piece, n) => piece === pieces[n]), [
    true,
    true,
    true,
  ]);
  await written;
  writer.write("before");
  await writer.writeNow([encode("after")]);
  await writer.writeNow([]);
  assertEquals(writes.slice(1).map((each) => each.map(decode)), [
    ["before"],
    ["after"],
    [],
  ]);
  await writer.close();
});

Deno.test("what the pipe has not accepted is counted", async () => {
  const { stream, letGo } = stuck();
  const writer = new PipeWriter(stream);
  const counts: number[] = [];
  const count = () => counts.push(writer.queuedBytes);
  count();
  writer.write("four");
  count();
  await turn();
  count();
  writer.write("é");
  writer.write(new Uint8Array(20_000));
  writer.write("x");
  count();
  letGo();
  await writer.flush();
  count();
  assertEquals(counts, [0, 4, 4, 20_007, 0]);
  await writer.close();
});

Deno.test("what is queued when the reader leaves is not counted for ever", async () => {
  const writer = new PipeWriter(collector(1).stream);
  for (let n = 0; n < 5; n++) writer.write(new Uint8Array(20_000));
  writer.write("x");
  await assertRejects(() => writer.flush(), Error, "no room");
  assertEquals(writer.queuedBytes, 0);
  await writer.close();
});

Deno.test("closed resolves when the writer has closed, and not before", async () => {
  const { stream, letGo } = stuck();
  const writer = new PipeWriter(stream);
  let isClosed = false;
  writer.closed.then(() => isClosed = true);
  writer.write("x");
  const closing = writer.close();
  await turn();
  assertEquals(isClosed, false);
  letGo();
  await closing;
  await writer.closed;
});

Deno.test("a reader that leaves while nothing is written is seen", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new PipeWriter(writable);
  await readable.cancel(new Deno.errors.BrokenPipe("gone"));
  const error = await assertRejects(() => writer.closed, BrokenPipeError);
  assertEquals(writer.broken, error);
  await assertRejects(() => writer.write("x"), BrokenPipeError);
  await writer.close();
});

Deno.test("a stream that fails while nothing is written makes close reject", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new PipeWriter(writable);
  await readable.cancel(new Error("no more"));
  await assertRejects(() => writer.close(), Error, "no more");
});

Deno.test("a stream that cannot be closed makes close and closed reject", async () => {
  const writer = new PipeWriter(
    new WritableStream({
      close: () => Promise.reject(new Error("not written")),
    }),
  );
  await assertRejects(() => writer.close(), Error, "not written");
  await assertRejects(() => writer.closed, Error, "not written");
});

Deno.test("a failure of a pipe that nobody asks about does not end the program", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new PipeWriter(writable);
  await readable.cancel(new Error("no more"));
  await turn();
  assertEquals(writer.broken?.message, "no more");
});

Deno.test("a stream is piped through a writer, in order with its own writes", async () => {
  const { stream, text, isClosed } = collector();
  const writer = new PipeWriter(stream);
  writer.write("first\n");
  await new Blob(["x".repeat(100_000)]).stream()
    .pipeTo(writer.writable, { preventClose: true });
  writer.write("\nlast\n");
  assertEquals(writer.writable, writer.writable);
  await new Blob(["end"]).stream().pipeTo(writer.writable);
  assertEquals(text(), `first\n${"x".repeat(100_000)}\nlast\nend`);
  assertEquals(isClosed(), true);
});

Deno.test("a silent source is cancelled when the reader of the writer leaves", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = new PipeWriter(writable);
  const cancelled = Promise.withResolvers<unknown>();
  const piped = new ReadableStream<Uint8Array>({ cancel: cancelled.resolve })
    .pipeTo(writer.writable);
  await readable.cancel(new Deno.errors.BrokenPipe("gone"));
  await assertRejects(() => piped, BrokenPipeError);
  assertInstanceOf(await cancelled.promise, BrokenPipeError);
});

Deno.test("a source that fails aborts what is written to, and does not look like its end", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const got = new Response(readable).text();
  const writer = new PipeWriter(writable);
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("the disk is gone")),
  });
  const both = await Promise.allSettled([source.pipeTo(writer.writable), got]);
  assertEquals(both.map((each) => each.status), ["rejected", "rejected"]);
  assertEquals(writer.broken?.message, "the disk is gone");
  await assertRejects(() => writer.write("x"), TypeError, "writer is closed");
  await writer.close();
});

Deno.test("a source that fails closes a sink that cannot be aborted", async () => {
  let isClosed = false;
  const writer = new PipeWriter({
    givesBack: true,
    write: () => new Promise(() => {}), // stuck
    close() {
      isClosed = true;
      return Promise.resolve();
    },
  });
  writer.write(new Uint8Array(20_000));
  await writer.writable.abort(new Error("gone"));
  assertEquals(isClosed, true);
});

Deno.test("a reader that leaves as the sink is closed is no failure", async () => {
  const writer = new PipeWriter({
    givesBack: true,
    write: () => Promise.resolve(),
    close: () => Promise.reject(new Deno.errors.BrokenPipe("gone")),
  });
  writer.write("all of it");
  await writer.close();
  assertInstanceOf(writer.broken, BrokenPipeError);
});

Deno.test("nothing follows a write that was under way when the reader left", async () => {
  const first = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  let writes = 0;
  const writer = new PipeWriter({
    givesBack: true,
    closed: left.promise,
    write: () => ++writes === 1 ? first.promise : Promise.resolve(),
    close: () => Promise.resolve(),
  });
  const both = Promise.allSettled([
    writer.writeNow([encode("one")]),
    writer.writeNow([encode("two")]),
  ]);
  left.reject(new Deno.errors.BrokenPipe("gone"));
  await writer.closed.catch(() => {});
  first.resolve();
  const [, second] = await both;
  assertEquals([writes, second.status], [1, "rejected"]);
  await writer.close();
});

Deno.test("a writer is shown with its state and what is queued", async () => {
  const writer = new PipeWriter(collector(1).stream);
  const shown = [Deno.inspect(writer)];
  writer.write("four");
  shown.push(Deno.inspect(writer));
  await writer.flush();
  await writer.write(new Uint8Array(20_000)).catch(() => {});
  shown.push(Deno.inspect({ writer }, { compact: true }));
  const closed = new PipeWriter(collector().stream);
  await closed.close();
  shown.push(Deno.inspect(closed));
  assertEquals(shown, [
    'PipeWriter { state: "open", queuedBytes: 0 }',
    'PipeWriter { state: "open", queuedBytes: 4 }',
    '{ writer: PipeWriter { state: "no room", queuedBytes: 0 } }',
    'PipeWriter { state: "closed", queuedBytes: 0 }',
  ]);
});
