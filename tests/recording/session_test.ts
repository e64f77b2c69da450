import { assert, assertEquals } from "../support/std_assert.ts";
import {
  analyse,
  type AnalyseOptions,
  type RecordedEvent,
  type RecordedStream,
  Session,
  SESSION_FRAMES,
  type SessionItem,
} from "../../src/recording/mod.ts";
import { refusal } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";
import { bytesOf, textOf } from "../support/pieces.ts";

const SEEDS = Number(Deno.env.get("SESSION_SEEDS") ?? 8);

/** A piece, an end or a gap, short to write. */
type Written =
  | readonly [ms: number, from: RecordedStream, text: string]
  | readonly [ms: number, from: RecordedStream, gapBytes: number]
  | readonly [ms: number, from: RecordedStream];

function eventsOf(written: readonly Written[]): RecordedEvent[] {
  const offsets = { in: 0, out: 0, err: 0 };
  return written.map(([ms, from, what]) => {
    if (what === undefined) return { kind: "end", ms, from };
    if (typeof what === "number") {
      offsets[from] += what;
      return { kind: "gap", ms, from, bytes: what, why: "test" };
    }
    const bytes = bytesOf(what);
    const offset = offsets[from];
    offsets[from] += bytes.length;
    return { kind: "piece", ms, from, offset, bytes };
  });
}

async function itemsOf(
  events: readonly RecordedEvent[],
  options?: AnalyseOptions,
): Promise<SessionItem[]> {
  return await Array.fromAsync(analyse(events, options));
}

/** An item in a line: what it is, which bytes it has, and what it says. */
function shown(item: SessionItem): string {
  const from = "from" in item ? `${item.from} ` : "";
  const place = "size" in item ? ` ${item.offset}+${item.size}` : "";
  switch (item.kind) {
    case "message": {
      const { rpc } = item;
      if (rpc === null) return `${from}message${place} ${textOf(item.payload)}`;
      const { kind, method, id } = rpc;
      return `${from}${kind}${place} ${method} ${JSON.stringify(id)}`;
    }
    case "text":
      return `${from}text${place} ${textOf(item.payload)}${
        item.isWhole ? "" : " (cut)"
      }`;
    case "noise":
      return `${from}noise${place} ${item.reason} ${
        JSON.stringify(textOf(item.payload))
      }`;
    case "broken":
      return `${from}broken${place} ${item.reason}${
        item.isRest ? " rest" : ""
      } ${JSON.stringify(textOf(item.payload))}`;
    case "gap":
      return `${from}gap ${item.offset}+${item.bytes}`;
    case "end":
      return `${from}end ${item.offset}`;
    case "status":
      return "status";
    case "pending":
      return `${from}pending ${item.method} ${JSON.stringify(item.id)}`;
  }
}

async function shownOf(
  written: readonly Written[],
  options?: AnalyseOptions,
): Promise<string[]> {
  return (await itemsOf(eventsOf(written), options)).map(shown);
}

/** A frame of a language server. */
function framed(text: string): string {
  return `Content-Length: ${text.length}\r\n\r\n${text}`;
}

