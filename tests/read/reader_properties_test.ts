/**
 * Random bytes in random pieces at random moments, read by a random
 * interleaving of all methods with deadlines and aborts: what comes out is
 * exactly what went in.
 */
import { fc } from "../support/packages.ts";
import { assertEquals } from "../support/std_assert.ts";
import { lengthPrefix, lines, nul, PipeReader, sliceChunk } from "../../mod.ts";
import { cutAt, textOf } from "../support/pieces.ts";
import { ReaderOracle } from "./reader_oracle.ts";
import {
  exactly,
  expectSteps,
  fill,
  line,
  lineFrame,
  nulFrame,
  peek,
  plainLine,
  prefixed,
  readSteps,
  skip,
  skipUntil,
  someLines,
  tried,
  until,
  untilAny,
} from "./reader_steps.ts";

const SEED = 20_261_123;
const RUNS = 800;

/** Bytes that are mostly delimiters, small lengths and broken UTF-8. */
const bytes = fc.array(
  fc.oneof(
    fc.constantFrom(0, 0, 1, 2, 10, 10, 13, 45, 0xc3, 0xa9, 0xe2, 0xff),
    fc.integer({ min: 97, max: 122 }),
  ),
  { maxLength: 300, size: "max" },
).map((values) => Uint8Array.from(values));

const places = fc.array(fc.nat(300), { maxLength: 12, size: "max" })
  .map((values) => values.sort((a, b) => a - b));

/** A stream whose pieces come at once, a microtask or a turn later. */
function unevenStream(
  pieces: Uint8Array[],
  delays: number[],
): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const delay = delays[next % delays.length];
      if (delay === 1) await Promise.resolve();
      if (delay === 2) await new Promise((done) => setImmediate(done));
      const piece = pieces[next++];
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

const small = fc.integer({ min: 1, max: 40 });
const method = fc.oneof(
  small.map(peek),
  small.map(fill),
  fc.nat(40).map(exactly),
  fc.tuple(fc.constantFrom("\n", "--", "\0\0", "\n\n\r"), small)
    .map(([delimiter, maxBytes]) => until(delimiter, maxBytes)),
  fc.tuple(
    fc.constantFrom(["\n", "--"], ["\0\n", "\n\0", "\n"], ["a-", "-\n-"]),
    small,
  ).map(([delimiters, maxBytes]) => untilAny(delimiters, maxBytes)),
  small.map(skip),
  fc.constantFrom("\n", "--", "\0\0-").map((one) => skipUntil(one, "\n-\n")),
  small.map((maxBytes) => line(maxBytes)),
  fc.constant(plainLine),
  small.map((maxBytes) => lineFrame(maxBytes)),
  fc.tuple(fc.integer({ min: 1, max: 5 }), small)
    .map(([count, maxBytes]) => someLines(count, maxBytes)),
  small.map((maxBytes) => nulFrame(maxBytes)),
  fc.tuple(fc.constantFrom(1 as const, 2 as const), fc.boolean(), small)
    .map(([size, isLittle, max]) => prefixed(size, isLittle, max)),
);
const step = fc.tuple(method, fc.boolean())
  .map(([step, isTried]) => isTried ? tried([step])[0]! : step);
const delays = fc.array(fc.integer({ min: 0, max: 2 }), {
  minLength: 1,
  maxLength: 5,
});

