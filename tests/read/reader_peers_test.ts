/** The same bytes and steps through others' readers, where meanings agree. */
import { needs, testNeeding } from "../support/processes.ts";
import {
  DelimiterStream,
  TextLineStream as StdTextLineStream,
} from "@std/streams";
import { assertEquals } from "../support/std_assert.ts";
import {
  FrameDecoderStream,
  lines,
  PipeReader,
  pythonConnection,
  TextLineStream,
} from "../../mod.ts";
import { bytesOf, everyCut, streamOf, textOf } from "../support/pieces.ts";
import { fixture } from "../support/processes.ts";
import { outcomeOf } from "./reader_steps.ts";

const test = testNeeding("sh");

/** Python with its stdin fed, and what it wrote. */
async function runPython(args: string[], input: Uint8Array[]) {
  const child = new Deno.Command("python3", {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const fed = streamOf(input).pipeTo(child.stdin);
  const { stdout, success } = await child.output();
  await fed;
  assertEquals(success, true);
  return stdout;
}

const STEPS: { input: string; steps: string[] }[] = [
  {
    input: "ab\ncd--efg\r\nhij",
    steps: ["readline", "readexactly:1", "readuntil:--", "readline", "rest"],
  },
  {
    input: "aab--a-b---c",
    steps: ["readuntil:---", "readexactly:99", "readuntil:nope", "rest"],
  },
  {
    input: "\x80\xff\n\0\n\nlast",
    steps: ["readline", "readexactly:2", "readline", "readexactly:0", "rest"],
  },
];

async function take(reader: PipeReader, step: string): Promise<string> {
  const [name, argument = ""] = step.split(":");
  if (name === "rest") {
    return textOf((await reader.slices(999, { fill: true }).next()).value!);
  }
  const outcome =
    await (name === "readexactly"
      ? reader.readExactly(Number(argument))
      : reader.readUntil(name === "readline" ? "\n" : argument))
      .catch((error: unknown) => error);
  return outcomeOf(outcome) as string;
}

Deno.test.each(STEPS)(
  "asyncio.StreamReader gives the same for $steps",
  needs("python3"),
  async ({ input, steps }) => {
    const args = [fixture("asyncio_reader.py"), ...steps];
    const stdout = await runPython(args, [bytesOf(input)]);
    const peer: unknown[] = new TextDecoder().decode(stdout).trim()
      .split("\n").map((line) => JSON.parse(line));
    await using reader = new PipeReader(streamOf([bytesOf(input)]));
    const ours: string[] = [];
    for (const step of steps) {
      // At the end, asyncio's readexactly takes the bytes of what it refuses.
      const outcome = await take(reader, step);
      ours.push(outcome);
      if (/^UnexpectedEndError/.test(outcome)) break;
    }
    assertEquals(ours, peer.slice(0, ours.length));
  },
);

Deno.test(
  "Python's Connection reads our frames, and we read its",
  needs("python3"),
  async () => {
    const payloads = ["", "a", "Spam\n", "x".repeat(20_000)].map(bytesOf);
    const framing = pythonConnection();
    const sent = payloads.flatMap((payload) => framing.encode(payload));
    const echoed = await runPython(
      [fixture("connection_echo_reader.py")],
      sent,
    );
    await using reader = new PipeReader(streamOf([echoed]));
    const frames: string[] = [];
    for await (const frame of reader.frames(framing)) {
      frames.push(textOf(frame));
    }
    assertEquals(frames, payloads.map(textOf));
  },
);

test("a real pipe gives what was written, and its end", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", "printf 'banner\\n'; head -c 200000 /dev/zero; printf end"],
    stdout: "piped",
  }).spawn();
  await using reader = new PipeReader(child.stdout);
  assertEquals(await reader.readLine({ timeoutMs: 10_000 }), "banner");
  assertEquals((await reader.readExactly(200_000)).every((b) => b === 0), true);
  assertEquals(await reader.readLine(), "end");
  assertEquals(await reader.read(1), null);
  await child.status;
});

async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of stream) all.push(value);
  return all;
}

const INPUT = "a\r\nbb\n\n\xc3\xa9c\nddd\n";

Deno.test("TextLineStream gives the same lines", async () => {
  for (const pieces of everyCut(bytesOf(INPUT))) {
    const theirs: ReadableStream<string> = streamOf(pieces)
      .pipeThrough(new TextDecoderStream() as never)
      .pipeThrough(new StdTextLineStream());
    const ours = streamOf(pieces).pipeThrough(new TextLineStream());
    assertEquals(await collect(ours), await collect(theirs));
  }
});

Deno.test("DelimiterStream gives the same frames between delimiters", async () => {
  for (const pieces of everyCut(bytesOf("aa\nb\n\nccc\nd"))) {
    const theirs: ReadableStream<Uint8Array> = streamOf(pieces)
      .pipeThrough(new DelimiterStream(bytesOf("\n")));
    const ours = streamOf(pieces).pipeThrough(new FrameDecoderStream(lines()));
    assertEquals(
      (await collect(ours)).map(textOf),
      (await collect(theirs)).map(textOf),
    );
  }
});
