import { Buffer } from "node:buffer";
import {
  bytes,
  Channel,
  channelOf,
  DisconnectedError,
  type Format,
  jsonLines,
  lines,
  PipeReader,
  PipeWriter,
  pythonConnection,
  spawn,
  structured,
} from "../../mod.ts";
import { channelFrom, channelPair, received } from "../support/channels.ts";
import { fixture, needs, testNeeding, until } from "../support/processes.ts";
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../support/std_assert.ts";

const test = testNeeding("sh", "cat");

const FORMATS: Record<string, () => Format<unknown>> = {
  jsonLines,
  structured,
};

const PYTHON = needs("python3");

Deno.test(
  "Python's Connection takes and gives bytes as they are, of 0 bytes to 64 MiB",
  PYTHON,
  async () => {
    await using child = spawn("python3", [fixture("connection_echo.py")], {
      stdin: "piped",
    });
    const format = bytes(pythonConnection({ maxBytes: 2 ** 26 }));
    const channel = channelOf(child, format);
    for (const size of [0, 1, 65_535, 65_536, 2 ** 26, 3]) {
      const filled = () => Buffer.alloc(size, size % 251);
      channel.send(filled());
      const echo = await channel.receive();
      assertEquals(echo?.length, size);
      assert(filled().equals(echo!));
    }
    await assertRejects(
      () => channel.send(new Uint8Array(2 ** 26 + 1)),
      RangeError,
      "at most 67108864 bytes",
    );
    await channel.close();
    assertEquals(await channel.receive(), null);
    await child.check();
  },
);

/** 2 GiB and 5, the first sizes with the long header: 7 GiB of memory, 10 s. */
Deno.test({
  name: "Python's Connection takes and gives 2 GiB and 5 bytes as they are",
  ignore: PYTHON.ignore || Deno.env.get("CHANNEL_LARGE") === undefined,
  async fn() {
    await using child = spawn("python3", [fixture("connection_echo.py")], {
      stdin: "piped",
    });
    const size = 2 ** 31 + 5;
    const channel = channelOf(
      child,
      bytes(pythonConnection({ maxBytes: size })),
    );
    const message = new Uint8Array(size);
    // A prime, so that no place in a chunk has the same byte in the next one.
    const STEP = 4_093;
    for (let at = 0; at < size; at += STEP) message[at] = at / STEP % 251;
    message[size - 1] = 251;
    channel.send(message);
    const echo = await channel.receive();
    assertEquals(echo?.length, size);
    for (let at = 0; at < size; at += STEP) {
      if (echo![at] !== message[at]) assertEquals({ at }, { at: -1 });
    }
    assertEquals(echo![size - 1], 251);
    await channel.send(Uint8Array.of(1));
    assertEquals(await channel.receive(), Uint8Array.of(1));
    await channel.close();
    await child.check();
  },
});

Deno.test("a claim of 3 GiB is refused before anything is allocated", async () => {
  const header = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0, 192, 0, 0, 0);
  const format = bytes(pythonConnection({ maxBytes: 2 ** 31 + 5 }));
  const before = Deno.memoryUsage().rss;
  const end = await received(channelFrom(format, [header]));
  assertEquals(end.messages, []);
  assertStringIncludes(end.error ?? "", "TooLongError");
  assertStringIncludes(end.error ?? "", "3221225472");
  assertLessOrEqual(Deno.memoryUsage().rss - before, 2 ** 28);
});

Deno.test("console.log of a channel shows its state and its two directions", async () => {
  const [a] = channelPair(jsonLines());
  const shown = () => Deno.inspect(a).replaceAll(/\s+/g, " ");
  assertEquals(
    shown(),
    'Channel { state: "open", ' +
      'reader: PipeReader { bytesRead: 0, buffered: 0, state: "open" }, ' +
      'writer: PipeWriter { state: "open", queuedBytes: 0 } }',
  );
  await a.close();
  assertStringIncludes(shown(), 'Channel { state: "closed"');
});

Deno.test("what is no bytes is refused by bytes()", async () => {
  const [a] = channelPair(bytes(lines()));
  const send = () => a.send("text" as unknown as Uint8Array);
  await assertRejects(send, TypeError, "must be a Uint8Array");
  await a.close();
});

