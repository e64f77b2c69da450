import { needs } from "../../support/processes.ts";
import type { FormatOptions } from "../../../cli/formats/formats.ts";
import { JsonFormat } from "../../../cli/formats/json.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { seededRandom } from "../../support/random.ts";
import {
  arrival,
  bytesOf,
  logOf,
  options,
  outputOf,
  pathOf,
  written,
} from "./harness.ts";

interface Line {
  time?: number | string;
  stream: string;
  offset: number;
  size: number;
  text?: string;
  base64?: string;
}

/** The bytes that the lines of a log stand for, with each line's size checked. */
function rebuild(lines: Line[]): Uint8Array {
  const parts: number[] = [];
  for (const line of lines) {
    // Of 100,000 lines `assertEquals` would take most of the time.
    if (line.offset !== parts.length) assertEquals(line.offset, parts.length);
    const bytes = line.base64 === undefined
      ? bytesOf(line.text!)
      : Uint8Array.from(atob(line.base64), (unit) => unit.charCodeAt(0));
    if (bytes.length !== line.size) assertEquals(bytes.length, line.size);
    parts.push(...bytes);
  }
  return Uint8Array.from(parts);
}

Deno.test(
  "jq reads every line and gives back the bytes (seed 99)",
  needs("jq"),
  async () => {
    const random = seededRandom(99);
    const parts = [
      "é",
      "€",
      "𝄞",
      '"',
      "\\",
      "\0\b\f\n",
      "\u2028",
      "\ufeff",
      "ab",
    ]
      .map(bytesOf);
    const bytes: number[] = [];
    while (bytes.length < 60_000) {
      // Some slices are noise and most are UTF-8.
      if (random() < 0.3) bytes.push(Math.floor(random() * 256));
      else bytes.push(...parts[Math.floor(random() * parts.length)]!);
    }
    const chunk = Uint8Array.from(bytes);
    for (const size of [1, 2, 3, 7, 32, 4096]) {
      const log = logOf(
        new JsonFormat(options({ time: "epoch" })),
        chunk,
        size,
      );
      const read = await outputOf("jq", ["-c", "."], bytesOf(log));
      const lines = new TextDecoder().decode(read).trimEnd().split("\n");
      assertEquals(lines.length, Math.ceil(chunk.length / size));
      const rebuilt = rebuild(lines.map((line) => JSON.parse(line)));
      assertEquals(rebuilt, chunk);
    }
  },
);

Deno.test(
  "a strict reader in another language gives back the bytes (seed 5)",
  needs("python3"),
  async () => {
    const random = seededRandom(5);
    const chunk = Uint8Array.from(
      { length: 100_000 },
      () => random() < 0.7 ? Math.floor(random() * 128) : random() * 256,
    );
    const log = logOf(new JsonFormat(options()), chunk, 11);
    const script = pathOf("../../fixtures/json_bytes.py");
    assertEquals(await outputOf("python3", [script], bytesOf(log)), chunk);
  },
);