const CUTS: readonly {
  readonly title: string;
  readonly written: readonly Written[];
  readonly options?: AnalyseOptions;
  readonly items: readonly string[];
}[] = [
  {
    title: "lines, with a last one that has no end",
    written: [[0, "out", "a\r\n\nb"], [1, "out"]],
    items: ["out text 0+3 a", "out text 3+1 ", "out text 4+1 b", "out end 5"],
  },
  {
    title: "a line above the limit is cut, and no character in two",
    written: [[0, "out", "abc\xc3\xa4d\nabcd\r\nabcde\n"], [0, "out"]],
    options: { maxFrameBytes: 4, frame: "lines" },
    items: [
      "out text 0+3 abc (cut)",
      "out text 3+4 \xc3\xa4d",
      "out text 7+6 abcd",
      "out text 13+4 abcd (cut)",
      "out text 17+2 e",
      "out end 19",
    ],
  },
  {
    title: "JSON lines with a print between them",
    written: [
      [0, "in", '{"jsonrpc":"2.0","id":1,"method":"a"}\n'],
      [1, "out", 'ready\n\n{"jsonrpc":"2.0","id":1,"result":0}\n{"level":1}\n'],
      [2, "out", "bye"],
      [3, "out"],
    ],
    items: [
      "in request 0+38 a 1",
      'out noise 0+6 json "ready"',
      'out noise 6+1 blank ""',
      "out answer 7+36 a 1",
      'out noise 43+12 rpc "{\\"level\\":1}"',
      'out noise 55+3 json "bye"',
      "out end 58",
    ],
  },
  {
    title: "a banner before the first message waits for it",
    written: [
      [0, "out", "Server\n"],
      [1, "out", '{"jsonrpc":"2.0","method":"a"}\n'],
    ],
    items: ['out noise 0+7 json "Server"', "out notification 7+31 a undefined"],
  },
  {
    title: "a JSON line above the limit is dropped up to its end",
    written: [[0, "in", '{"a":"123456"}\n{"a":1}\n']],
    options: { frame: "json", maxFrameBytes: 8 },
    items: [
      'in broken 0+15 long "{\\"a\\":\\"123456\\"}\\n"',
      'in message 15+8 {"a":1}',
    ],
  },
  {
    title: "an unfinished JSON line, as the stream ends",
    written: [[0, "in", '{"a":1}\n{"a"'], [1, "in"]],
    items: [
      'in message 0+8 {"a":1}',
      'in broken 8+4 end "{\\"a\\""',
      "in end 12",
    ],
  },
  {
    title: "an unfinished JSON line, as the recording stops",
    written: [[0, "in", '{"a":1}\n{"a"']],
    items: ['in message 0+8 {"a":1}', 'in broken 8+4 cut "{\\"a\\""'],
  },
  {
    title: "a gap within JSON lines",
    written: [
      [0, "in", '{"a":1}\n{"a"'],
      [1, "in", 10],
      [2, "in", '2}\n{"a":3}\n'],
      [3, "in", 8],
      [4, "in", '{"a":5}\n'],
    ],
    items: [
      'in message 0+8 {"a":1}',
      'in broken 8+4 gap "{\\"a\\""',
      "in gap 12+10",
      'in broken 22+3 gap rest "2}"',
      'in message 25+8 {"a":3}',
      "in gap 33+8",
      'in message 41+8 {"a":5}',
    ],
  },
  {
    title: "NUL-ended frames, and one without its NUL",
    written: [[0, "out", "a\nb\0c"], [0, "out"]],
    options: { frame: "nul" },
    items: ["out message 0+4 a\nb", 'out broken 4+1 end "c"', "out end 5"],
  },
  {
    title: "headers, with prints between them",
    written: [
      [0, "in", framed('{"jsonrpc":"2.0","method":"a"}')],
      [
        0,
        "out",
        `Starting\nx: y${framed('{"jsonrpc":"2.0","method":"b"}')}\r\n${
          framed("{}")
        }bye`,
      ],
      [1, "out"],
    ],
    items: [
      "in notification 0+52 a undefined",
      'out noise 0+9 between "Starting\\n"',
      'out noise 9+4 between "x: y"',
      "out notification 13+52 b undefined",
      'out noise 65+2 between "\\r\\n"',
      'out noise 67+23 rpc "{}"',
      'out noise 90+3 between "bye"',
      "out end 93",
    ],
  },
  {
    title: "headers that break their rule",
    written: [
      [0, "in", framed("{}") + "Content-Length: 2\n\n{}\n" + framed("[]")],
      [0, "in", "Content-Length: x\r\n\r\n"],
      [0, "in", framed("{}") + "Content-Len"],
      [0, "in"],
    ],
    items: [
      "in message 0+23 {}",
      'in broken 23+18 rule "Content-Length: 2\\n"',
      'in noise 41+1 between "\\n"',
      'in noise 42+3 between "{}\\n"',
      "in message 45+23 []",
      'in broken 68+19 rule "Content-Length: x\\r\\n"',
      'in noise 87+2 between "\\r\\n"',
      "in message 89+23 {}",
      'in broken 112+11 end "Content-Len"',
      "in end 123",
    ],
  },
  {
    title: "a length that counts too few bytes",
    written: [[0, "in", "Content-Length: 2\r\n\r\n{}}" + framed("[]")]],
    items: [
      "in message 0+23 {}",
      'in noise 23+1 between "}"',
      "in message 24+23 []",
    ],
  },
  {
    title: "a header with a length above the limit: its bytes are passed over",
    written: [
      [0, "in", "Content-Length: 5\r\n\r\n12345" + framed("[]")],
      [0, "in", "Content-Length: 5\r\n\r\n1"],
      [0, "in"],
    ],
    options: { maxFrameBytes: 4 },
    items: [
      'in broken 0+21 long "Content-Length: 5\\r\\n\\r\\n"',
      'in broken 21+5 long rest "12345"',
      "in message 26+23 []",
      'in broken 49+21 long "Content-Length: 5\\r\\n\\r\\n"',
      'in broken 70+1 long rest "1"',
      "in end 71",
    ],
  },
  {
    title: "a gap within a frame whose end is known",
    written: [
      [0, "in", framed("[1]") + "Content-Length: 8\r\n\r\n12"],
      [1, "in", 3],
      [2, "in", "678" + framed("[]")],
    ],
    items: [
      "in message 0+24 [1]",
      'in broken 24+23 gap "Content-Length: 8\\r\\n\\r\\n12"',
      "in gap 47+3",
      'in broken 50+3 gap rest "678"',
      "in message 53+23 []",
    ],
  },
  {
    title: "a gap that ends where the frame ends",
    written: [
      [0, "in", framed("[1]") + "Content-Length: 8\r\n\r\n12"],
      [1, "in", 6],
      [2, "in", framed("[]")],
    ],
    items: [
      "in message 0+24 [1]",
      'in broken 24+23 gap "Content-Length: 8\\r\\n\\r\\n12"',
      "in gap 47+6",
      "in message 53+23 []",
    ],
  },
  {
    title: "a gap beyond the frame: the next header is looked for",
    written: [
      [0, "in", framed("[1]") + "Content-"],
      [1, "in", 100],
      [2, "in", `"content-length: 1",Content-Length: x}${framed("[]")}`],
      [3, "in", framed("{}")],
    ],
    items: [
      "in message 0+24 [1]",
      'in broken 24+8 gap "Content-"',
      "in gap 32+100",
      'in broken 132+38 gap rest "\\"content-length: 1\\",Content-Length: x}"',
      "in message 170+23 []",
      "in message 193+23 {}",
    ],
  },
  {
    title: "a gap without a header behind it",
    written: [
      [0, "in", framed("[1]")],
      [1, "in", 5],
      [2, "in", "rest"],
      [3, "in"],
    ],
    items: [
      "in message 0+24 [1]",
      "in gap 24+5",
      'in broken 29+4 gap rest "rest"',
      "in end 33",
    ],
  },
  {
    title: "lengths, and a gap after which nothing can be read",
    written: [
      [0, "in", "\0\0\0\x02ab\0\0\0\x03a"],
      [1, "in", 3],
      [2, "in", "\0\0\x01x"],
    ],
    options: { frame: "length" },
    items: [
      "in message 0+6 ab",
      'in broken 6+5 gap "\\u0000\\u0000\\u0000\\u0003a"',
      "in gap 11+3",
      'in broken 14+4 gap rest "\\u0000\\u0000\\u0001x"',
    ],
  },
  {
    title: "a gap within a length: its frame ends where the length says",
    written: [
      [0, "in", "\0\0\0\x06ab"],
      [1, "in", 2],
      [2, "in", "ef\0\0\0\x01x"],
    ],
    options: { frame: "length" },
    items: [
      'in broken 0+6 gap "\\u0000\\u0000\\u0000\\u0006ab"',
      "in gap 6+2",
      'in broken 8+2 gap rest "ef"',
      "in message 10+5 x",
    ],
  },
  {
    title: "a print where a length belongs",
    written: [[0, "in", "Hello!\n"], [1, "in"]],
    options: { frame: "length" },
    items: [
      'in broken 0+4 long "Hell"',
      'in broken 4+3 long rest "o!\\n"',
      "in end 7",
    ],
  },
  {
    title: "a server's banner that is a second old is a line",
    written: [
      [0, "out", "Server\n"],
      [1001, "err", "x\n"],
      [1002, "in", '{"jsonrpc":"2.0","method":"a"}\n'],
    ],
    items: [
      "out text 0+7 Server",
      "err text 0+2 x",
      'in text 0+31 {"jsonrpc":"2.0","method":"a"}',
    ],
  },
  {
    title: "the first line of the client decides at once, a blank one does not",
    written: [[0, "in", "\n \nhello\n"], [1, "out", '{"a":1}\n']],
    items: [
      "in text 0+1 ",
      "in text 1+2  ",
      "in text 3+6 hello",
      'out text 0+8 {"a":1}',
    ],
  },
  {
    title: "a message that never ended decides at the end",
    written: [[0, "out", "Content-Length: 5"], [1, "out"]],
    items: ['out broken 0+17 end "Content-Length: 5"', "out end 17"],
  },
  {
    title: "a message without an end of line decides at the end",
    written: [[0, "in", '{"a":1}']],
    items: ['in message 0+7 {"a":1}'],
  },
  {
    title: "Python's frames, and a length below -1",
    written: [
      [0, "out", "\0\0\0\x01a"],
      [0, "out", "\xff\xff\xff\xff\0\0\0\0\0\0\0\x01b"],
      [0, "out", "\x80\0\0\0x"],
      [1, "out"],
    ],
    options: { frame: "connection" },
    items: [
      "out message 0+5 a",
      "out message 5+13 b",
      'out broken 18+4 rule "\x80\\u0000\\u0000\\u0000"',
      'out broken 22+1 rule rest "x"',
      "out end 23",
    ],
  },
];

