import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "../support/std_assert.ts";
import { lengthPrefix, PipeReader } from "../../mod.ts";
import { bytesOf, fedStream, streamOf, textOf } from "../support/pieces.ts";

const framing = lengthPrefix({ bytes: 1 });

/** Every way to wait, on bytes that never complete it. */
const WAITS: {
  name: string;
  wait(
    reader: PipeReader,
    options: { signal?: AbortSignal; timeoutMs?: number },
  ): Promise<unknown>;
}[] = [
  { name: "readExactly", wait: (reader, o) => reader.readExactly(9, o) },
  { name: "readUntil", wait: (reader, o) => reader.readUntil("\n", o) },
  { name: "readAll", wait: (reader, o) => reader.readAll(o) },
  { name: "text", wait: (reader, o) => reader.text(o) },
  { name: "json", wait: (reader, o) => reader.json(o) },
  { name: "readLine", wait: (reader, o) => reader.readLine(o) },
  { name: "readFrame", wait: (reader, o) => reader.readFrame(framing, o) },
  { name: "peek", wait: (reader, o) => reader.peek(9, o) },
  { name: "lines", wait: (reader, o) => reader.lines(o).next() },
  { name: "lineArrays", wait: (reader, o) => reader.lineArrays(o).next() },
  { name: "frames", wait: (reader, o) => reader.frames(framing, o).next() },
  {
    name: "slices with fill",
    wait: (reader, o) => reader.slices(9, { ...o, fill: true }).next(),
  },
];

Deno.test.each(WAITS)(
  "$name that times out or is aborted takes nothing",
  async ({ wait }) => {
    const { stream, feed, end } = fedStream();
    await using reader = new PipeReader(stream);
    feed("\x09abc");
    for (const timeoutMs of [0, 5]) {
      const error = await assertRejects(
        () => wait(reader, { timeoutMs }),
        DOMException,
        `as timeoutMs has passed: current value is ${timeoutMs}`,
      );
      assertEquals(error.name, "TimeoutError");
    }
    const reason = new Error("enough");
    const stop = new AbortController();
    const pending = wait(reader, { signal: stop.signal });
    stop.abort(reason);
    assertStrictEquals(await assertRejects(() => pending), reason);
    assertStrictEquals(
      await assertRejects(() => wait(reader, { signal: stop.signal })),
      reason,
    );
    feed("de");
    end();
    assertEquals(reader.bytesRead, 0);
    assertEquals(
      textOf((await reader.slices(99, { fill: true }).next()).value!),
      "\x09abcde",
    );
  },
);

Deno.test.each(WAITS)(
  "$name that is aborted in the turn in which too few bytes came rejects",
  async ({ wait }) => {
    // The abort may come at any place between the chunk and the next wait.
    for (let turns = 0; turns < 12; turns++) {
      const { stream, feed } = fedStream();
      await using reader = new PipeReader(stream);
      const reason = new Error("enough");
      const stop = new AbortController();
      const pending = wait(reader, { signal: stop.signal });
      await new Promise((resolve) => setImmediate(resolve));
      feed("\x09");
      for (let turn = 0; turn < turns; turn++) await null;
      stop.abort(reason);
      assertStrictEquals(await assertRejects(() => pending), reason);
      assertEquals(reader.bytesRead, 0);
    }
  },
);

Deno.test("read and an iterator reject an aborted signal although bytes are here", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\nb\n")]));
  await reader.peek(1);
  const signal = AbortSignal.abort("no");
  for (
    const wait of [
      () => reader.read(1, { signal }),
      () => reader.slices(1, { signal }).next(),
      () => reader.lines({ signal }).next(),
    ]
  ) {
    assertEquals(await wait().catch((reason) => reason), "no");
  }
  assertEquals(reader.bytesRead, 0);
});

Deno.test("an abort between two lines leaves the second in place", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\nb\n")]));
  const stop = new AbortController();
  const iterator = reader.lines({ signal: stop.signal });
  assertEquals((await iterator.next()).value, "a");
  stop.abort("no");
  assertEquals(await iterator.next().catch((reason) => reason), "no");
  assertEquals([reader.bytesRead, await reader.readLine()], [2, "b"]);
});

Deno.test("a timeout leaves one read outstanding, and its chunk lands in order", async () => {
  const { stream, feed, reads } = fedStream();
  await using reader = new PipeReader(stream);
  for (let round = 0; round < 50; round++) {
    await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  }
  assertEquals(reads(), 1);
  feed("ab");
  feed("cd");
  const parts = [];
  for (let n = 0; n < 4; n++) parts.push(textOf((await reader.read(1))!));
  assertEquals(parts, ["a", "b", "c", "d"]);
});

Deno.test("polling leaves no listener on its signal and no timer", async () => {
  const { stream } = fedStream();
  await using reader = new PipeReader(stream);
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  for (let round = 0; round < 20; round++) {
    const wait = reader.read(1, { signal, timeoutMs: 0 });
    await assertRejects(() => wait, DOMException);
  }
  assertEquals(listeners, 0);
});

