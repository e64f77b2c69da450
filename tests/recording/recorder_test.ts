import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertThrows,
} from "../support/std_assert.ts";
import {
  PipeReader,
  PipeWriter,
  record,
  type RecordedEvent,
  Recorder,
  type RecorderOptions,
  Recording,
  type Sink,
} from "../../mod.ts";
import { concat } from "../../src/bytes.ts";
import { until } from "../support/processes.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A sink that keeps what it is given, and can be held up or made to fail. */
class HeldSink implements Sink {
  readonly givesBack = true;
  readonly written: Uint8Array[] = [];
  isClosed = false;
  writes = 0;
  error: Error | undefined;
  #held: Promise<void> | undefined;
  #letGo = () => {};

  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    this.#letGo = resolve;
  }

  letGo(): void {
    this.#held = undefined;
    this.#letGo();
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.writes++;
    await this.#held;
    if (this.error) throw this.error;
    this.written.push(...pieces.map((piece) => piece.slice()));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  get size(): number {
    return this.written.reduce((sum, { length }) => sum + length, 0);
  }

  async events(): Promise<RecordedEvent[]> {
    const file = new Blob([concat(this.written)]);
    return await Array.fromAsync(await Recording.read(file.stream()));
  }
}

function recorderOf(
  sink: Sink,
  options: Partial<RecorderOptions> = {},
): { recorder: Recorder; troubles: string[] } {
  const troubles: string[] = [];
  const recorder = new Recorder(new PipeWriter(sink), {
    program: "test 1",
    command: ["server"],
    startMs: 1000,
    onTrouble: (sentence) => troubles.push(sentence),
    ...options,
  });
  return { recorder, troubles };
}

/** Events as short texts. */
function shown(events: readonly RecordedEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case "piece": {
        const { ms, from, offset, bytes } = event;
        const text = bytes.length > 20 ? `${bytes.length}` : decode(bytes);
        return `${ms} ${from} ${offset} ${text}`;
      }
      case "end":
        return `${event.ms} ${event.from} end`;
      case "gap":
        return `${event.ms} ${event.from} gap ${event.bytes}: ${event.why}`;
      case "status":
        return `${event.ms} ${JSON.stringify(event.status)} ${
          JSON.stringify(event.bytes)
        }`;
    }
  });
}

const STATUS = { code: 0, signal: null, reason: "exited" };

Deno.test("a session is kept in its order, with its times and offsets", async () => {
  const sink = new HeldSink();
  const { recorder, troubles } = recorderOf(sink, { frame: "header" });
  const reused = encode("request!");
  recorder.piece("in", reused, 1001.0004);
  reused.fill(0);
  recorder.piece("out", encode("answer"), 1002.5);
  recorder.piece("out", new Uint8Array(0), 1003);
  recorder.piece("err", encode("warning"), 999);
  recorder.piece("in", encode("more"), 1004);
  recorder.end("in", 1005);
  recorder.status(
    { ...STATUS, signal: 34 },
    { in: { read: 12, passed: 12 } },
    1006,
  );
  await recorder.finish();
  assertEquals(shown(await sink.events()), [
    "1 in 0 request!",
    "2.5 out 0 answer",
    "0 err 0 warning",
    "4 in 8 more",
    "5 in end",
    '6 {"code":0,"signal":"34","reason":"exited"} {"in":{"read":12,"passed":12}}',
  ]);
  assertEquals([troubles, sink.isClosed], [[], true]);
  assertEquals(sink.writes, 1, "with the header: all of one turn");
});

Deno.test("the header says what, since when and how", async () => {
  const sink = new HeldSink();
  const before = Date.now();
  const recorder = new Recorder(sink, { program: "a 1", command: ["b", "-c"] });
  await recorder.finish();
  const file = new Blob([concat(sink.written)]);
  await using recording = await Recording.read(file.stream());
  const { startedAt, ...rest } = recording.header;
  assertEquals(rest, { program: "a 1", command: ["b", "-c"], frame: "auto" });
  assert(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(startedAt), startedAt);
  const awayMs = Math.abs(Date.parse(startedAt) - before);
  assertLessOrEqual(awayMs, 10_000);
});