for (const { title, written, options, items } of CUTS) {
  Deno.test(`a session is cut: ${title}`, async () => {
    assertEquals(await shownOf(written, options), items);
  });
}

Deno.test("bytes that the offsets leave out are a gap", async () => {
  const events = eventsOf([[0, "out", '{"a":1}\n{"b"']]);
  const bytes = bytesOf(':2}\n{"c":3}\n');
  events.push({ kind: "piece", ms: 5, from: "out", offset: 20, bytes });
  assertEquals((await itemsOf(events)).map(shown), [
    'out message 0+8 {"a":1}',
    'out broken 8+4 gap "{\\"b\\""',
    "out gap 12+8",
    'out broken 20+4 gap rest ":2}"',
    'out message 24+8 {"c":3}',
  ]);
});

Deno.test("a pause decides for lines, unless a message has begun", () => {
  const session = new Session();
  const [banner, begun] = eventsOf([[0, "out", "hi\n"], [1, "in", '{"a"']]);
  assertEquals(session.take(banner!), []);
  assertEquals(session.settle().map(shown), ["out text 0+3 hi"]);
  assertEquals(session.frame, "lines");
  const other = new Session();
  assertEquals(other.take(begun!), []);
  assertEquals(other.settle(), []);
  assertEquals(other.frame, "auto");
  assertEquals(other.end().map(shown), ['in text 0+4 {"a"']);
});

