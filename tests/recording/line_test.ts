import {
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "../support/std_assert.ts";
import type { RecordedEvent, RecordingHeader } from "../../mod.ts";
import { RecordingError } from "../../mod.ts";
import { EventBuffer } from "../../src/recording/event_buffer.ts";
import {
  eventLine,
  headerLine,
  parseEvent,
  parseHeader,
} from "../../src/recording/line.ts";
import { seededRandom } from "../support/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const HEADER: RecordingHeader = {
  program: "basic-pipes 0.2.0",
  command: ["server", "--stdio", "é\n"],
  startedAt: "2026-11-26T10:00:00.000000Z",
  frame: "auto",
};

function pieceOf(bytes: Uint8Array): RecordedEvent {
  return { kind: "piece", ms: 1.5, from: "out", offset: 7, bytes };
}

/** One for all, as in a recorder: a new one is 64 KiB. */
const LINES = new EventBuffer();

/** The line that a recorder writes, which makes it of bytes. */
function recordedLine(event: RecordedEvent): string {
  LINES.reset();
  LINES.add(event);
  return decode(LINES.written());
}

const EVENTS: readonly { event: RecordedEvent; line: string }[] = [
  {
    event: {
      kind: "piece",
      ms: 12.345,
      from: "in",
      offset: 0,
      bytes: encode('{"a":"é"}\r\n'),
    },
    line:
      '{"ms":12.345,"from":"in","offset":0,"text":"{\\"a\\":\\"é\\"}\\r\\n"}',
  },
  {
    event: {
      kind: "piece",
      ms: 13.001,
      from: "out",
      offset: 3,
      bytes: Uint8Array.of(0xe2, 0x82),
    },
    line: '{"ms":13.001,"from":"out","offset":3,"base64":"4oI="}',
  },
  {
    event: { kind: "end", ms: 20.5, from: "err" },
    line: '{"ms":20.5,"from":"err","end":true}',
  },
  {
    event: { kind: "gap", ms: 21, from: "out", bytes: 70_000, why: "slow" },
    line: '{"ms":21,"gap":{"from":"out","bytes":70000,"why":"slow"}}',
  },
  {
    event: {
      kind: "status",
      ms: 99.9,
      status: { code: 143, signal: "SIGTERM", reason: "stopped" },
      bytes: { in: { read: 9, passed: 8 }, out: { read: 1, passed: 1 } },
    },
    line: '{"ms":99.9,"status":{"code":143,"signal":"SIGTERM",' +
      '"reason":"stopped"},"bytes":{"in":{"read":9,"passed":8},' +
      '"out":{"read":1,"passed":1}}}',
  },
];

for (const { event, line } of EVENTS) {
  Deno.test(`a line says what the event is, and is read as it: ${line}`, () => {
    assertEquals(eventLine(event), line + "\n");
    assertEquals(recordedLine(event), line + "\n");
    assertEquals(parseEvent(line), event);
    assertEquals(parseEvent(line + "\r\n"), event);
  });
}

Deno.test("the header says what was recorded, and is read again", () => {
  const line = headerLine(HEADER);
  assertEquals(
    line,
    '{"recording":1,"program":"basic-pipes 0.2.0",' +
      '"command":["server","--stdio","é\\n"],' +
      '"startedAt":"2026-11-26T10:00:00.000000Z","frame":"auto"}\n',
  );
  assertEquals(parseHeader(line), HEADER);
  const later = line.replace("{", '{"host":{"name":"x"},');
  assertEquals(parseHeader(later), HEADER, "an unknown key is passed over");
});

Deno.test("every character is escaped as JSON.stringify does it", () => {
  // All code points but the surrogates, in pieces below 16 KiB.
  let text = "";
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code === 0xd800) code = 0xe000;
    text += String.fromCodePoint(code);
    if (text.length < 4000 && code !== 0x10ffff) continue;
    const event = pieceOf(encode(text));
    if (recordedLine(event) !== eventLine(event)) {
      throw new Error(`differs below U+${code.toString(16)}`);
    }
    text = "";
  }
});

for (const seed of [1, 2, 3]) {
  Deno.test(`bytes of any kind survive, seed ${seed}`, () => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]) =>
      list[Math.floor(random() * list.length)]!;
    // Bytes at the borders of what is UTF-8, more often than chance has them.
    const borders = [0, 0x1f, 0x22, 0x5c, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0]
      .concat([0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4])
      .concat([0xf5, 0xff]);
    for (let n = 0; n < 20_000; n++) {
      const bytes = Uint8Array.from(
        { length: 1 + Math.floor(random() * 6) },
        () => random() < 0.8 ? pick(borders) : Math.floor(random() * 256),
      );
      const event = pieceOf(bytes);
      const line = recordedLine(event);
      assertEquals(line, eventLine(event));
      assertEquals(parseEvent(line), event);
    }
  });
}