Deno.test("what a stuck place does not take is a gap in each stream, where it was", async () => {
  const sink = new HeldSink();
  sink.hold();
  const { recorder, troubles } = recorderOf(sink, { maxPendingBytes: 4300 });
  const piece = new Uint8Array(744); // 1,000 with what it takes beside
  for (let n = 0; n < 4; n++) recorder.piece("out", piece, 1001 + n);
  assertEquals(recorder.pendingBytes, 4000);
  for (let n = 0; n < 3; n++) recorder.piece("out", piece, 1010 + n);
  recorder.piece("err", encode("lost"), 1012);
  // Less than what is left: but there is no room for anything now.
  recorder.piece("in", encode("x"), 1013);
  recorder.end("in", 1014);
  assertEquals(troubles, [
    "the recording has a gap: what it is written to is slower than what passes",
  ]);
  sink.letGo();
  assert(await until(() => recorder.pendingBytes === 0));
  recorder.piece("out", encode("again"), 1020);
  await recorder.finish();
  assertEquals(shown(await sink.events()), [
    ...[0, 1, 2, 3].map((n) => `${1 + n} out ${n * 744} 744`),
    "13 in gap 1: the recorder fell behind",
    "14 in end",
    "10 out gap 2232: the recorder fell behind",
    "12 err gap 4: the recorder fell behind",
    "20 out 5208 again",
  ]);
  assertEquals(troubles.length, 1);
});

Deno.test("a second stretch is a second gap, and is said once", async () => {
  const sink = new HeldSink();
  const { recorder, troubles } = recorderOf(sink, { maxPendingBytes: 1024 });
  for (let round = 0; round < 2; round++) {
    sink.hold();
    for (let n = 0; n < 5; n++) {
      recorder.piece("out", new Uint8Array(500), 1000 + round * 10 + n);
    }
    sink.letGo();
    assert(await until(() => recorder.pendingBytes === 0));
  }
  await recorder.finish();
  assertEquals(shown(await sink.events()), [
    "0 out 0 500",
    "1 out gap 2000: the recorder fell behind",
    "10 out 2500 500",
    "11 out gap 2000: the recorder fell behind",
  ]);
  assertEquals(troubles.length, 1);
});

Deno.test("a gap that is open at the end is written", async () => {
  const sink = new HeldSink();
  sink.hold();
  const { recorder } = recorderOf(sink, { maxPendingBytes: 1024 });
  recorder.piece("out", new Uint8Array(5000), 1001);
  recorder.status(STATUS, {}, 1002);
  const finished = recorder.finish();
  sink.letGo();
  await finished;
  assertEquals(shown(await sink.events()), [
    "1 out gap 5000: the recorder fell behind",
    `2 ${JSON.stringify(STATUS)} {}`,
  ]);
});

Deno.test("very many small pieces count with what they take in memory", async () => {
  const sink = new HeldSink();
  sink.hold();
  const { recorder } = recorderOf(sink, { maxPendingBytes: 100_000 });
  for (let n = 0; n < 10_000; n++) recorder.piece("out", encode("x"), 1000);
  assertLessOrEqual(recorder.pendingBytes, 100_000);
  sink.letGo();
  await recorder.finish();
  const events = await sink.events();
  const gap = events.at(-1)!;
  assertEquals(events.length, 390);
  assertEquals(gap.kind === "gap" && gap.bytes, 10_000 - 389);
});

Deno.test("a place that fails is said once, and nothing more is kept", async () => {
  const sink = new HeldSink();
  const { recorder, troubles } = recorderOf(sink);
  recorder.piece("out", encode("kept"), 1001);
  assert(await until(() => recorder.pendingBytes === 0));
  sink.error = new Error("No space left on device (os error 28)");
  recorder.piece("out", encode("lost"), 1002);
  assert(await until(() => troubles.length > 0));
  recorder.piece("out", encode("lost"), 1003);
  recorder.end("out");
  recorder.status(STATUS, {});
  assertEquals(recorder.pendingBytes, 0);
  await recorder.finish();
  assertEquals(troubles, [
    "the recording stops here: No space left on device (os error 28)",
  ]);
  assertEquals(shown(await sink.events()), ["1 out 0 kept"]);
});