Deno.test("of a frame above the bound 64 KiB are kept, however long it is", async () => {
  const bytes = new Uint8Array(262_144).fill(0x78);
  function* events(): Generator<RecordedEvent> {
    for (let n = 0; n < 400; n++) {
      const offset = n * bytes.length;
      yield { kind: "piece", ms: n, from: "out", offset, bytes };
    }
  }
  const options = { frame: "json", maxFrameBytes: 1024 } as const;
  const [item] = await Array.fromAsync(analyse(events(), options));
  assert(item?.kind === "broken");
  assertEquals([item.size, item.payload.length], [400 * 262_144, 65_536]);
  assertEquals([item.startMs, item.ms], [0, 399]);
});

Deno.test("a hundred thousand events give their items one by one", async () => {
  let given = 0;
  function* events(): Generator<RecordedEvent> {
    for (let n = 0; n < 50_000; n++) {
      const sent = bytesOf(`{"jsonrpc":"2.0","id":${n},"method":"a"}\n`);
      const answered = bytesOf(`{"jsonrpc":"2.0","id":${n},"result":0}\n`);
      const offsets = session.totals.streams;
      given++;
      const offset = offsets.in.bytes;
      yield { kind: "piece", ms: n, from: "in", offset, bytes: sent };
      given++;
      const from = "out";
      const at = offsets.out.bytes;
      yield { kind: "piece", ms: n + 0.5, from, offset: at, bytes: answered };
    }
  }
  const session = analyse(events());
  let items = 0;
  for await (const item of session) {
    assertEquals(item.index, items++);
    // None waits for the next event.
    assertEquals(items, given);
  }
  const { requests, answered, pending, slowest } = session.totals;
  assertEquals([requests, answered, pending], [50_000, 50_000, 0]);
  assertEquals(slowest?.durationMs, 0.5);
});

