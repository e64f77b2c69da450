import { shown } from "../check.ts";
import { quote } from "../text_safety.ts";
import {
  type PassedBytes,
  RECORDED_STREAMS,
  type RecordedEvent,
  type RecordedStatus,
  type RecordedStream,
  type RecordingHeader,
} from "./event.ts";

/**
 * What is read is no recording, or a line of it breaks the form.
 *
 * @example A file that is something else
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { Recording, RecordingError } from "@basic-pipes/basic-pipes";
 *
 * const error = await assertRejects(
 *   () => Recording.read(new Blob(["# Notes\n"]).stream()),
 *   RecordingError,
 * );
 * assertEquals(
 *   error.message,
 *   "Cannot read a recording as line 1 must be a JSON object: " +
 *     'current value is "# Notes"',
 * );
 * assertEquals(error.line, 1);
 * ```
 */
export class RecordingError extends Error {
  /** Always `"RecordingError"`. */
  override readonly name = "RecordingError";
  /** Which line it is, the header is 1. */
  readonly line: number;

  /**
   * Makes the error of its facts.
   *
   * @param line Which line it is, the header is 1.
   * @param rule The rule that it breaks, as the rest of `as …`.
   * @param value What stands there instead, short and safe on a terminal.
   */
  constructor(line: number, rule: string, value: string) {
    super(`Cannot read a recording as ${rule}: current value is ${value}`);
    this.line = line;
  }
}

/** The version of the form of a recording. */
const VERSION = 1;

/** About 285 years: more is no time, and its microseconds are not exact. */
const MAX_MS = 9_007_199_254_740;

/** From this size on a piece is base64, which is ten times as fast. */
export const BASE64_BYTES = 16_384;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type Fields = Readonly<Record<string, unknown>>;

/** The first line of a recording, with its LF. */
export function headerLine(header: RecordingHeader): string {
  const { program, command, startedAt, frame } = header;
  return JSON.stringify({
    recording: VERSION,
    program,
    command,
    startedAt,
    frame,
  }) + "\n";
}

/** A line of a recording behind its first, with its LF. */
export function eventLine(event: RecordedEvent): string {
  return JSON.stringify(fieldsOf(event)) + "\n";
}

/** Milliseconds to the microsecond: what more the clock gives is noise. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function fieldsOf(event: RecordedEvent): Fields {
  const ms = roundMs(event.ms);
  switch (event.kind) {
    case "piece": {
      const { from, offset, bytes } = event;
      const text = bytes.length < BASE64_BYTES ? textOf(bytes) : undefined;
      return text === undefined
        ? { ms, from, offset, base64: bytes.toBase64() }
        : { ms, from, offset, text };
    }
    case "end":
      return { ms, from: event.from, end: true };
    case "gap": {
      const { from, bytes, why } = event;
      return { ms, gap: { from, bytes, why } };
    }
    case "status": {
      const { status, bytes } = event;
      return { ms, status, bytes };
    }
  }
}

/** The text that gives these bytes again, if there is one. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads the first line of a recording.
 *
 * @throws {RecordingError} If it is none.
 */
export function parseHeader(line: string): RecordingHeader {
  const fields = new LineFields(line, 1);
  const version = fields.fields.recording;
  if (version !== VERSION) {
    fields.refuse(
      version === undefined
        ? 'line 1 must have the key "recording"'
        : `its version must be ${VERSION}`,
      version,
    );
  }
  const command = fields.fields.command;
  const isCommand = Array.isArray(command) &&
    command.every((word) => typeof word === "string");
  if (!isCommand) fields.refuseKey("command", "a list of texts");
  return {
    program: fields.text("program"),
    command: command as string[],
    startedAt: fields.text("startedAt"),
    frame: fields.text("frame"),
  };
}

/**
 * Reads a line of a recording behind its first.
 *
 * @param line The line, with its LF or without.
 * @param number Which line it is, for an error.
 * @returns What it says; `null` if it is of a kind that this version does not
 *   know.
 * @throws {RecordingError} If it is no such line.
 */