test("a wait for a message ends by its time or its signal, and takes nothing", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  const channel = channelOf(child, jsonLines<number>());
  const late = await assertRejects(
    () => channel.receive({ timeoutMs: 5 }),
    DOMException,
    "Cannot receive as timeoutMs has passed: current value is 5",
  );
  assertEquals(late.name, "TimeoutError");
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = channel.receive({ signal });
  controller.abort(new Error("given up"));
  await assertRejects(() => waiting, Error, "given up");
  await assertRejects(() => channel.receive({ signal }), Error, "given up");
  await assertRejects(() => channel.receive({ timeoutMs: -1 }), RangeError);
  for (const n of [1, 2, 3]) channel.send(n);
  assertEquals(await channel.receive({ timeoutMs: 5000 }), 1);
  assertEquals(await channel.receive(), 2);
  assertEquals(await channel.receive(), 3);
  assertEquals(channel.tryReceive(), undefined);
});

test("several receives that wait get the messages in their order", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  const channel = channelOf(child, jsonLines<number>());
  const waiting = [1, 2, 3].map(() => channel.receive());
  for (const n of [1, 2, 3]) await channel.send(n);
  assertEquals(await Promise.all(waiting), [1, 2, 3]);
  const more = [channel.receive(), channel.receive()];
  await channel.close();
  assertEquals(await Promise.all(more), [null, null]);
});

Deno.test("the first message leaves at once, the others of the turn together", async () => {
  const writes: string[] = [];
  const written = Promise.withResolvers<void>();
  const writer = new PipeWriter({
    givesBack: true,
    async write(pieces) {
      const decoder = new TextDecoder();
      writes.push(pieces.map((piece) => decoder.decode(piece)).join(""));
      await new Promise((resolve) => setTimeout(resolve));
      if (writes.length === 2) written.resolve();
    },
    close: () => Promise.resolve(),
  });
  const reader = new PipeReader(ReadableStream.from([]));
  const channel = new Channel({ reader, writer }, jsonLines());
  for (let n = 0; n < 5; n++) channel.send(n);
  await written.promise;
  assertEquals(writes, ["0\n", "1\n2\n3\n4\n"]);
  channel.send(5);
  await channel.flush();
  assertEquals(writes.slice(2), ["5\n"]);
  await channel.close();
});

Deno.test(
  "a slow receiver holds the sender up: a bounded number of messages is ahead",
  PYTHON,
  async () => {
    const count = 100_000;
    await using child = spawn(
      "python3",
      [fixture("writes_lines_fast.py"), String(count)],
      { stdin: "piped" },
    );
    const channel = channelOf(child, jsonLines<number>());
    assertEquals(await channel.receive(), 0);
    const { stdout } = child;
    // All that can come without a receive: half of 4,096 messages and a read.
    let before = -1;
    assert(
      await until(() => {
        const isQuiet = stdout.bytesRead === before;
        before = stdout.bytesRead;
        return isQuiet && before > 8_192;
      }),
    );
    assertLessOrEqual(stdout.bytesRead, 4 * 65_536);
    let expected = 1;
    for await (const message of channel) {
      if (message !== expected++) throw new Error(`${message} came too early`);
    }
    assertEquals(expected, count);
  },
);

Deno.test("a sender waits for a reader that does not read", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const channel = new Channel({
    reader: new PipeReader(ReadableStream.from([])),
    writer: new PipeWriter(writable),
  }, jsonLines());
  const text = "x".repeat(1_000);
  let sent = 0;
  const all = (async () => {
    for (; sent < 1_000; sent++) await channel.send(text);
    await channel.close();
  })();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertLessOrEqual(sent, 300);
  assertEquals((await new Response(readable).text()).length, 1_003_000);
  await all;
  assertEquals(sent, 1_000);
});

Deno.test("after flush and the end of the process, nothing that was sent is lost", async () => {
  const sender = new URL("../programs/sends_and_exits.ts", import.meta.url);
  await Promise.all(["jsonLines", "structured"].map(async (format) => {
    await using child = spawn(Deno.execPath(), [
      ...["run", "-q", "--no-prompt", sender.href, format, "30000"],
    ], { stdin: "piped" });
    const channel = channelOf(child, FORMATS[format]!());
    let count = 0;
    for await (const message of channel) {
      if ((message as { n: number }).n !== count++) throw new Error("lost");
    }
    assertEquals(count, 30_000);
    assertEquals((await child.status).code, 3);
  }));
});

