/**
 * One way to talk with a child, in one pattern: `channel_case.ts WAY PATTERN
 * COUNT`. Prints messages a second, and for trips their percentiles in µs.
 * With `child` as a fourth word it is the child.
 */
import { fileURLToPath } from "node:url";
import {
  bytes,
  type Channel,
  channelOf,
  type Format,
  jsonHeader,
  jsonLength,
  jsonLines,
  parentChannel,
  pythonConnection,
  spawn,
  structured,
} from "../mod.ts";

/** 32 bytes as JSON, and as bytes. */
const TEXT = "x".repeat(30);
const BYTES = new Uint8Array(32).fill(120);
const LARGE = 1_048_576;
const IN_FLIGHT = 256;
const WARM_UP = 10_000;

/** What a pattern needs of a way to talk. */
interface Talk {
  send(message: unknown): unknown;
  receive(): Promise<unknown>;
  request?(method: string, params: unknown[]): Promise<unknown>;
  end(): unknown;
}

const FORMATS: Record<string, () => Format<unknown>> = {
  jsonLines: () => jsonLines({ maxBytes: 2 ** 26 }),
  jsonHeader: () => jsonHeader({ maxBytes: 2 ** 26 }),
  jsonLength: () => jsonLength({ maxBytes: 2 ** 26 }),
  structured: () => structured({ maxBytes: 2 ** 26 }),
  bytes: () => bytes(pythonConnection()) as Format<unknown>,
};

const [way = "jsonLines", pattern = "trips", words = "1000", side] = Deno.args;
const count = Number(words);
const isLarge = pattern.startsWith("large");

function message(): unknown {
  if (way === "bytes") return isLarge ? new Uint8Array(LARGE) : BYTES;
  return isLarge ? "x".repeat(LARGE) : TEXT;
}

function ours(): Talk {
  const child = spawn(Deno.execPath(), [
    ...["run", "-q", "-A", fileURLToPath(import.meta.url)],
    ...[way, pattern, words, "child"],
  ], { stdin: "piped", stderr: "inherit" });
  const channel = channelOf(child, FORMATS[way]!());
  return talkOf(channel, () => channel.close());
}

function talkOf(channel: Channel<unknown>, end: () => unknown): Talk {
  return {
    send: (message) => channel.send(message),
    receive: () => channel.receive(),
    request: (method, params) => channel.request(method, params),
    end,
  };
}

/** What a program would write without this package: NDJSON by Web Streams. */
function naive(
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
): Talk {
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  let rest = "";
  const reader = readable
    .pipeThrough(
      new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
    )
    .pipeThrough(
      new TransformStream<string, unknown>({
        transform(chunk, controller) {
          const lines = (rest + chunk).split("\n");
          rest = lines.pop()!;
          for (const line of lines) controller.enqueue(JSON.parse(line));
        },
      }),
    ).getReader();
  return {
    send: (message) =>
      writer.write(encoder.encode(JSON.stringify(message) + "\n")),
    receive: async () => (await reader.read()).value,
    end: () => writer.close(),
  };
}

function naiveChild(): Talk {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", fileURLToPath(import.meta.url)],
      ...[way, pattern, words, "child"],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return naive(child.stdout, child.stdin);
}

async function beChild(): Promise<void> {
  if (way !== "naive" && pattern === "requests") {
    const channel = parentChannel(FORMATS[way]!());
    return await channel.serve({ echo: (params) => params });
  }
  const talk = way === "naive"
    ? naive(Deno.stdin.readable, Deno.stdout.writable)
    : ((channel) => talkOf(channel, () => channel.close()))(
      parentChannel(FORMATS[way]!()),
    );
  if (pattern === "in") {
    await talk.receive();
    const each = message();
    for (let n = 0; n < count; n++) await talk.send(each);
  } else if (pattern === "out" || pattern === "large") {
    await talk.send(way === "bytes" ? BYTES : TEXT); // It has started.
    for (let n = 0; n < count; n++) await talk.receive();
    await talk.send(message());
  } else {
    for (;;) {
      const received = await talk.receive();
      if (received === null || received === undefined) break;
      // Not awaited, as an answer would not be: there is one for each message.
      talk.send(received);
    }
  }
  await talk.end();
}

/** Measures one pattern by one way; what it prints is all there is to it. */
async function measure(
  talk: Talk,
  pattern: string,
  count: number,
  message: unknown,
): Promise<Record<string, number>> {
  const perSecond = (startMs: number) =>
    Math.round(count / (performance.now() - startMs) * 1000);
  if (pattern === "trips") {
    const trip = async () => {
      talk.send(message);
      await talk.receive();
    };
    for (let n = 0; n < WARM_UP; n++) await trip();
    const us = new Float64Array(count);
    const startMs = performance.now();
    for (let n = 0; n < count; n++) {
      const atMs = performance.now();
      await trip();
      us[n] = (performance.now() - atMs) * 1000;
    }
    const rate = perSecond(startMs);
    us.sort();
    const at = (part: number) => Math.round(us[Math.floor(part * count)]! * 10);
    return { perSecond: rate, p50: at(0.5) / 10, p99: at(0.99) / 10 };
  }
  if (pattern === "flight") {
    for (let n = 0; n < WARM_UP; n++) {
      talk.send(message);
      await talk.receive();
    }
    const startMs = performance.now();
    let sent = 0;
    for (; sent < IN_FLIGHT; sent++) talk.send(message);
    for (let n = 0; n < count; n++) {
      await talk.receive();
      if (sent++ < count) talk.send(message);
    }
    return { perSecond: perSecond(startMs) };
  }
  if (pattern === "requests") {
    const ask = async (total: number) => {
      let asked = 0;
      const lane = async () => {
        while (asked++ < total) await talk.request!("echo", [message]);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    };
    await ask(WARM_UP);
    const startMs = performance.now();
    await ask(count);
    return { perSecond: perSecond(startMs) };
  }
  if (pattern === "in") {
    talk.send(message);
    await talk.receive();
    const startMs = performance.now();
    for (let n = 1; n < count; n++) await talk.receive();
    return { perSecond: perSecond(startMs) };
  }
  // Out: the child says when it has started, and when it has all.
  await talk.receive();
  const startMs = performance.now();
  for (let n = 0; n < count; n++) await talk.send(message);
  await talk.receive();
  return { perSecond: perSecond(startMs) };
}

if (side === "child") {
  await beChild();
} else {
  const talk = way === "naive" ? naiveChild() : ours();
  const result = await measure(talk, pattern, count, message());
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
  await talk.end();
  Deno.exit();
}