Deno.test(`every interleaving gives what the oracle says, seed ${SEED}`, async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      places,
      delays,
      fc.array(step, { maxLength: 12, size: "max" }),
      fc.boolean(),
      async (input, cuts, waits, steps, isWatched) => {
        const oracle = new ReaderOracle(textOf(input));
        const expected = expectSteps(oracle, steps, isWatched);
        const stream = unevenStream(cutAt(input, cuts), waits);
        assertEquals(await readSteps(stream, steps, isWatched), expected);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

/** Reads by methods whose result depends on the cuts; returns the bytes. */
type Move = (reader: PipeReader, stop: AbortSignal) => Promise<Uint8Array[]>;

/** What a failing read took must be nothing. */
const orNothing = async (read: Promise<Uint8Array | null>) => {
  try {
    const given = await read;
    return given ? [given] : [];
  } catch {
    return [];
  }
};

const encoder = new TextEncoder();
const FRAMINGS = [
  lengthPrefix({ bytes: 1, maxBytes: 9 }),
  nul({ maxBytes: 9 }),
  lines({ maxBytes: 9 }),
];
const MOVES: Record<string, Move> = {
  tryRead: async (reader) => {
    await Promise.resolve();
    const given = reader.tryRead(7);
    return given ? [given] : [];
  },
  buffered: async (reader) => {
    await Promise.resolve();
    const size = reader.buffered;
    const given = [reader.tryRead(Math.max(1, size)) ?? new Uint8Array(0)];
    assertEquals(
      [given[0]!.length, reader.buffered, reader.tryRead(1)],
      [size, 0, undefined],
    );
    return given;
  },
  "frames, tried": async (reader) => {
    await Promise.resolve();
    for (const framing of FRAMINGS) {
      const from = reader.bytesRead;
      const buffered = reader.buffered;
      let frame: Uint8Array | undefined;
      try {
        frame = reader.tryReadFrame(framing);
      } catch {
        // Too long, or the end within it: nothing was taken.
      }
      const taken = reader.bytesRead - from;
      assertEquals([reader.buffered, taken > 0], [
        buffered - taken,
        frame !== undefined,
      ]);
    }
    return [];
  },
  read: (reader) => orNothing(reader.read(5)),
  "read at once": (reader) => orNothing(reader.read(5, { timeoutMs: 0 })),
  "read aborted": (reader, signal) => orNothing(reader.read(3, { signal })),
  "exactly at once": (reader) =>
    orNothing(reader.readExactly(20, { timeoutMs: 0 })),
  "exactly aborted": (reader, signal) =>
    orNothing(reader.readExactly(60, { signal })),
  "until aborted": (reader, signal) =>
    orNothing(reader.readUntil("\n", { signal, maxBytes: 20 })),
  "all at once": (reader) => orNothing(reader.readAll({ timeoutMs: 0 })),
  "skip at once": async (reader) => {
    const from = reader.bytesRead;
    await reader.skip(9, { timeoutMs: 0 }).catch(() => {});
    await reader.skipUntil("\n\n", { timeoutMs: 0 }).catch(() => {});
    return [new Uint8Array(reader.bytesRead - from).fill(0x2a)];
  },
  "peek aborted": async (reader, signal) => {
    await orNothing(reader.peek(30, { signal }));
    return [];
  },
  "frames, broken off": async (reader) => {
    const given: Uint8Array[] = [];
    for (const framing of FRAMINGS) {
      const from = reader.bytesRead;
      try {
        for await (
          const frame of reader.frames(framing, { stallTimeoutMs: 0 })
        ) {
          const size = reader.bytesRead - from;
          // Header and delimiter are not given: their bytes are the input's.
          given.push(frame, new Uint8Array(size - frame.length).fill(0x2a));
          break;
        }
      } catch {
        assertEquals(reader.bytesRead, from);
      }
    }
    return given;
  },
  "lines, broken off": async (reader) => {
    const given: Uint8Array[] = [];
    try {
      const from = reader.bytesRead;
      for await (const text of reader.lines({ maxBytes: 50, timeoutMs: 0 })) {
        given.push(encoder.encode(text));
        if (given.length === 2) break;
      }
      return [new Uint8Array(reader.bytesRead - from).fill(0x2a)];
    } catch {
      return [];
    }
  },
  "chunk and sliceChunk": async (reader) => {
    for await (const chunk of reader.chunks()) return [...sliceChunk(chunk, 3)];
    return [];
  },
};

Deno.test(`no deadline and no abort loses, doubles or moves a byte, seed ${SEED}`, async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes,
      places,
      delays,
      fc.array(
        fc.tuple(
          fc.constantFrom(...Object.keys(MOVES)),
          fc.integer({ min: 0, max: 2 }),
        ),
        { maxLength: 15, size: "max" },
      ),
      async (input, cuts, waits, moves) => {
        const reader = new PipeReader(unevenStream(cutAt(input, cuts), waits));
        let given = "";
        for (const [name, delay] of moves) {
          const stop = new AbortController();
          const move = MOVES[name]!(reader, stop.signal);
          if (delay === 1) await Promise.resolve();
          if (delay === 2) await new Promise((done) => setImmediate(done));
          stop.abort();
          for (const part of await move) given += textOf(part);
          const isOpaque = name === "lines, broken off" ||
            name.startsWith("skip") || name.startsWith("frames");
          if (isOpaque) {
            given = textOf(input).slice(0, reader.bytesRead);
          }
          assertEquals(given, textOf(input).slice(0, reader.bytesRead));
        }
        for await (const chunk of reader.rest()) given += textOf(chunk);
        assertEquals(given, textOf(input));
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});
