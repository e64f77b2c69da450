/** `readAll`, `text`, `json`; options that are unknown; what a person sees. */
import { assertEquals, assertRejects } from "../support/std_assert.ts";
import {
  contentLength,
  delimited,
  lengthPrefix,
  lines,
  nul,
  PipeReader,
  pythonConnection,
  SliceStream,
  TextLineStream,
  TooLongError,
} from "../../mod.ts";
import { bytesOf, fedStream, streamOf, textOf } from "../support/pieces.ts";

const BOM = "\xef\xbb\xbf";

/** A reader of the pieces; its bytes are those of the text. */
const readerOf = (...pieces: string[]) =>
  new PipeReader(streamOf(pieces.map(bytesOf)));

const SHAPES: {
  input: string;
  text: string;
  json: unknown;
}[] = [
  { input: "[1, 2]", text: "[1, 2]", json: [1, 2] },
  { input: BOM + '{"a":0}\n', text: '\ufeff{"a":0}\n', json: { a: 0 } },
  { input: "null", text: "null", json: null },
  { input: '"\xe2\x82\xac"', text: '"€"', json: "€" },
  { input: '"\xff"', text: '"\ufffd"', json: TypeError },
  { input: "", text: "", json: SyntaxError },
  { input: "{", text: "{", json: SyntaxError },
];

Deno.test.each(SHAPES)(
  "all that is left is bytes, text and JSON: $text",
  async ({ input, text, json }) => {
    for (const pieces of [[input], [...input], ["", input, ""]]) {
      await using whole = readerOf(...pieces);
      assertEquals(textOf(await whole.readAll()), input);
      assertEquals((await whole.readAll()).length, 0);
      await using decoded = readerOf(...pieces);
      assertEquals(await decoded.text(), text);
      await using parsed = readerOf(...pieces);
      const value = await parsed.json().catch((error) => error.constructor);
      assertEquals(value, json);
      // An error has taken nothing.
      const isError = typeof json === "function";
      assertEquals(textOf(await parsed.readAll()), isError ? input : "");
    }
  },
);

Deno.test("text refuses what is not UTF-8 if asked to, and takes nothing", async () => {
  await using reader = readerOf("a\n\xff");
  assertEquals(await reader.readLine(), "a");
  await assertRejects(() => reader.text({ fatal: true }), TypeError);
  assertEquals(await reader.text(), "\ufffd");
});

Deno.test("more than maxBytes is refused as soon as it is here, and nothing is taken", async () => {
  for (const read of ["readAll", "text", "json"] as const) {
    const { stream, feed } = fedStream();
    await using reader = new PipeReader(stream);
    feed("12");
    feed("34");
    const error = await assertRejects(
      () => reader[read]({ maxBytes: 3 }),
      TooLongError,
      "Cannot read a stream as it must have at most 3 bytes",
    );
    assertEquals([error.what, reader.bytesRead], ["stream", 0]);
  }
});

Deno.test("all that is left has at most 16 MiB, unless asked for more", async () => {
  const chunk = new Uint8Array(1_048_576);
  const pieces = Array.from({ length: 16 }, () => chunk);
  await using whole = new PipeReader(streamOf(pieces));
  assertEquals((await whole.readAll()).length, 16_777_216);
  const more = [...pieces, Uint8Array.of(1)];
  await using longer = new PipeReader(streamOf(more));
  await assertRejects(() => longer.readAll(), TooLongError);
  assertEquals(
    (await longer.readAll({ maxBytes: 2 ** 25 })).length,
    2 ** 24 + 1,
  );
});

