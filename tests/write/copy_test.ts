import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertRejects,
} from "../support/std_assert.ts";
import {
  BrokenPipeError,
  copy,
  type CopyOptions,
  PipeReader,
  PipeWriter,
  type Sink,
  spawn,
} from "../../mod.ts";
import { bytesOf, fedStream, textOf } from "../support/pieces.ts";
import { needs, until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A sink whose writes are accepted, or fail, when the test says so. */
class StepSink implements Sink {
  readonly givesBack = true;
  readonly texts: string[] = [];
  readonly waiting: PromiseWithResolvers<void>[] = [];
  isClosed = false;
  isFree = false;

  write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.texts.push(textOf(piece));
    if (this.isFree) return Promise.resolve();
    const step = Promise.withResolvers<void>();
    this.waiting.push(step);
    return step.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  accept(): void {
    this.waiting.shift()!.resolve();
  }

  fail(error: Error): void {
    this.waiting.shift()!.reject(error);
  }
}

function setUp(options: CopyOptions = {}) {
  const source = fedStream();
  const reader = new PipeReader(source.stream);
  const sink = new StepSink();
  const writer = new PipeWriter(sink);
  const copied = copy(reader, writer, options);
  copied.catch(() => {});
  return { source, reader, sink, writer, copied };
}

Deno.test("what is read goes on at once, and the end closes the writer", async () => {
  const { source, sink, copied } = setUp();
  sink.isFree = true;
  for (const text of ["one", "two", "\0\xff"]) {
    source.feed(text);
    assert(await until(() => sink.texts.at(-1) === text));
  }
  source.end();
  assertEquals(await copied, { read: 8, passed: 8 });
  assertEquals(sink.texts, ["one", "two", "\0\xff"]);
  assert(sink.isClosed);
});

Deno.test("what the reader has already goes first, and no byte twice", async () => {
  const source = fedStream();
  const reader = new PipeReader(source.stream);
  const sink = new StepSink();
  sink.isFree = true;
  source.feed("head\nrest");
  assertEquals(await reader.readLine(), "head");
  source.end();
  assertEquals(await copy(reader, new PipeWriter(sink)), {
    read: 4,
    passed: 4,
  });
  assertEquals(sink.texts.join(""), "rest");
});

Deno.test("while a chunk is being written one more is read, and no third", async () => {
  const { source, sink, writer, copied } = setUp();
  source.feed("one");
  assert(await until(() => sink.waiting.length === 1));
  for (const text of ["two", "three", "four"]) source.feed(text);
  for (let n = 0; n < 20; n++) await turn();
  assertEquals(writer.queuedBytes, "onetwo".length);
  sink.accept();
  for (let n = 0; n < 20; n++) await turn();
  assertEquals(writer.queuedBytes, "twothree".length);
  sink.isFree = true;
  sink.accept();
  source.end();
  assertEquals(await copied, { read: 15, passed: 15 });
  assertEquals(sink.texts.join(), "one,two,three,four");
});

Deno.test("onRead sees each read before it is written, with its time", async () => {
  const seen: string[] = [];
  const beforeMs = performance.now();
  const { source, sink, copied } = setUp({
    onRead: (bytes, atMs) => {
      const isTime = atMs >= beforeMs && atMs <= performance.now();
      seen.push(`${textOf(bytes)} ${sink.texts.length} ${isTime}`);
    },
  });
  sink.isFree = true;
  source.feed("one");
  assert(await until(() => sink.texts.length === 1));
  source.feed("two");
  source.end();
  await copied;
  assertEquals(seen, ["one 0 true", "two 1 true"]);
});

Deno.test("preventClose leaves the writer open, with all that was written accepted", async () => {
  const { source, sink, writer, copied } = setUp({ preventClose: true });
  sink.isFree = true;
  source.feed("one");
  source.end();
  await copied;
  assertEquals([sink.isClosed, writer.queuedBytes], [false, 0]);
  await writer.write("more");
  await writer.close();
  assertEquals(sink.texts, ["one", "more"]);
});

for (const preventCancel of [false, true]) {
  const what = preventCancel ? "leaves" : "cancels";
  Deno.test(`a writer whose reader has gone ${what} the reader, and is no failure`, async () => {
    const { source, reader, sink, writer, copied } = setUp({ preventCancel });
    source.feed("one");
    assert(await until(() => sink.waiting.length === 1));
    sink.fail(new Deno.errors.BrokenPipe("gone"));
    assertEquals(await copied, { read: 3, passed: 0 });
    assert(writer.broken instanceof BrokenPipeError);
    if (!preventCancel) {
      assert(await source.cancelled instanceof BrokenPipeError);
      assertEquals(await reader.read(10), null);
      return;
    }
    source.feed("two");
    assertEquals(textOf((await reader.read(10))!), "two");
    await reader.cancel();
  });
}

Deno.test("a writer that breaks is noticed while the source is silent", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const source = fedStream();
  const reader = new PipeReader(source.stream);
  const copied = copy(reader, new PipeWriter(writable));
  await turn();
  const gone = new Error("nobody reads");
  await readable.cancel(gone);
  assertEquals(await assertRejects(() => copied), gone);
  assertEquals(await source.cancelled, gone);
});

