import { testNeeding } from "../support/processes.ts";
import {
  channelOf,
  type Format,
  jsonHeader,
  jsonLength,
  jsonLines,
  NoiseError,
  spawn,
} from "../../mod.ts";
import {
  channelFrom,
  channelPair,
  encoded,
  received,
} from "../support/channels.ts";
import { everyCut } from "../support/pieces.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "../support/std_assert.ts";

const test = testNeeding("sh", "cat");

const FORMATS: { name: string; format: () => Format<unknown> }[] = [
  { name: "jsonLines", format: jsonLines },
  { name: "jsonHeader", format: jsonHeader },
  { name: "jsonLength", format: jsonLength },
];

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const MESSAGES: unknown[] = [
  0,
  -1.5,
  "",
  "two\nlines\r\n",
  "\ufeffü€😀\ud800\u2028\0",
  false,
  [],
  {},
  [null, [[]]],
  { a: [1, { b: "ü" }], "": null, "__proto__x": 1 },
  JSON.parse('{"__proto__": {"polluted": true}}'),
  "x".repeat(5_001),
  "ü".repeat(6_000),
  "y".repeat(200_000),
];

for (const { name, format } of FORMATS) {
  test(`${name} brings every message back from a process as it was, in order`, async () => {
    await using child = spawn("cat", [], { stdin: "piped" });
    const channel = channelOf(child, format());
    for (const message of MESSAGES) channel.send(message);
    await channel.close();
    const { messages, error } = await received(channel);
    // Not one comparison of all: the difference would be 200,000 letters.
    assertEquals(error, undefined);
    assertEquals(messages.length, MESSAGES.length);
    messages.forEach((message, at) => {
      assert(equal(message, MESSAGES[at]), `message ${at} of ${name}`);
    });
    assertEquals(await channel.receive(), null);
    assertEquals((Object(1) as { polluted?: true }).polluted, undefined);
  });

  Deno.test(`${name} gives the same messages wherever the stream is cut`, async () => {
    const messages = [{ a: "ü€" }, [1, 2], "z"];
    const bytes = await encoded(format(), messages);
    for (const cut of everyCut(bytes)) {
      assertEquals(await received(channelFrom(format(), cut)), { messages });
    }
  });
}

class Point {
  x = 1;
}

const REFUSED: { message: unknown; current: string }[] = [
  { message: undefined, current: "undefined" },
  { message: { a: undefined }, current: "undefined at a" },
  { message: [1, , 2], current: "undefined at [1]" },
  { message: { f() {} }, current: "a function at f" },
  { message: [Symbol("s")], current: "a symbol at [0]" },
  { message: { a: [{ b: NaN }] }, current: "NaN at a[0].b" },
  { message: Infinity, current: "Infinity" },
  { message: [-Infinity], current: "-Infinity at [0]" },
  { message: { zero: -0 }, current: "-0 at zero" },
  { message: 10n, current: "a bigint" },
  { message: new Map([[1, 2]]), current: "a Map" },
  { message: { at: new Date(0) }, current: "a Date at at" },
  { message: [new Error("no")], current: "a Error at [0]" },
  { message: Uint8Array.of(1), current: "a Uint8Array" },
  { message: { p: new Point() }, current: "a Point at p" },
  { message: Object(1), current: "a Number" },
];

for (const { name, format } of FORMATS) {
  Deno.test(`${name} refuses what JSON would change, and sends nothing of it`, async () => {
    const [sender, receiver] = channelPair(format());
    for (const { message, current } of REFUSED) {
      const error = await assertRejects(() => sender.send(message), TypeError);
      const rule = message === undefined
        ? "null means the end of a channel"
        : "JSON must not change it";
      assertEquals(
        error.message,
        `Cannot send a message as ${rule}: current value is ${current}`,
      );
    }
    const cycle: Record<string, unknown> = {};
    cycle.self = { cycle };
    await assertRejects(() => sender.send(cycle), TypeError, "a cycle");
    await assertRejects(() => sender.send(null), TypeError, "null means");
    const closed = (sender.send("last"), sender.close());
    assertEquals(await received(receiver), { messages: ["last"] });
    await closed;
  });

  Deno.test(`${name} refuses a message above maxBytes on both sides`, async () => {
    const limited = format === jsonLines
      ? jsonLines({ maxBytes: 10 })
      : format === jsonHeader
      ? jsonHeader({ maxBytes: 10 })
      : jsonLength({ maxBytes: 10 });
    const [sender, receiver] = channelPair<unknown>(limited);
    await assertRejects(() => sender.send("x".repeat(9)), RangeError, "10");
    await assertRejects(() => sender.send("üüüüü"), RangeError, "10");
    const closed =
      (sender.send("12345678"), sender.send("üüüü"), sender.close());
    assertEquals(await received(receiver), { messages: ["12345678", "üüüü"] });
    await closed;
    const long = await encoded(format(), [1, "x".repeat(9), 2]);
    const { messages, error } = await received(channelFrom(limited, [long]));
    assertEquals(messages, [1]);
    assertMatch(error ?? "", /^TooLongError: .* at most 10 bytes/);
  });
}