Deno.test("a place that is full from the start, and one that cannot be closed", async () => {
  for (const fails of ["write", "close"] as const) {
    const sink = new HeldSink();
    sink[fails] = () => Promise.reject(new Error("full"));
    const { recorder, troubles } = recorderOf(sink);
    recorder.piece("out", encode("x"), 1001);
    await recorder.finish();
    assertEquals(troubles, ["the recording stops here: full"]);
  }
});

Deno.test("trouble of who is told about trouble is not that of the stream", async () => {
  const sink = new HeldSink();
  sink.hold();
  const { recorder } = recorderOf(sink, {
    maxPendingBytes: 1024,
    onTrouble: () => {
      throw new Error("no terminal");
    },
  });
  recorder.piece("out", new Uint8Array(5000), 1001);
  sink.letGo();
  await recorder.finish();
  assertEquals((await sink.events()).length, 1);
});

Deno.test("finish waits for a stuck place no longer than its patience", async () => {
  const sink = new HeldSink();
  sink.hold();
  const { recorder, troubles } = recorderOf(sink, { patienceMs: 50 });
  recorder.piece("out", encode("x"), 1001);
  const finishing = recorder.finish();
  assertEquals(recorder.finish(), finishing);
  await finishing;
  assertEquals(troubles, [
    "the recording stops here: what it is written to did not accept the rest in time",
  ]);
  sink.letGo();
});

