/** One step of a reader, and what the oracle says it gives. */
import {
  contentLength,
  type ContentLengthFrame,
  type Framing,
  FramingError,
  lengthPrefix,
  lines,
  nul,
  PipeReader,
  pythonConnection,
  TooLongError,
  UnexpectedEndError,
} from "../../mod.ts";
import { assertEquals } from "../support/std_assert.ts";
import { textOf } from "../support/pieces.ts";
import type { ReaderOracle } from "./reader_oracle.ts";

/** The same step of both. */
export interface Step {
  name: string;
  read(reader: PipeReader): Promise<unknown>;
  expect(oracle: ReaderOracle): unknown;
  /** The same by `tryReadFrame`; only of a step that reads a frame. */
  tried?(reader: PipeReader): Promise<unknown>;
}

/** The first of what a loop gives, left by `break`. */
async function firstOf<T>(values: AsyncIterable<T>): Promise<T | null> {
  for await (const value of values) return value;
  return null;
}

const decode = (bytes: string | null, isFailure = false) =>
  bytes === null || isFailure ? bytes : new TextDecoder("utf-8", {
    ignoreBOM: true,
  }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));

/** A line as text. An error's words are its own. */
const decodeLine = (line: string | null) =>
  decode(line, line?.startsWith("TooLongError"));

export const peek = (size: number): Step => ({
  name: `peek ${size}`,
  read: (reader) => reader.peek(size),
  expect: (oracle) => oracle.peek(size),
});

export const fill = (size: number): Step => ({
  name: `fill ${size}`,
  read: (reader) => firstOf(reader.slices(size, { fill: true })),
  expect: (oracle) => oracle.fill(size),
});

export const exactly = (size: number): Step => ({
  name: `exactly ${size}`,
  read: (reader) => reader.readExactly(size),
  expect: (oracle) => oracle.exactly(size),
});

export const until = (delimiter: string, maxBytes = 1000): Step => ({
  name: `until ${JSON.stringify(delimiter)} ${maxBytes}`,
  read: (reader) => reader.readUntil(delimiter, { maxBytes }),
  expect: (oracle) => oracle.until([delimiter], maxBytes),
});

export const untilAny = (
  delimiters: readonly string[],
  maxBytes = 1000,
): Step => ({
  name: `until one of ${JSON.stringify(delimiters)} ${maxBytes}`,
  read: (reader) => reader.readUntil(delimiters, { maxBytes }),
  expect: (oracle) => oracle.until(delimiters, maxBytes),
});

export const skip = (size: number): Step => ({
  name: `skip ${size}`,
  read: (reader) => reader.skip(size),
  expect: (oracle) => oracle.skip(size),
});

export const skipUntil = (...delimiters: string[]): Step => ({
  name: `skip until ${JSON.stringify(delimiters)}`,
  read: (reader) => reader.skipUntil(delimiters),
  expect: (oracle) => oracle.skipUntil(delimiters),
});

export const all = (maxBytes = 1000): Step => ({
  name: `all ${maxBytes}`,
  read: (reader) => reader.readAll({ maxBytes }),
  expect: (oracle) => oracle.all(maxBytes),
});

export const line = (maxBytes = 1000): Step => ({
  name: `line ${maxBytes}`,
  read: (reader) => reader.readLine({ maxBytes }),
  expect: (oracle) => decodeLine(oracle.line(maxBytes)),
});

/** `readLine` as people write it, without options. */
export const plainLine: Step = {
  name: "plain line",
  read: (reader) => reader.readLine(),
  expect: (oracle) => decodeLine(oracle.line(1_048_576)),
};

export const lineFrame = (maxBytes = 1000): Step => ({
  name: `line frame ${maxBytes}`,
  ...frameOf(lines({ maxBytes })),
  expect: (oracle) => oracle.line(maxBytes),
});

/** Some lines of one loop, and `break`. */
export const someLines = (count: number, maxBytes = 1000): Step => ({
  name: `${count} of lines ${maxBytes}`,
  async read(reader) {
    const given: unknown[] = [];
    try {
      for await (const text of reader.lines({ maxBytes })) {
        given.push(text);
        if (given.length === count) break;
      }
    } catch (error) {
      given.push(outcomeOf(error));
    }
    return given;
  },
  expect(oracle) {
    const given: unknown[] = [];
    while (given.length < count) {
      const text = decodeLine(oracle.line(maxBytes));
      if (text === null) break;
      given.push(text);
      if (text.startsWith("TooLongError")) break;
    }
    return given;
  },
});