Deno.test("options that mean nothing are refused", () => {
  const refusalOf = (options: object) => refusal(() => analyse([], options));
  assertEquals(
    refusalOf({ frames: "json" }),
    'TypeError: Cannot analyse a recording as its options are frame, maxFrameBytes, maxPending: current value is "frames"',
  );
  assertEquals(
    refusalOf({ frame: "slice" }),
    'TypeError: Cannot analyse a recording as frame must be one of "auto", "lines", "nul", "json", "length", "connection", "header": current value is "slice"',
  );
  assertEquals(
    refusalOf({ maxFrameBytes: 0 }),
    "RangeError: Cannot analyse a recording as maxFrameBytes must be an integer from 1 to 2147483647: current value is 0",
  );
  assertEquals(
    refusalOf({ maxPending: NaN }),
    "RangeError: Cannot analyse a recording as maxPending must be an integer from 1 to 1000000: current value is NaN",
  );
});

/** The same events with every piece cut at random places. */
function cutAnew(
  events: readonly RecordedEvent[],
  random: () => number,
): RecordedEvent[] {
  return events.flatMap((event) => {
    if (event.kind !== "piece") return [event];
    const parts: RecordedEvent[] = [];
    const most = random() < 0.5 ? 3 : 40;
    for (let at = 0; at < event.bytes.length;) {
      const to = at + 1 + Math.floor(random() * most);
      const bytes = event.bytes.slice(at, to);
      parts.push({ ...event, offset: event.offset + at, bytes });
      at = to;
    }
    return parts;
  });
}

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`any cut of the pieces gives the same items (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    for (const { written, options, items } of CUTS) {
      const events = cutAnew(eventsOf(written), random);
      assertEquals((await itemsOf(events, options)).map(shown), items);
    }
  });
}

/** What a stream of chance is made of: frames, prints, breaches. */
const PARTS: readonly string[] = [
  '{"jsonrpc":"2.0","id":1,"method":"a"}\n',
  '{"jsonrpc":"2.0","id":1,"result":0}\r\n',
  framed('{"jsonrpc":"2.0","id":2,"method":"b"}'),
  framed('{"jsonrpc":"2.0","id":2,"result":0}'),
  framed("x".repeat(40)),
  "Content-Length: 5\r\nX: y\r\n\r\n[1,2]",
  "Content-Length: 3\r\n\r\n[1,2]",
  "Content-Length: 9\r\n\r\n[1,2]",
  "Content-Length: x\r\n\r\n",
  "Content-Length: 2\n\n{}",
  "content-length: 2\r\n\r\n{}",
  "Content-",
  "Warning: print\r\n",
  "print\n",
  "print",
  "\n",
  "\r\n",
  "{",
  "}",
  "\0",
  "\0\0\0\x02ab",
  "\0\0\0\x60",
  "\xff\xff\xff\xff\0\0\0\0\0\0\0\x01a",
  "\x80\0\0\0",
  "\xe2\x82\xac".repeat(20),
  "y".repeat(9000),
];

function chance(random: () => number): RecordedEvent[] {
  const written: Written[] = [];
  const streams = ["in", "out", "err"] as const;
  for (let ms = 0; ms < 40; ms++) {
    const from = streams[Math.floor(random() * 3)]!;
    if (random() < 0.1) {
      written.push([ms, from, 1 + Math.floor(random() * 60)]);
    } else {
      written.push([ms, from, PARTS[Math.floor(random() * PARTS.length)]!]);
    }
  }
  if (random() < 0.5) { for (const from of streams) written.push([40, from]); }
  return eventsOf(written);
}

for (let seed = 1; seed <= SEEDS; seed++) {
  Deno.test(`each byte of a session of chance is in one item (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    for (const frame of SESSION_FRAMES) {
      const events = chance(random);
      // Nearly as long as the longest part of each kind, and far longer.
      for (const maxFrameBytes of [32, 1_048_576]) {
        const options = { frame, maxFrameBytes };
        const items = await itemsOf(events, options);
        const places = { in: 0, out: 0, err: 0 };
        for (const item of items) {
          if (!("offset" in item)) continue;
          assertEquals(item.offset, places[item.from], shown(item));
          if ("size" in item) places[item.from] += item.size;
          if (item.kind === "gap") places[item.from] += item.bytes;
        }
        const sizes = { in: 0, out: 0, err: 0 };
        for (const event of events) {
          if (event.kind === "piece") sizes[event.from] += event.bytes.length;
          if (event.kind === "gap") sizes[event.from] += event.bytes;
        }
        assertEquals(places, sizes);
        const anew = cutAnew(events, random);
        const again = await itemsOf(anew, options);
        for (const stream of ["in", "out", "err"] as const) {
          const of = (all: readonly SessionItem[]) =>
            all.filter((item) => "from" in item && item.from === stream)
              .map(shown);
          assertEquals(of(again), of(items));
        }
      }
    }
  });
}