Deno.test("an error of the reader closes the writer, after what came before", async () => {
  const { source, sink, copied } = setUp();
  source.feed("one");
  assert(await until(() => sink.waiting.length === 1));
  sink.isFree = true;
  source.fail(new Error("the disk is gone"));
  sink.accept();
  await assertRejects(() => copied, Error, "the disk is gone");
  assertEquals([sink.texts, sink.isClosed], [["one"], true]);
});

Deno.test("an error of onRead ends the copy as one of the reader does", async () => {
  const { source, sink, copied } = setUp({
    onRead: () => {
      throw new Error("too much");
    },
  });
  source.feed("one");
  await assertRejects(() => copied, Error, "too much");
  assertEquals([sink.texts, sink.isClosed], [[], true]);
  assert(await source.cancelled instanceof Error);
});

Deno.test("an abort leaves both sides open, and the next read goes on", async () => {
  const controller = new AbortController();
  const { source, reader, sink, writer, copied } = setUp({
    signal: controller.signal,
  });
  source.feed("one");
  assert(await until(() => sink.waiting.length === 1));
  source.feed("two");
  // Both are with the writer, which is stuck: the copy ends all the same.
  assert(await until(() => writer.queuedBytes === 6));
  controller.abort(new Error("enough"));
  await assertRejects(() => copied, Error, "enough");
  sink.isFree = true;
  sink.accept();
  await writer.flush();
  assertEquals(sink.texts, ["one", "two"]);
  assert(!sink.isClosed);
  source.feed("three");
  assertEquals(textOf((await reader.read(10))!), "three");
  await reader.cancel();
  await writer.close();
});

Deno.test("an abort ends a copy whose source is silent, and one that has not begun", async () => {
  const controller = new AbortController();
  const { source, reader, writer, copied } = setUp({
    signal: controller.signal,
  });
  await turn();
  controller.abort();
  await assertRejects(() => copied, DOMException);
  await assertRejects(
    () => copy(reader, writer, { signal: controller.signal }),
    DOMException,
  );
  source.feed("kept");
  assertEquals(textOf((await reader.read(10))!), "kept");
  await reader.cancel();
});

for (const seed of [1, 2, 3, 4]) {
  Deno.test(`random chunks pass whole, whatever waits, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const all = Uint8Array.from({ length: 200_000 }, () => random() * 256);
    let at = 0;
    const reader = new PipeReader({
      async read() {
        if (random() < 0.5) await turn();
        if (at === all.length) return null;
        const size = Math.ceil(random() * (random() < 0.5 ? 10 : 70_000));
        return all.slice(at, at += Math.min(size, all.length - at));
      },
      cancel: () => Promise.resolve(),
    });
    const given: string[] = [];
    const seen: string[] = [];
    const writer = new PipeWriter({
      givesBack: random() < 0.5,
      async write(pieces) {
        if (random() < 0.5) await turn();
        for (const piece of pieces) given.push(textOf(piece));
      },
      close: () => Promise.resolve(),
    });
    const result = await copy(reader, writer, {
      onRead: (bytes) => seen.push(textOf(bytes)),
    });
    assertEquals(result, { read: all.length, passed: all.length });
    assertEquals(bytesOf(given.join("")), all);
    assertEquals(seen.join(""), given.join(""));
  });
}

Deno.test(
  "a child that writes on ends by SIGPIPE when nobody reads what it writes",
  needs("yes", "head"),
  async () => {
    await using yes = spawn("yes");
    await using head = spawn("head", ["-n", "1"], { stdin: "piped" });
    const { read, passed } = await copy(yes.stdout, head.stdin);
    assertLessOrEqual(passed, read);
    assertEquals(await head.stdout.text(), "y\n");
    assertEquals((await yes.wait()).signal, "SIGPIPE");
  },
);

for (
  const { title, call, message } of [
    {
      title: "a stream as the reader",
      call: () =>
        copy(
          new Blob([]).stream() as unknown as PipeReader,
          new PipeWriter(new StepSink()),
        ),
      message:
        "Cannot copy as what is read must be a PipeReader: current value is ReadableStream",
    },
    {
      title: "a stream as the writer",
      call: () =>
        copy(
          new PipeReader(new Blob([]).stream()),
          new WritableStream() as unknown as PipeWriter,
        ),
      message:
        "Cannot copy as what is written to must be a PipeWriter: current value is WritableStream",
    },
    {
      title: "an unknown option",
      call: () => setUp({ preventAbort: true } as CopyOptions).copied,
      message:
        'Cannot copy as its options are onRead, preventClose, preventCancel, signal: current value is "preventAbort"',
    },
    {
      title: "a switch that is none",
      call: () => setUp({ preventClose: 1 as unknown as boolean }).copied,
      message:
        "Cannot copy as preventClose must be a boolean: current value is 1",
    },
  ]
) {
  Deno.test(`what cannot be copied is refused: ${title}`, async () => {
    const error = await assertRejects(call, TypeError);
    assertEquals(error.message, message);
  });
}