const LINES: {
  name: string;
  bytes: Uint8Array;
  asked: Partial<FormatOptions>;
  log: string;
}[] = [
  {
    name: "time, stream, offset, size and text",
    bytes: bytesOf("Spam 0"),
    asked: { time: "epoch" },
    log: '{"time":1795393202.244190,"stream":"out","offset":0,"size":6,' +
      '"text":"Spam 0"}\n',
  },
  {
    name: "an ISO time as a string",
    bytes: bytesOf("a"),
    asked: { time: "iso" },
    log: '{"time":"2026-11-23T00:20:02.244190Z","stream":"out","offset":0,' +
      '"size":1,"text":"a"}\n',
  },
  {
    name: "no time for none, and no character of ours for colour",
    bytes: bytesOf("a"),
    asked: { color: true, slowMs: 1 },
    log: '{"slow":true,"stream":"out","offset":0,"size":1,"text":"a"}\n',
  },
  {
    name: "a label as a string of JSON",
    bytes: bytesOf("a"),
    asked: { label: 'w"\x1b\u202eé' },
    log: '{"label":"w\\"\\u001b\\u202eé","stream":"out","offset":0,"size":1,' +
      '"text":"a"}\n',
  },
  {
    name: "controls, quotes and hidden characters escaped",
    bytes: bytesOf('"\\\b\t\n\f\r\x1b\x7f\x9b\u202e\u{e0041}/é😀'),
    asked: {},
    log: '{"stream":"out","offset":0,"size":25,"text":"' +
      '\\"\\\\\\b\\t\\n\\f\\r\\u001b\\u007f\\u009b\\u202e\\udb40\\udc41/é😀"}\n',
  },
  {
    name: "bytes that are not UTF-8 as base64",
    bytes: Uint8Array.of(0x61, 0xff, 0x62, 0x63),
    asked: {},
    log: '{"stream":"out","offset":0,"size":4,"base64":"Yf9iYw=="}\n',
  },
];

for (const { name, bytes, asked, log } of LINES) {
  Deno.test(`json has ${name}`, () => {
    assertEquals(logOf(new JsonFormat(options(asked)), bytes, 64), log);
  });
}

Deno.test("a slice that cuts a character is base64 and the next one counts on", () => {
  assertEquals(
    logOf(new JsonFormat(options()), bytesOf("a€b"), 2),
    '{"stream":"out","offset":0,"size":2,"base64":"YeI="}\n' +
      '{"stream":"out","offset":2,"size":2,"base64":"gqw="}\n' +
      '{"stream":"out","offset":4,"size":1,"text":"b"}\n',
  );
});

Deno.test("base64 of any length is that of atob (seed 5)", () => {
  const random = seededRandom(5);
  for (const length of [1, 2, 3, 1022, 1023, 1024, 1025, 1026, 5000]) {
    const bytes = Uint8Array.from({ length }, () => 0x80 + random() * 0x40);
    const log = logOf(new JsonFormat(options()), bytes, length);
    const { base64 } = JSON.parse(log) as { base64: string };
    const read = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
    assertEquals(read, bytes);
  }
});

Deno.test("each stream counts its own bytes, also the empty message", () => {
  const format = new JsonFormat(options({ time: "delta" }));
  const log = written((out) => {
    format.piece(out, bytesOf("ab"), 0, 2, arrival({ stream: "err" }));
    format.piece(out, bytesOf(""), 0, 0, arrival({ stream: "err" }));
    format.piece(out, bytesOf("abc"), 1, 2, arrival({ stream: "out" }));
  });
  assertEquals(
    log,
    '{"time":1.500250,"stream":"err","offset":0,"size":2,"text":"ab"}\n' +
      '{"time":0.000000,"stream":"err","offset":2,"size":0,"text":""}\n' +
      '{"time":0.000000,"stream":"out","offset":0,"size":1,"text":"b"}\n',
  );
});

Deno.test("json has room for bytes of which each becomes six", () => {
  const chunk = new Uint8Array(10_000);
  const log = logOf(new JsonFormat(options()), chunk, 10_000);
  assertEquals(
    log,
    '{"stream":"out","offset":0,"size":10000,"text":"' +
      "\\u0000".repeat(10_000) + '"}\n',
  );
});

Deno.test("the offset after a short slice counts its bytes alone", () => {
  const format = new JsonFormat(options());
  const log = written((out) => {
    format.slices(out, bytesOf("abc"), 0, 3, 2, arrival());
    format.slices(out, bytesOf("d"), 0, 1, 2, arrival());
  });
  assertEquals(
    log,
    '{"stream":"out","offset":0,"size":2,"text":"ab"}\n' +
      '{"stream":"out","offset":2,"size":1,"text":"c"}\n' +
      '{"stream":"out","offset":3,"size":1,"text":"d"}\n',
  );
});