/** How often a single byte of what was read is looked at. */
function looksAt(events: RecordedEvent[]): number {
  let looks = 0;
  const session = new Session({ frame: "header" });
  for (const event of events) {
    if (event.kind !== "piece") continue;
    const bytes = new Proxy(event.bytes, {
      get(target, key) {
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        const value = Reflect.get(target, key, target);
        const isMethod = typeof value === "function" && key !== "constructor";
        return isMethod ? value.bind(target) : value;
      },
    });
    session.take({ ...event, bytes });
  }
  return looks;
}

for (
  const { title, line, lostFirst } of [
    { title: "headers without an end", line: "Content-Length: 5\r\n" },
    { title: "headers without a number", line: "Content-Length: x\r\n" },
    { title: "lines that are no headers", line: "no header\r\n" },
    {
      title: "headers without an end behind a gap",
      line: "Content-Length: 5\r\n",
      lostFirst: true,
    },
  ]
) {
  Deno.test(`each byte of ${title} is searched once`, () => {
    const bytes = bytesOf(line.repeat(600));
    const at = lostFirst ? 7 : 0;
    const looks = looksAt([
      { kind: "piece", ms: 1, from: "out", offset: at, bytes },
    ]);
    assert(looks > 0);
    assert(looks <= 2 * bytes.length, `${looks} of ${bytes.length}`);
  });
}