export function parseEvent(line: string, number = 2): RecordedEvent | null {
  const all = new LineFields(line, number);
  const { fields } = all;
  if ("text" in fields || "base64" in fields) {
    const from = all.stream();
    if (from === null) return null;
    const offset = all.count("offset");
    const bytes = "text" in fields ? all.utf8("text") : all.base64("base64");
    return { kind: "piece", ms: all.ms(), from, offset, bytes };
  }
  if ("end" in fields) {
    const from = all.stream();
    return from && { kind: "end", ms: all.ms(), from };
  }
  if ("gap" in fields) {
    const gap = all.inner("gap");
    const from = gap.stream();
    if (from === null) return null;
    const bytes = gap.count("bytes");
    const why = gap.fields.why === undefined ? "" : gap.text("why");
    return { kind: "gap", ms: all.ms(), from, bytes, why };
  }
  if ("status" in fields) return statusOf(all);
  return null;
}

function statusOf(all: LineFields): RecordedStatus {
  const status = all.inner("status");
  const { code, signal } = status.fields;
  const isCode = code === null || Number.isInteger(code);
  if (!isCode) status.refuseKey("code", "an integer or null");
  const isSignal = signal === null || typeof signal === "string";
  if (!isSignal) status.refuseKey("signal", "a text or null");
  const bytes: Partial<Record<RecordedStream, PassedBytes>> = {};
  const counted = all.inner("bytes");
  for (const from of RECORDED_STREAMS) {
    if (counted.fields[from] === undefined) continue;
    const one = counted.inner(from);
    bytes[from] = { read: one.count("read"), passed: one.count("passed") };
  }
  return {
    kind: "status",
    ms: all.ms(),
    status: {
      code: code as number | null,
      signal: signal as string | null,
      reason: status.text("reason"),
    },
    bytes,
  };
}

/** The keys of a line, each refused in a sentence where it is of no use. */
class LineFields {
  readonly fields: Fields;
  readonly #line: number;
  readonly #path: string;

  constructor(line: string | Fields, number: number, path = "") {
    this.#line = number;
    this.#path = path;
    this.fields = typeof line === "string" ? this.#parse(line) : line;
  }

  #parse(line: string): Fields {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#refuseLine(line);
    }
    if (!isObject(value)) this.#refuseLine(line);
    return value;
  }

  #refuseLine(line: string): never {
    const short = quote(line.slice(0, 64).trimEnd());
    throw new RecordingError(
      this.#line,
      `line ${this.#line} must be a JSON object`,
      `"${short}${line.length > 64 ? "…" : ""}"`,
    );
  }

  refuse(rule: string, value: unknown): never {
    throw new RecordingError(this.#line, rule, shown(value));
  }

  refuseKey(key: string, type: string): never {
    const rule =
      `line ${this.#line} must have ${type} as "${this.#path}${key}"`;
    this.refuse(rule, this.fields[key]);
  }

  inner(key: string): LineFields {
    const value = this.fields[key];
    if (!isObject(value)) this.refuseKey(key, "an object");
    return new LineFields(value, this.#line, `${this.#path}${key}.`);
  }

  text(key: string): string {
    const value = this.fields[key];
    if (typeof value !== "string") this.refuseKey(key, "a text");
    return value;
  }

  /** A number of bytes. */
  count(key: string): number {
    const value = this.fields[key];
    if (!Number.isSafeInteger(value) || (value as number) < 0) {
      this.refuseKey(key, "a number of bytes");
    }
    return value as number;
  }

  ms(): number {
    const value = this.fields.ms;
    if (typeof value !== "number" || !(value >= 0 && value <= MAX_MS)) {
      this.refuseKey("ms", "a number of milliseconds");
    }
    return value;
  }

  /** A stream; `null` if this version does not know it. */
  stream(): RecordedStream | null {
    const from = this.text("from");
    return RECORDED_STREAMS.find((name) => name === from) ?? null;
  }

  utf8(key: string): Uint8Array {
    const text = this.text(key);
    if (!text.isWellFormed()) this.refuseKey(key, "text that UTF-8 can hold");
    return ENCODER.encode(text);
  }

  base64(key: string): Uint8Array {
    try {
      return Uint8Array.fromBase64(this.text(key));
    } catch (error) {
      if (error instanceof RecordingError) throw error;
      this.refuseKey(key, "base64");
    }
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