test("a send to a child that has gone rejects with how it ended", async () => {
  await using child = spawn("sh", ["-c", "exec <&-; echo no >&2; exit 4"], {
    stdin: "piped",
  });
  const channel = channelOf(child, jsonLines());
  const error = await assertRejects(async () => {
    for (;;) {
      await channel.send("x".repeat(20_000));
    }
  }, DisconnectedError);
  assertEquals(error.status?.code, 4);
  assertEquals(error.status?.stderrTail, "no\n");
  assertEquals(await channel.receive(), null);
});

test("close ends one direction, and what the other side sends still comes", async () => {
  await using child = spawn("sort", ["-n"], { stdin: "piped" });
  const channel = channelOf(child, jsonLines<number>());
  for (const n of [3, 1, 2]) await channel.send(n);
  await channel.close();
  await channel.close();
  assertEquals(await received(channel), { messages: [1, 2, 3] });
  await assertRejects(
    () => channel.send(4),
    TypeError,
    "Cannot send after close()",
  );
});

test("leaving the scope of a channel ends every wait, also while the pipe is full", async () => {
  await using child = spawn("sleep", ["60"], { stdin: "piped" });
  let waiting: Promise<unknown>;
  let asked: Promise<unknown>;
  {
    await using channel = channelOf(child, jsonLines());
    waiting = channel.receive();
    channel.send("x".repeat(1_000_000)).catch(() => {});
  }
  assertEquals(await waiting, null);
  {
    await using other = spawn("sleep", ["60"], { stdin: "piped" });
    await using channel = channelOf(other, jsonLines());
    asked = channel.request("never");
    asked.catch(() => {});
  }
  await assertRejects(() => asked, DisconnectedError);
});

Deno.test("a break leaves the channel where it is", async () => {
  const channel = channelFrom(jsonLines(), ["1\n2\n3\n"]);
  for await (const message of channel) {
    assertEquals(message, 1);
    break;
  }
  assertEquals(await received(channel), { messages: [2, 3] });
});

Deno.test("a format of one's own works like the others, and its errors are noise", async () => {
  const upper: Format<string> = {
    name: "upper",
    framing: lines(),
    encode: (message) => new TextEncoder().encode(message.toUpperCase()),
    decode(payload) {
      const text = new TextDecoder().decode(payload);
      if (text !== text.toUpperCase()) throw new Error("small letters");
      return text;
    },
  };
  const heard: string[] = [];
  const onNoise = (noise: string) => heard.push(noise);
  const channel = channelFrom(upper, ["A\nb\nC\n"], { onNoise });
  assertEquals(await received(channel), { messages: ["A", "C"] });
  assertEquals(heard, ["b"]);
});

test("an unknown option is refused", async () => {
  await using child = spawn("cat", [], { stdin: "piped" });
  assertThrows(
    () => channelOf(child, jsonLines(), { onnoise() {} } as never),
    TypeError,
    'its options are onNoise: current value is "onnoise"',
  );
  assertThrows(
    () => jsonLines({ maxbytes: 1 } as never),
    TypeError,
    "maxBytes",
  );
  assertThrows(() => jsonLines({ maxBytes: 0 }), RangeError, "maxBytes");
  await using deaf = spawn("cat");
  assertThrows(() => channelOf(deaf, jsonLines()), TypeError, "stdin");
});

Deno.test("messages keep their order, whenever the write before them is accepted", async () => {
  const written: Uint8Array[] = [];
  // It accepts within the turn, while others wait for the end of the turn.
  const writer = new PipeWriter({
    givesBack: true,
    write: (pieces) => {
      written.push(...pieces.map((piece) => piece.slice()));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  const reader = new PipeReader(new Blob([]).stream());
  const channel = new Channel({ reader, writer }, jsonLines<number>());
  for (let n = 0; n < 100; n++) {
    channel.send(n);
    for (let waits = n % 7; waits > 0; waits--) await undefined;
  }
  await channel.close();
  const lines = Array.from({ length: 100 }, (_, n) => `${n}\n`);
  assertEquals(await new Blob(written as BlobPart[]).text(), lines.join(""));
});