export const nulFrame = (maxBytes = 1000): Step => ({
  name: `nul ${maxBytes}`,
  ...frameOf(nul({ maxBytes })),
  expect: (oracle) => oracle.nul(maxBytes),
});

export const prefixed = (
  bytes: 1 | 2 | 4 | 8,
  littleEndian = false,
  maxBytes = 1000,
): Step => ({
  name: `prefixed ${bytes} ${littleEndian} ${maxBytes}`,
  ...frameOf(lengthPrefix({ bytes, littleEndian, maxBytes })),
  expect: (oracle) => oracle.prefixed(bytes, littleEndian, maxBytes),
});

export const python = (maxBytes = 1000): Step => ({
  name: `python ${maxBytes}`,
  ...frameOf(pythonConnection({ maxBytes })),
  expect: (oracle) => oracle.python(maxBytes),
});

export const lsp = (maxBytes = 1000): Step => {
  const framing = contentLength({ maxBytes, headers: true });
  return {
    name: `content length ${maxBytes}`,
    read: async (reader) => message(await firstOf(reader.frames(framing))),
    tried: async (reader) => message(await tryFrame(reader, framing)),
    expect: (oracle) => oracle.contentLength(maxBytes),
  };
};

/** A language server's message in the words of the oracle. */
export function message(frame: ContentLengthFrame | null): string | null {
  if (frame === null) return null;
  const others = frame.headers!.map(([name, value]) => `${name}=${value};`);
  return others.join("") + textOf(frame.payload);
}

/** The next frame, by `readFrame` and by `tryReadFrame`. */
function frameOf(framing: Framing): Pick<Step, "read" | "tried"> {
  return {
    read: (reader) => reader.readFrame(framing),
    tried: (reader) => tryFrame(reader, framing),
  };
}

/** Asks for a frame again after each chunk; `null` if the end brings none. */
async function tryFrame<Frame>(
  reader: PipeReader,
  framing: Framing<Frame>,
): Promise<Frame | null> {
  for (let hasEnded = false;;) {
    const frame = reader.tryReadFrame(framing);
    if (frame !== undefined) return frame;
    if (hasEnded) return null;
    const size = reader.buffered + 1;
    const here = await reader.peek(size);
    hasEnded = (here?.length ?? 0) < size;
  }
}

/** The same steps, but all frames by `tryReadFrame`. */
export function tried(steps: Step[]): Step[] {
  return steps.map((step) => step.tried ? { ...step, read: step.tried } : step);
}

/** A value or an error in the words of the oracle. */
export function outcomeOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return textOf(value);
  if (value instanceof UnexpectedEndError) {
    return `UnexpectedEndError ${textOf(value.partial)}`;
  }
  if (value instanceof TooLongError) {
    const { maxBytes, claimedBytes: claimed } = value;
    return `TooLongError ${maxBytes}` +
      (claimed === undefined ? "" : ` claims ${claimed}`);
  }
  if (value instanceof FramingError) return "FramingError";
  if (value instanceof Error) throw value;
  return value;
}

/** The stream, and how many bytes were asked of it. */
function countBytes(stream: ReadableStream<Uint8Array>) {
  let bytes = 0;
  const reader = stream.getReader();
  const counted = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) return controller.close();
      bytes += value.length;
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { counted, arrivedBytes: () => bytes };
}

/**
 * Takes every step and says what came of each, and what was left. Watched, it
 * also says after each where it stands, which puts lines that are held back;
 * so without it each step has to do that by itself.
 */
export async function readSteps(
  stream: ReadableStream<Uint8Array>,
  steps: Step[],
  isWatched = true,
): Promise<unknown[]> {
  const { counted, arrivedBytes } = countBytes(stream);
  await using reader = new PipeReader(counted);
  const outcomes: unknown[] = [];
  for (const step of steps) {
    const given = await step.read(reader).catch((error: unknown) => error);
    const outcome = [step.name, outcomeOf(given)];
    if (isWatched) {
      // In this order: `buffered` is the one that meets lines which are held.
      const at = arrivedBytes() - reader.buffered;
      assertEquals(reader.bytesRead, at);
      outcome.push(at);
    }
    outcomes.push(outcome);
  }
  let rest = "";
  for await (const chunk of reader.chunks()) rest += textOf(chunk);
  return [...outcomes, rest];
}

/** The same of the oracle. */
export function expectSteps(
  oracle: ReaderOracle,
  steps: Step[],
  isWatched = true,
): unknown[] {
  const outcomes: unknown[] = steps.map((step) => {
    const outcome = [step.name, step.expect(oracle)];
    return isWatched ? [...outcome, oracle.at] : outcome;
  });
  return [...outcomes, oracle.left];
}