Deno.test("a trickle does not outrun a timeout", async () => {
  const stream = new ReadableStream<Uint8Array>({
    // At once, so that no timer can ever fire: only the clock tells.
    pull: (controller) => controller.enqueue(bytesOf("x")),
  }, { highWaterMark: 0 });
  await using reader = new PipeReader(stream);
  await assertRejects(
    () => reader.readLine({ timeoutMs: 5 }),
    DOMException,
    "timeoutMs",
  );
  assert(reader.tryRead(1_000_000)!.length > 0);
});

Deno.test("stallTimeoutMs ends a frame that has begun, and none that has not", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  const options = { stallTimeoutMs: 5, timeoutMs: 60_000 };
  await assertRejects(
    () => reader.readFrame(framing, { ...options, timeoutMs: 40 }),
    DOMException,
    "as timeoutMs has passed: current value is 40",
  );
  feed("\x02a");
  await assertRejects(
    () => reader.readFrame(framing, { stallTimeoutMs: 60_000, timeoutMs: 5 }),
    DOMException,
    "as timeoutMs has passed: current value is 5",
  );
  await assertRejects(
    () => reader.readFrame(framing, options),
    DOMException,
    "as stallTimeoutMs has passed: current value is 5",
  );
  feed("b");
  assertEquals(textOf((await reader.readFrame(framing, options))!), "ab");
});

Deno.test("a skip that times out has skipped what had come, and goes on", async () => {
  const { stream, feed, end } = fedStream();
  await using reader = new PipeReader(stream);
  feed("abcd");
  const timeout = "as timeoutMs has passed: current value is 5";
  const limit = { timeoutMs: 5 };
  await assertRejects(() => reader.skip(6, limit), DOMException, timeout);
  assertEquals([reader.bytesRead, reader.buffered], [4, 0]);
  feed("efg--");
  assertEquals(await reader.skip(2), 2);
  // What may be the beginning of a delimiter is not skipped yet.
  const skip = () => reader.skipUntil("--\n", limit);
  await assertRejects(skip, DOMException, timeout);
  assertEquals([reader.bytesRead, reader.buffered], [7, 2]);
  feed("\nrest");
  assertEquals([await reader.skipUntil("--\n"), reader.bytesRead], [3, 10]);
  end();
  assertEquals([await reader.text(), await reader.skip(9)], ["rest", 0]);
});

Deno.test("a skip holds one chunk at most", async () => {
  const chunk = new Uint8Array(65_536).fill(120);
  let chunks = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (chunks++ < 1000) controller.enqueue(chunk);
      else controller.close();
    },
  }, { highWaterMark: 0 });
  await using reader = new PipeReader(stream);
  let most = 0;
  reader.onRead = () => most = Math.max(most, reader.buffered);
  const skipped = await reader.skip(500 * 65_536 + 1);
  assertEquals(
    [skipped + await reader.skipUntil("\n"), most],
    [1000 * 65_536, 65_536],
  );
});

Deno.test("a second read is refused while one waits, and takes nothing", async () => {
  const { stream, feed } = fedStream();
  await using reader = new PipeReader(stream);
  feed("ab");
  const first = reader.readExactly(3);
  const refusal = "Cannot read while another read is pending";
  await assertRejects(() => reader.read(1), TypeError, refusal);
  await assertRejects(() => reader.slices(1).next(), TypeError, refusal);
  await assertRejects(() => reader.lines().next(), TypeError, refusal);
  assertThrows(() => reader.tryRead(1), TypeError, refusal);
  assertThrows(() => reader.rest(), TypeError, refusal);
  assertEquals(reader.bytesRead, 0);
  feed("c");
  assertEquals(textOf(await first), "abc");
});

Deno.test("tryRead gives what has arrived and never waits", async () => {
  await using reader = new PipeReader(
    streamOf([bytesOf("abcde"), bytesOf("f")]),
  );
  assertEquals(reader.tryRead(2), undefined);
  const given = [textOf((await reader.read(2))!)];
  for (let n = 0; n < 3; n++) {
    given.push(textOf(reader.tryRead(2) ?? bytesOf("-")));
  }
  given.push(textOf((await reader.read(2))!));
  assertEquals(given, ["ab", "cd", "e", "-", "f"]);
  assertEquals([await reader.read(1), reader.tryRead(1)], [null, undefined]);
});

Deno.test("what had arrived before the stream failed can be read", async () => {
  const { stream, feed, fail } = fedStream();
  await using reader = new PipeReader(stream);
  feed("abc");
  await reader.peek(1);
  const error = new Error("broken");
  fail(error);
  for (let round = 0; round < 2; round++) {
    assertStrictEquals(await assertRejects(() => reader.readLine()), error);
  }
  assertEquals(textOf((await reader.read(9))!), "abc");
  assertStrictEquals(await assertRejects(() => reader.read(1)), error);
});