Deno.test("finish waits for a slow place as long as it takes something", async () => {
  let writes = 0;
  let bytes = 0;
  const { recorder, troubles } = recorderOf({
    givesBack: true,
    async write(pieces) {
      writes++;
      for (const piece of pieces) bytes += piece.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close: () => Promise.resolve(),
  }, { patienceMs: 100 });
  for (let n = 0; n < 40; n++) {
    recorder.piece("out", new Uint8Array(100_000).fill(0x61), 1001);
  }
  await recorder.finish();
  // All of them take at least twice as long as its patience.
  assertEquals([troubles, writes > 10, bytes > 4_000_000], [[], true, true]);
});

Deno.test("what comes after finish is left out", async () => {
  const sink = new HeldSink();
  const { recorder } = recorderOf(sink);
  const finished = recorder.finish();
  recorder.piece("out", encode("x"), 1001);
  recorder.end("out");
  recorder.status(STATUS, {});
  await finished;
  assertEquals(await sink.events(), []);
});

for (const maxBytes of [0, 200, 700, 5000]) {
  Deno.test(`a recording of at most ${maxBytes} bytes says where it stops, with the status last`, async () => {
    const sink = new HeldSink();
    const { recorder, troubles } = recorderOf(sink, { maxBytes });
    const bytes = encode("0123456789".repeat(10));
    let passed = 0;
    for (let n = 0; n < 20; n++) {
      recorder.piece(n % 2 ? "in" : "out", bytes, 1000 + n);
      passed += 50;
      // Some come while lines are being written, some after.
      if (n % 7 === 0) assert(await until(() => recorder.pendingBytes === 0));
    }
    recorder.end("in", 1020);
    recorder.status(STATUS, {}, 1021);
    await recorder.finish();
    const events = await sink.events();
    assertEquals(events.at(-1)!.kind, "status");
    for (const from of ["in", "out"] as const) {
      let at = 0;
      for (const event of events) {
        if (event.kind === "status" || event.from !== from) continue;
        if (event.kind === "piece") {
          assertEquals(event.offset, at);
          at += event.bytes.length;
        } else if (event.kind === "gap") {
          assertEquals(event.why, "the recording has reached its largest size");
          at += event.bytes;
        }
      }
      assertEquals(at, passed);
    }
    const pieces = events.filter(({ kind }) => kind === "piece").length;
    const firstGap = events.findIndex(({ kind }) => kind === "gap");
    if (maxBytes < 5000) assertEquals(firstGap, pieces);
    else assertEquals([firstGap, pieces], [-1, 20]);
    assertLessOrEqual(sink.size, maxBytes + 1000);
    assertEquals(troubles, []);
  });
}

Deno.test("a piece above 16 MiB is several lines, which a reader can hold", async () => {
  const sink = new HeldSink();
  const { recorder } = recorderOf(sink, { maxPendingBytes: 64 * 2 ** 20 });
  recorder.piece("out", new Uint8Array(17 * 2 ** 20), 1001);
  await recorder.finish();
  assertEquals(shown(await sink.events()), [
    "1 out 0 16777216",
    "1 out 16777216 1048576",
  ]);
});

for (
  const { options, message } of [
    {
      options: { maxPendingBytes: 0 },
      message:
        "Cannot record as maxPendingBytes must be an integer from 1024 to 2147483647: current value is 0",
    },
    {
      options: { maxBytes: -1 },
      message:
        "Cannot record as maxBytes must be an integer from 0 to 9007199254740991: current value is -1",
    },
    {
      options: { patienceMs: Infinity },
      message:
        "Cannot record as patienceMs must be an integer from 0 to 2147483647: current value is Infinity",
    },
    {
      options: { onTrouble: "x" },
      message:
        'Cannot record as onTrouble must be a function: current value is "x"',
    },
    {
      options: { command: "server" },
      message:
        'Cannot record as command must be a list: current value is "server"',
    },
    {
      options: { frame: 1 },
      message: "Cannot record as frame must be a text: current value is 1",
    },
    {
      options: { startMs: "0" },
      message:
        'Cannot record as startMs must be a number: current value is "0"',
    },
    {
      options: { maxPending: 5 },
      message:
        'Cannot record as its options are program, command, startedAt, startMs, frame, redact, maxPendingBytes, maxBytes, patienceMs, onTrouble: current value is "maxPending"',
    },
  ]
) {
  Deno.test(`what cannot be recorded is refused: ${JSON.stringify(options)}`, () => {
    const error = assertThrows(() =>
      recorderOf(new HeldSink(), options as Partial<RecorderOptions>)
    ) as Error;
    assertEquals(error.message, message);
  });
}

Deno.test("record keeps what a reader reads, and a further one in the same file", async () => {
  const sink = new HeldSink();
  const out = new PipeReader(new Blob(["one\ntwo\n"]).stream());
  const err = new PipeReader(new Blob(["warning"]).stream());
  const seen: string[] = [];
  out.onRead = (bytes) => seen.push(decode(bytes));
  const recorder = record(out, sink, { program: "test", command: ["x"] });
  assertEquals(record(err, recorder, { from: "err" }), recorder);
  assertEquals(await out.readLine(), "one");
  assertEquals(await err.text(), "warning");
  await out.cancel();
  await recorder.finish();
  const texts = (await sink.events()).map((event) =>
    event.kind === "piece" ? `${event.from} ${decode(event.bytes)}` : event.kind
  );
  assertEquals(texts, ["out one\ntwo\n", "err warning"]);
  assertEquals(seen, ["one\ntwo\n"]);
});

Deno.test("record refuses a stream that is none", () => {
  const reader = new PipeReader(new Blob([]).stream());
  const error = assertThrows(() =>
    record(reader, new HeldSink(), {
      program: "test",
      command: [],
      from: "stdout" as "out",
    }), TypeError);
  assertEquals(
    error.message,
    'Cannot record as from must be one of "in", "out", "err": current value is "stdout"',
  );
});

Deno.test("record refuses options of the recording for a further stream", () => {
  const reader = new PipeReader(new Blob([]).stream());
  const { recorder } = recorderOf(new HeldSink());
  const options = { from: "err", program: "other" } as const;
  const error = assertThrows(
    () => record(reader, recorder, options),
    TypeError,
  );
  assertEquals(
    error.message,
    'Cannot record as the options of a further stream are from: current value is "program"',
  );
});
