/** One step of a reader, and what the oracle says it gives. */
import {
  contentLength,
  FramingError,
  lengthPrefix,
  lines,
  nul,
  PipeReader,
  pythonConnection,
  TooLongError,
  UnexpectedEndError,
} from "../mod.ts";
import { textOf } from "./pieces.ts";
import type { ReaderOracle } from "./reader_oracle.ts";

/** The same step of both. */
export interface Step {
  name: string;
  read(reader: PipeReader): Promise<unknown>;
  expect(oracle: ReaderOracle): unknown;
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
  expect: (oracle) => oracle.until(delimiter, maxBytes),
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
  read: (reader) => reader.readFrame(lines({ maxBytes })),
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
  read: (reader) => reader.readFrame(nul({ maxBytes })),
  expect: (oracle) => oracle.nul(maxBytes),
});

export const prefixed = (
  bytes: 1 | 2 | 4 | 8,
  littleEndian = false,
  maxBytes = 1000,
): Step => ({
  name: `prefixed ${bytes} ${littleEndian} ${maxBytes}`,
  read: (reader) =>
    reader.readFrame(lengthPrefix({ bytes, littleEndian, maxBytes })),
  expect: (oracle) => oracle.prefixed(bytes, littleEndian, maxBytes),
});

export const python = (maxBytes = 1000): Step => ({
  name: `python ${maxBytes}`,
  read: (reader) => reader.readFrame(pythonConnection({ maxBytes })),
  expect: (oracle) => oracle.python(maxBytes),
});

export const lsp = (maxBytes = 1000): Step => ({
  name: `content length ${maxBytes}`,
  async read(reader) {
    const frame = await firstOf(reader.frames(contentLength({ maxBytes })));
    if (frame === null) return null;
    const others = frame.headers!.map(([name, value]) => `${name}=${value};`);
    return others.join("") + textOf(frame.payload);
  },
  expect: (oracle) => oracle.contentLength(maxBytes),
});

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

/** Takes every step and says what came of each, and what was left. */
export async function readSteps(
  stream: ReadableStream<Uint8Array>,
  steps: Step[],
): Promise<unknown[]> {
  await using reader = new PipeReader(stream);
  const outcomes: unknown[] = [];
  for (const step of steps) {
    const outcome = await step.read(reader).catch((error: unknown) => error);
    outcomes.push([step.name, outcomeOf(outcome), reader.bytesRead]);
  }
  let rest = "";
  for await (const chunk of reader.chunks()) rest += textOf(chunk);
  return [...outcomes, rest];
}

/** The same of the oracle. */
export function expectSteps(oracle: ReaderOracle, steps: Step[]): unknown[] {
  const outcomes: unknown[] = steps.map(
    (step) => [step.name, step.expect(oracle), oracle.at],
  );
  return [...outcomes, oracle.left];
}