Deno.test("a chunk that is no bytes is refused and the stream cancelled", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue("text"),
    cancel: resolve,
  });
  await using reader = new PipeReader(stream);
  const error = await assertRejects(
    () => reader.read(1),
    TypeError,
    "every chunk must be a Uint8Array: current value is string",
  );
  assertStrictEquals(await promise, error);
  assertStrictEquals(await assertRejects(() => reader.read(1)), error);
});

Deno.test("empty chunks are neither a slice nor the end", async () => {
  const pieces = ["", "a", "", "", "b", ""].map(bytesOf);
  await using reader = new PipeReader(streamOf(pieces));
  const given: string[] = [];
  for await (const slice of reader.slices(9)) given.push(textOf(slice));
  assertEquals(given, ["a", "b"]);
});

Deno.test("cancel drops what has arrived, and a read that waits meets the end", async () => {
  const { stream, feed, cancelled } = fedStream();
  const reader = new PipeReader(stream);
  feed("ab");
  const pending = reader.readFrame(framing);
  await new Promise((resolve) => setImmediate(resolve));
  await reader.cancel("enough");
  assertEquals(
    [await pending, await cancelled, await reader.read(1), reader.tryRead(1)],
    [null, "enough", null, undefined],
  );
  assertEquals([reader.bytesRead, reader.buffered], [0, 0]);
  await reader.cancel();
});

Deno.test("cancel drops the lines that a loop has not given yet", async () => {
  const reader = new PipeReader(streamOf([bytesOf("a\nb\nc\n")]));
  const lines = reader.lines();
  assertEquals((await lines.next()).value, "a");
  await reader.cancel();
  assertEquals((await lines.next()).done, true);
  assertEquals([await reader.readLine(), reader.bytesRead], [null, 2]);
});

Deno.test("an iterator that was ended gives nothing more, and takes nothing", async () => {
  await using reader = new PipeReader(streamOf([bytesOf("a\nb\nc\n")]));
  await reader.peek(1);
  for (
    const iterator of [reader.slices(1), reader.lines(), reader.lineArrays()]
  ) {
    await iterator.return!();
    assertEquals(await iterator.next(), { value: undefined, done: true });
  }
  assertEquals(reader.bytesRead, 0);
});

Deno.test("await using cancels the stream, and is quiet if it had failed", async () => {
  const { stream, cancelled } = fedStream();
  {
    await using _reader = new PipeReader(stream);
  }
  assertEquals(await cancelled, undefined);
  const failed = fedStream();
  await using reader = new PipeReader(failed.stream);
  failed.fail(new Error("broken"));
  await assertRejects(() => reader.read(1), Error, "broken");
  // Also if no read has met it.
  const unread = fedStream();
  await using _reader = new PipeReader(unread.stream);
  unread.fail(new Error("broken"));
});

Deno.test("cancel rejects if the stream cannot be given up", async () => {
  const stream = new ReadableStream<Uint8Array>({
    cancel: () => Promise.reject(new Error("it holds on")),
  });
  const reader = new PipeReader(stream);
  await assertRejects(() => reader.cancel(), Error, "it holds on");
});

Deno.test("rest gives all that is left, with the read that a timeout left outstanding", async () => {
  const { stream, feed, end } = fedStream();
  await using reader = new PipeReader(stream);
  feed("a\nb\nc\n");
  for await (const line of reader.lines()) {
    if (line === "b") break;
  }
  await reader.readExactly(2);
  await assertRejects(() => reader.read(1, { timeoutMs: 0 }), DOMException);
  feed("d");
  await new Promise((resolve) => setImmediate(resolve));
  const rest = reader.rest();
  feed("e");
  end();
  const refusal = "Cannot read after rest()";
  assertThrows(() => reader.tryRead(1), TypeError, refusal);
  assertThrows(() => reader.rest(), TypeError, refusal);
  await assertRejects(() => reader.readLine(), TypeError, refusal);
  await assertRejects(
    () => reader.cancel(),
    TypeError,
    "Cannot cancel after rest()",
  );
  assertEquals(await new Response(rest).text(), "de");
});

Deno.test("rest passes a cancel and an error on", async () => {
  const left = fedStream();
  await new PipeReader(left.stream).rest().cancel("enough");
  assertEquals(await left.cancelled, "enough");
  const right = fedStream();
  const rest = new PipeReader(right.stream).rest();
  right.fail(new Error("broken"));
  await assertRejects(() => new Response(rest).text(), Error, "broken");
});

Deno.test("rest reads nothing ahead", async () => {
  const { stream, reads } = fedStream();
  await using reader = new PipeReader(stream);
  const rest = reader.rest();
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(reads(), 0);
  await rest.cancel();
});
