import { Clock } from "../../../cli/arrival.ts";
import {
  followFrames,
  followFull,
  followSlices,
  LoggedPipe,
} from "../../../cli/log/follow.ts";
import { Log } from "../../../cli/log/log.ts";
import { RawFormat } from "../../../cli/formats/formats.ts";
import { TextFormat } from "../../../cli/formats/text.ts";
import { options } from "../formats/harness.ts";
import { PipeReader, PipeWriter } from "../../../mod.ts";
import type { Sink } from "../../../src/write/sink.ts";
import { testNeeding, until } from "../../support/processes.ts";
import { whole } from "../../support/whole_program.ts";
import { fedStream } from "../../support/pieces.ts";
import {
  assert,
  assertEquals,
  assertRejects,
} from "../../support/std_assert.ts";

/** A sink that keeps what was written as text. */
function collected(): { sink: Sink; text: () => string } {
  const decoder = new TextDecoder();
  let text = "";
  const sink = {
    givesBack: true,
    async write(pieces: readonly Uint8Array[]) {
      // As a pipe that takes a while.
      await turn();
      for (const piece of pieces) text += decoder.decode(piece);
    },
    close: () => Promise.resolve(),
  };
  return { sink, text: () => text };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

const LINES = { rule: "lines", maxBytes: 99, warn() {} } as const;

Deno.test("a log that the other pipe has filled takes no frame that came in the same turn", async () => {
  const { sink, text } = collected();
  const log = new Log(new PipeWriter(sink), new RawFormat(), {
    sliceBytes: 32,
    maxLines: 1,
  });
  const clock = new Clock();
  const streams = [fedStream(), fedStream()];
  const followed = streams.map(({ stream }, n) => {
    const pipe = new LoggedPipe(new PipeReader(stream), log, {
      stream: n ? "err" : "out",
      clock,
      isShared: true,
    });
    return followFrames(pipe, log, LINES);
  });
  await turn();
  for (const { feed } of streams) feed("a\n");
  await Promise.all(followed);
  await log.close();
  assertEquals([log.lines, text()], [1, "a"]);
});

Deno.test("what one read gave is logged to its end before the other pipe's turn, and times never go back", async () => {
  const { sink, text } = collected();
  const format = new TextFormat(options({ time: "elapsed", streams: true }));
  const log = new Log(new PipeWriter(sink), format, {
    sliceBytes: 32,
    maxLines: Infinity,
  });
  const clock = new Clock();
  const streams = [fedStream(), fedStream()];
  const followed = streams.map(({ stream }, n) => {
    const pipe = new LoggedPipe(new PipeReader(stream), log, {
      stream: n ? "err" : "out",
      clock,
      isShared: true,
    });
    return followFrames(pipe, log, LINES);
  });
  const [out, err] = streams;
  await turn();
  err!.feed("a\nb\nc");
  out!.feed("1\n2\n3");
  await turn();
  err!.feed("\n");
  out!.feed("\n");
  await turn();
  // More than the log holds before it waits for its writer.
  err!.feed("\n".repeat(40_000));
  out!.feed("4\n");
  await turn();
  err!.feed("d");
  out!.feed("5\n");
  await turn();
  for (const { end } of streams) end();
  await Promise.all(followed);
  await log.close();
  const lines = (text()).trimEnd().split("\n");
  assertEquals(
    lines.map((line) => line.replace(/^ *\S+ /, "")).filter((line) =>
      line !== "err "
    ),
    [
      ...["err a", "err b", "out 1", "out 2", "err c", "out 3"],
      ...["out 4", "out 5", "err d"],
    ],
  );
  assertEquals(lines.findLastIndex((line) => line.endsWith("err ")), 40_005);
  const times = lines.map((line) => Number(line.trim().split(" ")[0]));
  assert(times.every((ms, n) => n === 0 || ms >= times[n - 1]!), `${times}`);
});

const SHAPES: Record<string, (pipe: LoggedPipe, log: Log) => Promise<void>> = {
  slices: followSlices,
  "full slices": (pipe, log) => followFull(pipe, log, 8),
  lines: (pipe, log) => followFrames(pipe, log, LINES),
  "frames with a length": (pipe, log) =>
    followFrames(pipe, log, { ...LINES, rule: "length" }),
};

Deno.test("what a pipe gave before it failed is logged", async () => {
  for (const [shape, follow] of Object.entries(SHAPES)) {
    const { sink, text } = collected();
    const log = new Log(new PipeWriter(sink), new RawFormat(), {
      sliceBytes: 8,
      maxLines: Infinity,
    });
    const { stream, feed, fail } = fedStream();
    const pipe = new LoggedPipe(new PipeReader(stream), log, {
      stream: "out",
      clock: new Clock(),
    });
    const followed = assertRejects(() => follow(pipe, log), Error, "broken");
    feed("\0\0");
    // They have arrived in the reader.
    const { reader } = pipe;
    await until(() => reader.bytesRead + reader.buffered === 2);
    fail(new Error("broken"));
    await followed;
    await log.close();
    assertEquals({ shape, text: text() }, { shape, text: "\0\0" });
  }
});

Deno.test("an observer that fails is left out, and the log is whole", async () => {
  const fails = () => {
    throw new Error("left out");
  };
  const { sink, text } = collected();
  const log = new Log(new PipeWriter(sink), new RawFormat(), {
    sliceBytes: 8,
    maxLines: Infinity,
  });
  const pipe = new LoggedPipe(new PipeReader(new Blob(["abc"]).stream()), log, {
    stream: "out",
    clock: new Clock(),
    observer: { ask() {}, take: fails, resume: fails },
  });
  await followSlices(pipe, log);
  await log.close();
  assertEquals(text(), "abc");
});

Deno.test("what comes while the log is being written leaves together after it, up to a limit", async () => {
  const { promise: mayGo, resolve: letGo } = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const sink: Sink = {
    givesBack: true,
    write([piece]) {
      sizes.push(piece!.length);
      return mayGo;
    },
    close: () => Promise.resolve(),
  };
  const log = new Log(new PipeWriter(sink), new RawFormat(), {
    sliceBytes: 32,
    maxLines: Infinity,
  });
  const arrival = new Clock().now("out");
  for (let n = 0; n < 3; n++) await log.slices(new Uint8Array(1), arrival);
  assertEquals(sizes, [1]);
  let hasRoom = false;
  const large = log.slices(new Uint8Array(300_000), arrival)
    .then(() => hasRoom = true);
  await turn();
  assertEquals([hasRoom, sizes], [false, [1]]);
  letGo();
  await large;
  await log.close();
  assertEquals(sizes[1], 2 + 32 * 4096);
  assertEquals(sizes.reduce((sum, size) => sum + size), 300_003);
});

testNeeding("sh")("--frame auto follows what the command writes", async () => {
  const cases = [
    { bytes: "Content-Length: 2\\r\\n\\r\\nhi", stdout: "hi\n" },
    { bytes: '{"a":1}\\n[2]\\n', stdout: '{"a":1}\n[2]\n' },
    { bytes: "a\\nb", stdout: "a\nb\n" },
    { bytes: "{", stdout: "{\n" },
    { bytes: "", stdout: "" },
  ];
  for (const { bytes, stdout } of cases) {
    const args = ["--frame=auto", "-ftext", "-tnone", "--", "printf", bytes];
    assertEquals({ bytes, ...await whole(args) }, {
      bytes,
      code: 0,
      signal: null,
      stdout,
      stderr: "",
    });
  }
});