Deno.test("a line that is no JSON is noise, and the channel goes on", async () => {
  const cases = [
    { chunks: ["hello\n", "1\n"], noise: ["hello"], messages: [1] },
    { chunks: ["1\nhel", "lo\r\n2\r\n"], noise: ["hello\r"], messages: [1, 2] },
    { chunks: ["\n\r\n1\n\n"], noise: [], messages: [1] },
    { chunks: ["null\n[null]\n"], noise: ["null"], messages: [[null]] },
    { chunks: ["1 2\n{} {}\n"], noise: ["1 2", "{} {}"], messages: [] },
    { chunks: ["\ufeff1\n"], noise: ["\ufeff1"], messages: [] },
    {
      chunks: ['1\n"', Uint8Array.of(0xff), '"\n"ü"\n'],
      noise: ['"\ufffd"'],
      messages: [1, "ü"],
    },
    { chunks: ['{"a":1}'], noise: [], messages: [{ a: 1 }] },
  ];
  for (const { chunks, noise, messages } of cases) {
    const heard: string[] = [];
    const onNoise = (line: string) => heard.push(line);
    const channel = channelFrom(jsonLines(), chunks, { onNoise });
    assertEquals(await received(channel), { messages });
    assertEquals(heard, noise);
  }
});

Deno.test("a print before a header is noise, and the channel goes on", async () => {
  const one = "Content-Length: 1\r\n\r\n1";
  const cases = [
    { chunks: ["hello\n", one], noise: ["hello\n"], messages: [1] },
    {
      chunks: [one, "hel", "lo\n" + one],
      noise: ["hello\n"],
      messages: [1, 1],
    },
    { chunks: ["hello" + one], noise: ["hello"], messages: [1] },
    {
      chunks: ['Content-Length: 4\r\n\r\n"ü"\n' + one],
      noise: ["\n"],
      messages: ["ü", 1],
    },
    {
      chunks: ["Content-Length: 2\r\n\r\n{,", one],
      noise: ["{,"],
      messages: [1],
    },
    { chunks: ["content-length:1\r\nX: y\r\n\r\n1"], noise: [], messages: [1] },
  ];
  for (const { chunks, noise, messages } of cases) {
    const heard: string[] = [];
    const onNoise = (line: string) => heard.push(line);
    const channel = channelFrom(jsonHeader(), chunks, { onNoise });
    assertEquals(await received(channel), { messages });
    assertEquals(heard, noise);
  }
});

Deno.test("without onNoise the messages before it come, then one error that quotes it", async () => {
  const channel = channelFrom(jsonLines(), ["1\nhel\x1blo\n2\n"]);
  assertEquals(await received(channel), {
    messages: [1],
    error: "NoiseError: Cannot receive as what arrived must be a message: " +
      'current value is "hel\\x1blo"',
  });
  await assertRejects(() => channel.receive(), NoiseError);
});

Deno.test("a message that is cut off at the end is not given as a shorter one", async () => {
  const partial =
    "UnexpectedEndError: Cannot read a whole line as the stream has ended: current value is ";
  const cases = [
    { format: jsonLines(), chunks: ["1\n12"], error: `${partial}2 bytes` },
    { format: jsonLines(), chunks: ['1\n{"a":'], error: `${partial}5 bytes` },
    { format: jsonLines(), chunks: ["1\nhello"], error: `${partial}5 bytes` },
  ];
  for (const { format, chunks, error } of cases) {
    const end = await received(channelFrom(format, chunks));
    assertEquals(end, { messages: [1], error });
  }
  for (const format of [jsonHeader(), jsonLength()]) {
    const bytes = await encoded(format, ["abc"]);
    const channel = channelFrom(format, [bytes.subarray(0, -1)]);
    const { messages, error } = await received(channel);
    assertEquals(messages, []);
    assertMatch(error ?? "", /^UnexpectedEndError: /);
  }
});

Deno.test("levels above what the stack holds are refused, and those of the other side end nothing", async () => {
  const [sender, receiver] = channelPair(jsonLines());
  let deep: unknown[] = [];
  for (let n = 0; n < 200_000; n++) deep = [deep];
  await assertRejects(() => sender.send(deep), TypeError, "too many levels");
  const closed = (sender.send(1), sender.close());
  assertEquals(await received(receiver), { messages: [1] });
  await closed;
  const depth = 200_000;
  const line = "[".repeat(depth) + "]".repeat(depth) + "\n2\n";
  const channel = channelFrom(jsonLines(), [line], { onNoise() {} });
  const { messages } = await received(channel);
  assertEquals(messages.at(-1), 2);
});
