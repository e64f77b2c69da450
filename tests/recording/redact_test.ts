import { assert, assertEquals, assertThrows } from "../support/std_assert.ts";
import {
  type RecordedEvent,
  type RecordedStream,
  Recorder,
  Recording,
  type Redaction,
  type Sink,
} from "../../mod.ts";
import { PipeWriter } from "../../mod.ts";
import { Redactor } from "../../src/recording/redact.ts";
import { NameRedactor } from "../../src/recording/redact_names.ts";
import { concat } from "../../src/bytes.ts";
import {
  bytesOf as bytesFrom,
  everyCut,
  textOf as latin1,
} from "../support/pieces.ts";
import { until } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
interface Pass {
  from?: RecordedStream;
  bytes: Uint8Array;
}

/** Records the pieces, and reads what was written. */
async function recorded(
  pieces: readonly Pass[],
  options: { redact: Redaction; frame?: string },
): Promise<RecordedEvent[]> {
  const written: Uint8Array[] = [];
  const sink: Sink = {
    givesBack: true,
    write: (given) => {
      written.push(...given.map((piece) => piece.slice()));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const recorder = new Recorder(new PipeWriter(sink), {
    program: "test",
    command: [],
    startMs: 0,
    ...options,
  });
  pieces.forEach(({ from = "out", bytes }, at) => {
    recorder.piece(from, bytes, at);
  });
  await recorder.finish();
  const file = new Blob([concat(written)]);
  return await Array.fromAsync(await Recording.read(file.stream()));
}

/** All bytes of the pieces of a stream, each at its offset. */
function bytesOf(events: readonly RecordedEvent[], from: RecordedStream) {
  const pieces = events.filter((event) => event.kind === "piece")
    .filter((piece) => piece.from === from);
  let at = 0;
  for (const { offset, bytes } of pieces) {
    assertEquals(offset, at);
    at += bytes.length;
  }
  return concat(pieces.map(({ bytes }) => bytes));
}

/** What the redactor makes of a text in one piece. */
function blanked(text: string, names = ["password"]): string {
  const bytes = encode(text);
  new NameRedactor(names).redact(bytes);
  return decode(bytes);
}

for (
  const { title, from, to, names } of [
    {
      title: "a text",
      from: '{"password":"goldfinch","id":1}',
      to: '{"password":"…"      ,"id":1}',
    },
    {
      title: "white space around the colon",
      from: '{"password"\t :\r\n "goldfinch"}',
      to: '{"password"\t :\r\n "…"      }',
    },
    {
      title: "an escaped quote in a text",
      from: '{"password":"sword\\"fish\\\\","id":1}',
      to: '{"password":"…"          ,"id":1}',
    },
    {
      title: "a short text",
      from: '{"password":"abc"}',
      to: '{"password":"…"}',
    },
    {
      title: "a shorter text",
      from: '{"password":"ab"}',
      to: '{"password":0   }',
    },
    { title: "no text", from: '{"password":""}', to: '{"password":0 }' },
    {
      title: "a number",
      from: '{"password":-12345.6e7,"id":1}',
      to: '{"password":"…"     ,"id":1}',
    },
    { title: "a digit", from: '{"password":7}', to: '{"password":0}' },
    { title: "null", from: '{"password":null}', to: '{"password":0   }' },
    {
      title: "an object",
      from: '{"password":{"a":"}","b":[1,{"c":"\\"}"}]},"id":1}',
      to: '{"password":"…"                        ,"id":1}',
    },
    {
      title: "an array",
      from: '{"password":["goldfinch",["x"]],"id":1}',
      to: '{"password":"…"              ,"id":1}',
    },
    {
      title: "an object over several lines",
      from: '{"password":{\n  "a": 1\r\n},"id":1}',
      to: '{"password":0\n        \r\n ,"id":1}',
    },
    {
      title: "a key that is escaped",
      from: '{"p\\u0061ssw\\u006Frd":"goldfinch"}',
      to: '{"p\\u0061ssw\\u006Frd":"…"      }',
    },
    {
      title: "a key beyond ASCII, with a slash and a surrogate pair",
      names: ["é/😀"],
      from: '{"é/😀":"goldfinch","\\u00e9\\/\\ud83d\\ude00":"goldfinch"}',
      to: '{"é/😀":"…"      ,"\\u00e9\\/\\ud83d\\ude00":"…"      }',
    },
    {
      title: "two names, and one that begins as they do",
      names: ["password", "token"],
      from: '{"passwords":"a fish","token":"goldfinch","password":"goldfinch"}',
      to: '{"passwords":"a fish","token":"…"      ,"password":"…"      }',
    },
    {
      title: "a name as a value",
      from: '{"kind":"password","other":"a fish"}',
      to: '{"kind":"password","other":"a fish"}',
    },
    {
      title: "JSON in a JSON text",
      from: '{"text":"{\\"password\\": \\"goldfinch\\", \\"n\\": 1}","n":1}',
      to: '{"text":"{\\"password\\": \\"…\\"      , \\"n\\": 1}","n":1}',
    },
    {
      title: "a pretty-printed JSON in a JSON text",
      from: JSON.stringify({
        a: JSON.stringify({ password: ["goldfinch"] }, null, 2),
      }),
      to: '{"a":"{\\n  \\"password\\": \\"…\\"                  \\n}"}',
    },
    {
      title: "a key in noise that has a quote too many",
      from: 'it"s here: {"password":"goldfinch","n":1}',
      to: 'it"s here: {"password":"…"      ,"n":1}',
    },
    {
      title: "frames without a line end between them",
      from:
        'Content-Length: 24\r\n\r\n{"password":"goldfinch"}Content-Length: 2',
      to: 'Content-Length: 24\r\n\r\n{"password":"…"      }Content-Length: 2',
    },
    {
      title: "a JSON text that was cut in the middle of JSON",
      from: '{"a":"{\\"password\\":\\"goldfi","b":"other"}',
      to: '{"a":"{\\"password\\":\\"…\\" ","b":"other"}',
    },
  ]
) {
  Deno.test(`the value of a key is blanked: ${title}`, () => {
    assertEquals(blanked(from, names), to);
    assertEquals(encode(from).length, encode(to).length);
  });
}

Deno.test("JSON in JSON in a JSON text keeps all but the values", () => {
  const make = (a: unknown, b: unknown, c: unknown) =>
    JSON.stringify({
      a: JSON.stringify({
        b: JSON.stringify({ password: a, x: 1 }),
        password: b,
        c: JSON.stringify({ password: c, x: "\\" }),
      }),
    });
  const from = make('gold"\\fish', { x: "}", y: ["goldfinch"] }, 123456789012);
  const redacted = blanked(from);
  assert(!redacted.includes("fish") && !redacted.includes("1234"));
  assertEquals(encode(redacted).length, encode(from).length);
  const outer = JSON.parse(JSON.parse(redacted).a);
  assertEquals(outer.password, "…");
  assertEquals(JSON.parse(outer.b), { password: "…", x: 1 });
  assertEquals(JSON.parse(outer.c), { password: "…", x: "\\" });
});

const SECRET = "goldfinch-0a1b2c";

/** A session as parts: what stays, what is secret, what stays, and so on. */
const SESSIONS: readonly {
  title: string;
  parts: readonly string[];
  redact: Redaction;
  frame?: string;
}[] = [
  {
    title: "the value of a key, a line each",
    parts: ['{"id":1}\n{"password": ', `"${SECRET}"`, ',"id":2}\n{"id":3}\n'],
    redact: { names: ["password"] },
  },
  {
    title: "the value of an escaped key behind headers",
    parts: [
      'Content-Length: 38\r\n\r\n{"p\\u0061ssword":',
      `"${SECRET}"`,
      "}Content-Length: 2\r\n\r\n{}",
    ],
    redact: { names: ["password"] },
  },
  {
    title: "a value with escapes in JSON that is a text",
    parts: [
      '{"a":"{\\"password\\":',
      `\\"${SECRET}\\\\\\"${SECRET}\\"`,
      ',\\"id\\":1}","b":2}\n',
    ],
    redact: { names: ["password"] },
  },
  {
    title: "an array of values, in bytes that are no UTF-8",
    parts: [
      '\xff{"password":',
      `["${SECRET}",{"x":"${SECRET}"}]`,
      ',"id":1}\xfe\n',
    ],
    redact: { names: ["password"] },
  },
  {
    title: "a number, and a value in each of two lines",
    parts: [
      '{"pin":',
      "48151623",
      '}\n{"pin":',
      `"${SECRET}"`,
      "}\n",
    ],
    redact: { names: ["pin", "password"] },
  },
  {
    title: "what a pattern says, a line each",
    parts: ["first\nkey=", SECRET, " is here\nlast\n"],
    redact: { patterns: [/goldfinch-\w+/] },
  },
  {
    title: "what a pattern says, in a line without an end",
    parts: ["first\nkey=", SECRET],
    redact: { patterns: [/(?<=key=)\S+/y] },
  },
  {
    title: "what a pattern says, behind headers",
    parts: [
      'Content-Length: 29\r\n\r\n{"text":"',
      SECRET,
      '\\n"}Content-Length: 2\r\n\r\n{}',
    ],
    redact: { patterns: [/goldfinch-[^"\\]+/] },
  },
  {
    title: "what a pattern says, in JSON whose quotes are written as a number",
    parts: [
      '{"a":"{\\u0022token\\u0022:\\u0022',
      SECRET,
      '\\u0022}"}\n',
    ],
    redact: {
      patterns: [/(?<=\\u0022token\\u0022:\\u0022).+?(?=\\u0022)/],
    },
  },
  {
    title: "what a pattern says, in frames with a length",
    parts: ["\0\0\0\x12\n", SECRET, "\n\0\0\0\x01x"],
    redact: { patterns: [/goldfinch-\w+/] },
    frame: "length",
  },
  {
    title: "what two patterns say, beside characters and bytes that are none",
    parts: [
      "\u00e2\u0082\u00ac\u00f0\u009f\u0098\u0080 ",
      SECRET,
      " \u00c3\u00a9 \u00ff ",
      SECRET,
      "\u00c3\u00a9 ",
      "\u00f0\u009f\u0098\u0080",
      "\u00e2\n",
    ],
    redact: { patterns: [/goldfinch-[0-9a-c]+/, /\u{1f600}(?=\ufffd)/u] },
  },
];

/** What a recorder would write of the pieces, each at its offset. */
function redacted(
  pieces: readonly Uint8Array[],
  redact: Redaction,
  frame = "auto",
): RecordedEvent[] {
  const redactor = new Redactor(redact, frame);
  const events: RecordedEvent[] = [];
  let offset = 0;
  for (const piece of pieces) {
    const bytes = piece.slice();
    redactor.blank("out", bytes);
    const event = { kind: "piece", ms: 0, from: "out", offset, bytes } as const;
    events.push(...redactor.take(event));
    offset += bytes.length;
  }
  return [...events, ...redactor.end()];
}

/** Fails unless what stays is there, and nothing of what is secret. */
function checkParts(parts: readonly string[], text: string, how: string): void {
  let at = 0;
  parts.forEach((part, n) => {
    const found = text.slice(at, at += part.length);
    const isRight = n % 2 === 0
      ? found === part
      : /^[*"\\0 \u00e2\u0080\u00a6]*$/.test(found);
    if (!isRight) throw new Error(`${how}: ${JSON.stringify(text)}`);
  });
  if (at !== text.length) throw new Error(`${how}: ${JSON.stringify(text)}`);
}

for (const { title, parts, redact, frame } of SESSIONS) {
  Deno.test(`no cut lets a secret through: ${title}`, async () => {
    const bytes = bytesFrom(parts.join(""));
    const ways = everyCut(bytes);
    for (const pieces of ways) {
      const events = redacted(pieces, redact, frame);
      const how = `cut as ${pieces.map(({ length }) => length)}`;
      checkParts(parts, latin1(bytesOf(events, "out")), how);
      // Each piece is there, and has its own bytes.
      const sizes = events.map((event) =>
        event.kind === "piece" ? event.bytes.length : 0
      );
      assertEquals(sizes, pieces.map(({ length }) => length));
    }
    const [first, second] = [bytes.slice(0, 40), bytes.slice(40)];
    const events = await recorded([
      { from: "out", bytes: first },
      { from: "in", bytes },
      { from: "err", bytes },
      { from: "out", bytes: second },
    ], { redact, frame });
    for (const from of ["in", "out", "err"] as const) {
      // Beside frames stderr has lines, in which the secret is found as well.
      checkParts(parts, latin1(bytesOf(events, from)), from);
    }
  });
}

for (const seed of [1, 2, 3]) {
  Deno.test(`random JSON with secrets, in random pieces, seed ${seed}`, () => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]) =>
      list[Math.floor(random() * list.length)]!;
    const value = (depth: number): unknown => {
      const kind = Math.floor(random() * (depth > 0 ? 7 : 4));
      if (kind === 0) return pick(["", "a", "é\\", '"', "}]", "x\ny", "😀"]);
      if (kind === 1) return pick([0, -1.5, 1e21, true, null]);
      if (kind === 2) return JSON.stringify(value(depth - 2));
      if (kind === 3) return pick(["password", "{", "\\\\"]);
      if (kind === 4) return [value(depth - 1), value(depth - 1)];
      return {
        [pick(["id", "token", "passwor"])]: value(depth - 1),
        [pick(["password", "pass"])]: random() < 0.5
          ? SECRET + pick(["", "\\", '"', "\n"])
          : { [pick(["a", "password"])]: [SECRET, value(depth - 1)] },
        z: value(depth - 1),
      };
    };
    /** The value with what a key says left out, as the redactor should. */
    const without = (given: unknown): unknown => {
      if (Array.isArray(given)) return given.map(without);
      if (typeof given !== "object" || given === null) return unwrapped(given);
      return Object.fromEntries(
        Object.entries(given).map(([key, inner]) =>
          /^pass(word)?$/.test(key) ? [key, null] : [key, without(inner)]
        ),
      );
    };
    // A text that is JSON is looked through as well.
    const unwrapped = (given: unknown): unknown => {
      if (typeof given !== "string") return given;
      try {
        return { json: without(JSON.parse(given)) };
      } catch {
        return given;
      }
    };
    for (let n = 0; n < 1500; n++) {
      const message = value(4);
      const space = pick([undefined, 1, "\t"]);
      const text = JSON.stringify(message, null, space);
      const bytes = encode(text + "\n");
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length;) {
        const size = 1 + Math.floor(random() * pick([2, 8, 100]));
        pieces.push(bytes.slice(at, at + size));
        at += size;
      }
      const events = redacted(pieces, { names: ["password", "pass"] });
      const all = decode(bytesOf(events, "out"));
      if (all.includes(SECRET.slice(0, 4))) throw new Error(`${text} ${all}`);
      assertEquals(encode(all).length, bytes.length);
      assertEquals(without(JSON.parse(all)), without(message), text);
    }
  });
}

Deno.test("a line above 1 MiB is a gap where a pattern is looked for", async () => {
  const long = "x".repeat(1_100_000);
  const events = await recorded([
    { bytes: encode(`first\n${long}`) },
    { bytes: encode(`${SECRET}\nlast\n`) },
  ], { redact: { patterns: [/goldfinch-\w+/] } });
  const all = events.map((event) =>
    event.kind === "piece"
      ? [event.offset, decode(event.bytes)]
      : event.kind === "gap"
      ? [event.bytes, event.why]
      : []
  );
  assertEquals(all, [
    [0, "first\n"],
    [1_100_017, "too long to be looked through for what is secret"],
    [1_100_023, "last\n"],
  ]);
});

Deno.test("a line in very many pieces is a gap as well", async () => {
  const pieces = Array.from({ length: 5000 }, () => ({ bytes: encode("x") }));
  const events = await recorded([...pieces, { bytes: encode("\nlast\n") }], {
    redact: { patterns: [/goldfinch/] },
  });
  assertEquals(events.map(({ kind }) => kind), ["gap", "piece"]);
  assertEquals(events[0]!.kind === "gap" && events[0]!.bytes, 5001);
});

/** Pieces and gaps of `out`, one after the other; a number is a gap. */
function withGaps(
  parts: readonly (string | number)[],
  frame: string,
): (string | number)[] {
  const redactor = new Redactor({ patterns: [/goldfinch-\w+/] }, frame);
  const events: RecordedEvent[] = [];
  let offset = 0;
  for (const part of parts) {
    const ms = offset;
    const event: RecordedEvent = typeof part === "number"
      ? { kind: "gap", ms, from: "out", bytes: part, why: "slow" }
      : { kind: "piece", ms, from: "out", offset, bytes: encode(part) };
    events.push(...redactor.take(event));
    offset += typeof part === "number" ? part : part.length;
  }
  events.push(...redactor.take({ kind: "end", ms: offset, from: "out" }));
  let at = 0;
  return events.flatMap((event): (string | number)[] => {
    if (event.kind === "gap") {
      at += event.bytes;
      return [event.bytes];
    }
    if (event.kind !== "piece") return [];
    assertEquals(event.offset, at);
    at += event.bytes.length;
    return [decode(event.bytes)];
  });
}

for (
  const { title, frame, parts, kept } of [
    {
      title: "the line that it cuts is left out",
      frame: "auto",
      parts: ["one\ntwo goldfi", 5, "a1\nthree\n"],
      kept: ["one\n", 18, "three\n"],
    },
    {
      title: "a line that it may have cut is left out",
      frame: "auto",
      parts: ["one\n", 5, "fish-a1\nthree\n"],
      kept: ["one\n", 13, "three\n"],
    },
    {
      title: "to the end of the stream where no line ends",
      frame: "auto",
      parts: ["one\n", 5, "fish", "-a1", 4],
      kept: ["one\n", 16],
    },
    {
      title: "the frame around it is left out",
      frame: "header",
      parts: [
        "Content-Length: 1\r\n\r\nxContent-Length: 20\r\n\r\ngoldf",
        10,
        "fishyContent-Length: 4\r\n\r\nlast",
      ],
      kept: [
        "Content-Length: 1\r\n\r\nx",
        42,
        "Content-Length: 4\r\n\r\nlast",
      ],
    },
    {
      title: "the rest of a frame is left out",
      frame: "header",
      parts: ["Content-Length: 9\r\n\r\ngoldf", 4, "Content-Length: 0\r\n\r\n"],
      kept: [30, "Content-Length: 0\r\n\r\n"],
    },
    {
      title: "lines are left where nobody knows the frames",
      frame: "header",
      parts: ["Content-Length: 9\r\n\r\ngoldf", 40, "fish\r\nlast"],
      kept: [72, "last"],
    },
    {
      title: "a header that is none makes lines of the frames",
      frame: "header",
      parts: ["Listening\ngoldfinch-a1\n"],
      kept: ["Listening\n************\n"],
    },
    {
      title: "a length that is none makes lines of the frames",
      frame: "length",
      parts: ["Warning: goldfinch-a1\nx"],
      kept: ["Warning: ************\nx"],
    },
  ]
) {
  Deno.test(`beside a gap or noise nothing secret is kept: ${title}`, () => {
    assertEquals(withGaps(parts, frame), kept);
  });
}

for (
  const { redact, message } of [
    {
      redact: { names: [""] },
      message:
        'Cannot redact as each name must be that of a JSON key, without quotes: current value is ""',
    },
    {
      redact: { names: ['"password"'] },
      message:
        'Cannot redact as each name must be that of a JSON key, without quotes: current value is ""password""',
    },
    {
      redact: { patterns: ["x"] },
      message:
        'Cannot redact as each pattern must be a RegExp: current value is "x"',
    },
    {
      redact: { names: "password" },
      message:
        'Cannot redact as names must be a list: current value is "password"',
    },
    {
      redact: { keys: [] },
      message:
        'Cannot redact as its options are names, patterns: current value is "keys"',
    },
  ]
) {
  Deno.test(`what cannot be redacted is refused: ${JSON.stringify(redact)}`, () => {
    const error = assertThrows(
      () => new Redactor(redact as Redaction, "auto"),
      TypeError,
    );
    assertEquals(error.message, message);
  });
}

for (
  const { title, pieces, kept } of [
    {
      title: "that begins in it is blanked behind it",
      pieces: [
        '{"id":1,',
        `${" ".repeat(800)}"password":"gold`,
        'finch-0a1b","id":2}',
      ],
      kept: ['{"id":1,', "gap", `${" ".repeat(11)},"id":2}`],
    },
    {
      title: "that ends in it is not",
      pieces: [
        '{"password":"goldfinch-',
        `${"0".repeat(800)}","id":2,"x`,
        'y":"other"}',
      ],
      kept: ['{"password":"…"      ', "gap", 'y":"other"}'],
    },
  ]
) {
  Deno.test(`beside a gap of a slow disk, a value ${title}`, async () => {
    const written: Uint8Array[] = [];
    const { promise: stuck, resolve: letGo } = Promise.withResolvers<void>();
    const sink: Sink = {
      givesBack: true,
      async write(given) {
        await stuck;
        written.push(...given.map((piece) => piece.slice()));
      },
      close: () => Promise.resolve(),
    };
    const recorder = new Recorder(sink, {
      program: "test",
      command: [],
      maxPendingBytes: 1024,
      redact: { names: ["password"] },
    });
    recorder.piece("out", encode(pieces[0]!), 0);
    recorder.piece("out", encode(pieces[1]!), 0);
    letGo();
    assert(await until(() => recorder.pendingBytes === 0));
    recorder.piece("out", encode(pieces[2]!), 0);
    await recorder.finish();
    const file = new Blob([concat(written)]);
    const events = await Array.fromAsync(await Recording.read(file.stream()));
    const texts = events.map((event) =>
      event.kind === "piece" ? decode(event.bytes) : event.kind
    );
    assertEquals(texts, kept);
  });
}