for (
  const { size, key } of [
    { size: 16_383, key: "text" },
    { size: 16_384, key: "base64" },
  ]
) {
  Deno.test(`a piece of ${size} bytes is ${key}`, () => {
    const event = pieceOf(new Uint8Array(size).fill(0x61));
    const line = recordedLine(event);
    assertEquals(Object.keys(JSON.parse(line)).at(-1), key);
    assertEquals(line, eventLine(event));
    assertEquals(parseEvent(line), event);
  });
}

Deno.test("what a later version may add is passed over", () => {
  const known = '{"ms":1,"from":"out","offset":0,"text":"x"}';
  assertEquals(
    parseEvent(known.replace("{", '{"thread":4,"tags":["a"],')),
    parseEvent(known),
  );
  for (
    const line of [
      '{"ms":1,"mark":"here"}',
      "{}",
      '{"ms":1,"from":"fd3","offset":0,"text":"x"}',
      '{"ms":1,"from":"fd3","end":true}',
      '{"ms":1,"gap":{"from":"fd3","bytes":1}}',
    ]
  ) {
    assertEquals(parseEvent(line), null);
  }
});

const at = "Cannot read a recording as line 5 must ";
for (
  const { line, message } of [
    {
      line: "",
      message: `${at}be a JSON object: current value is ""`,
    },
    {
      line: '{"ms":1,"from":"out"',
      message: `${at}be a JSON object: current value is "{"ms":1,"from":"out""`,
    },
    { line: "[1]", message: `${at}be a JSON object: current value is "[1]"` },
    {
      line: "\x1b[2J" + "x".repeat(100),
      message: `${at}be a JSON object: current value is "\\x1b[2J${
        "x".repeat(60)
      }…"`,
    },
    {
      line: '{"ms":"1","from":"out","offset":0,"text":"x"}',
      message:
        `${at}have a number of milliseconds as "ms": current value is "1"`,
    },
    {
      line: '{"ms":-1,"from":"out","end":true}',
      message:
        `${at}have a number of milliseconds as "ms": current value is -1`,
    },
    {
      line: '{"ms":1e308,"from":"out","end":true}',
      message:
        `${at}have a number of milliseconds as "ms": current value is 1e+308`,
    },
    {
      line: '{"ms":1,"from":1,"offset":0,"text":"x"}',
      message: `${at}have a text as "from": current value is 1`,
    },
    {
      line: '{"ms":1,"from":"out","offset":0.5,"text":"x"}',
      message: `${at}have a number of bytes as "offset": current value is 0.5`,
    },
    {
      line: '{"ms":1,"from":"out","offset":0,"text":5}',
      message: `${at}have a text as "text": current value is 5`,
    },
    {
      line: '{"ms":1,"from":"out","offset":0,"text":"\\ud800"}',
      message:
        `${at}have text that UTF-8 can hold as "text": current value is "\\u{d800}"`,
    },
    {
      line: '{"ms":1,"from":"out","offset":0,"base64":"*"}',
      message: `${at}have base64 as "base64": current value is "*"`,
    },
    {
      line: '{"ms":1,"gap":7}',
      message: `${at}have an object as "gap": current value is 7`,
    },
    {
      line: '{"ms":1,"gap":{"from":"out","bytes":"7"}}',
      message:
        `${at}have a number of bytes as "gap.bytes": current value is "7"`,
    },
    {
      line: '{"ms":1,"status":{"code":"0","signal":null,"reason":""}}',
      message:
        `${at}have an integer or null as "status.code": current value is "0"`,
    },
    {
      line: '{"ms":1,"status":{"code":0,"signal":null,"reason":""}}',
      message: `${at}have an object as "bytes": current value is undefined`,
    },
    {
      line: '{"ms":1,"status":{"code":0,"signal":null,"reason":""},' +
        '"bytes":{"in":{"read":1}}}',
      message:
        `${at}have a number of bytes as "bytes.in.passed": current value is undefined`,
    },
  ]
) {
  Deno.test(`a line that breaks the form is refused: ${line.slice(0, 60)}`, () => {
    const error = assertThrows(() => parseEvent(line, 5), RecordingError);
    assertInstanceOf(error, RecordingError);
    assertEquals([error.message, error.line], [message, 5]);
  });
}