/** Every call that takes options, with one that it does not know. */
const UNKNOWN: {
  name: string;
  known: string;
  call(reader: PipeReader, options: never): unknown;
}[] = [
  ...([
    ["read", (reader, o) => reader.read(1, o)],
    ["readExactly", (reader, o) => reader.readExactly(1, o)],
    ["peek", (reader, o) => reader.peek(1, o)],
    ["skip", (reader, o) => reader.skip(1, o)],
    ["skipUntil", (reader, o) => reader.skipUntil("\n", o)],
    ["chunks", (reader, o) => reader.chunks(o)],
  ] as [string, (reader: PipeReader, options: never) => unknown][])
    .map(([name, call]) => ({ name, known: "signal, timeoutMs", call })),
  {
    name: "readUntil",
    known: "signal, timeoutMs, maxBytes",
    call: (reader, o) => reader.readUntil("\n", o),
  },
  {
    name: "readAll",
    known: "signal, timeoutMs, maxBytes",
    call: (reader, o) => reader.readAll(o),
  },
  {
    name: "json",
    known: "signal, timeoutMs, maxBytes",
    call: (reader, o) => reader.json(o),
  },
  ...(["text", "readLine", "lines", "lineArrays"] as const).map((name) => ({
    name,
    known: "signal, timeoutMs, maxBytes, fatal",
    call: (reader: PipeReader, o: never) => reader[name](o),
  })),
  {
    name: "readFrame",
    known: "signal, timeoutMs, stallTimeoutMs",
    call: (reader, o) => reader.readFrame(lines(), o),
  },
  {
    name: "frames",
    known: "signal, timeoutMs, stallTimeoutMs",
    call: (reader, o) => reader.frames(lines(), o),
  },
  {
    name: "slices",
    known: "signal, timeoutMs, fill",
    call: (reader, o) => reader.slices(1, o),
  },
  {
    name: "SliceStream",
    known: "fill",
    call: (_reader, o) => new SliceStream(1, o),
  },
  {
    name: "TextLineStream",
    known: "maxBytes, fatal",
    call: (_reader, o) => new TextLineStream(o),
  },
  { name: "lines()", known: "maxBytes", call: (_reader, o) => lines(o) },
  { name: "nul()", known: "maxBytes", call: (_reader, o) => nul(o) },
  {
    name: "delimited()",
    known: "maxBytes, name, stripCarriageReturn, allowUnended",
    call: (_reader, o) => delimited(";", o),
  },
  {
    name: "lengthPrefix()",
    known: "bytes, littleEndian, maxBytes",
    call: (_reader, o) => lengthPrefix(o),
  },
  {
    name: "pythonConnection()",
    known: "maxBytes",
    call: (_reader, o) => pythonConnection(o),
  },
  {
    name: "contentLength()",
    known: "maxBytes, headers",
    call: (_reader, o) => contentLength(o),
  },
];

Deno.test.each(UNKNOWN)(
  "$name refuses an option that it does not know",
  async ({ known, call }) => {
    await using reader = readerOf("a");
    const options = { idleTimeoutMs: 5 } as never;
    const error = await assertRejects(
      async () => await call(reader, options),
      TypeError,
    );
    assertEquals(
      error.message.replace(/^Cannot [a-z ]*? as/, ""),
      ` its options are ${known}: current value is "idleTimeoutMs"`,
    );
    assertEquals(textOf(await reader.readAll()), "a");
  },
);

Deno.test("a person sees how far a reader is, and in which state", async () => {
  const { stream, feed, end } = fedStream();
  const reader = new PipeReader(stream);
  const shown = () => Deno.inspect(reader, { colors: false });
  const states: string[] = [shown()];
  feed("abc");
  await reader.read(1);
  const pending = reader.readExactly(3);
  states.push(shown());
  feed("d");
  await pending;
  end();
  await reader.read(1);
  states.push(shown());
  reader.rest();
  states.push(shown());
  const failed = fedStream();
  const broken = new PipeReader(failed.stream);
  failed.fail(new Error("broken"));
  await assertRejects(() => broken.read(1), Error, "broken");
  states.push(Deno.inspect({ broken }, { colors: false }));
  assertEquals(states, [
    'PipeReader { bytesRead: 0, buffered: 0, state: "open" }',
    'PipeReader { bytesRead: 1, buffered: 2, state: "a read is pending" }',
    'PipeReader { bytesRead: 4, buffered: 0, state: "ended" }',
    'PipeReader { bytesRead: 4, buffered: 0, state: "handed over by rest()" }',
    '{ broken: PipeReader { bytesRead: 0, buffered: 0, state: "failed" } }',
  ]);
});
