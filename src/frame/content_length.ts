import { CR, LF } from "../bytes.ts";
import { checkInteger, checkKeys } from "../check.ts";
import { FramingError } from "../errors.ts";
import { checkPayload, type Framing, type MeasuredRule } from "./framing.ts";

const MAX_FRAME_BYTES = 0xffff_ffff;
const HEADER_MAX_BYTES = 8192;
const NAME = "Content-Length";
/** The name of a header: a token of RFC 9110. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** How nearly every header begins, up to its number. */
const USUAL = new TextEncoder().encode(`${NAME}: `);
const ENDING = new TextEncoder().encode("\r\n\r\n");

/** A header: its name and its value. */
export type Header = [name: string, value: string];

/** A payload and the headers it came with, other than its length. */
export interface ContentLengthFrame {
  /**
   * Name and value as they were written, in their order. A byte of a header is
   * one character, from U+0000 to U+00FF (ISO 8859-1).
   *
   * @default {[]}
   */
  headers?: Header[];
  /** What the headers announce. */
  payload: Uint8Array;
}

/** Options of {@linkcode contentLength}. */
export interface ContentLengthOptions {
  /**
   * The most bytes of a payload (1 to 4,294,967,295).
   *
   * @default {16_777_216} 16 MiB.
   */
  maxBytes?: number;
  /**
   * A frame is its headers and its payload, instead of the payload alone.
   *
   * @default {false}
   */
  headers?: boolean;
}

/**
 * Frames as language servers speak them (the base protocol of the Language
 * Server Protocol 3.17): header lines that end in CRLF, one of them
 * `Content-Length`, an empty line, and the payload.
 *
 * The name's case does not matter. A header block of more than 8,192 bytes is a
 * `TooLongError`; one that is not well-formed, or has no length or two different
 * ones, is a `FramingError`. A line that is not a header is refused as soon as it
 * has come, not only when the whole block has.
 *
 * @param options The longest payload, and whether headers are wanted.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example What a language server sends
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { contentLength, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const text = "Content-Length: 2\r\nX-Id: 7\r\n\r\n{}";
 * const reader = new PipeReader(new Blob([text, text]).stream());
 * const payload = await reader.readFrame(contentLength());
 * assertEquals(new TextDecoder().decode(payload!), "{}");
 * const frame = await reader.readFrame(contentLength({ headers: true }));
 * assertEquals(frame?.headers, [["X-Id", "7"]]);
 * await reader.cancel();
 * ```
 */
export function contentLength(
  options?: ContentLengthOptions & { headers?: false },
): Framing;
/**
 * The same with headers: a frame is an object.
 *
 * @param options With `headers: true`.
 * @returns The framing, for a reader, a writer or a stream.
 */
export function contentLength(
  options: ContentLengthOptions & { headers: true },
): Framing<ContentLengthFrame>;
export function contentLength(
  options: ContentLengthOptions = {},
): Framing | Framing<ContentLengthFrame> {
  checkKeys("frame bytes", options, ["maxBytes", "headers"]);
  const { maxBytes = 16_777_216, headers = false } = options;
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_FRAME_BYTES);
  const rule: MeasuredRule = {
    kind: "measured",
    header: { until: ENDING, maxBytes: HEADER_MAX_BYTES, check: checkLines },
    measure: (header) => ({ payloadBytes: readLength(header) }),
  };
  const shared = { name: NAME, maxBytes, rule };
  return headers
    ? {
      ...shared,
      decode: (header, payload): ContentLengthFrame => ({
        headers: parse(header).filter(([name]) => !isLengthName(name)),
        payload,
      }),
      encode: ({ headers, payload }: ContentLengthFrame) =>
        encode(payload, maxBytes, headers),
    }
    : {
      ...shared,
      decode: (_header, payload): Uint8Array => payload,
      encode: (payload: Uint8Array) => encode(payload, maxBytes),
    };
}

function encode(
  payload: Uint8Array,
  maxBytes: number,
  headers: readonly Header[] = [],
): Uint8Array[] {
  checkPayload(NAME, payload, maxBytes);
  let block = `${NAME}: ${payload.length}\r\n`;
  for (const [name, value] of headers) {
    checkHeader(name, value);
    block += `${name}: ${value}\r\n`;
  }
  const length = block.length - "\r\n".length;
  if (length > HEADER_MAX_BYTES) {
    throw new RangeError(
      `Cannot encode a ${NAME} frame as its headers must have at most ${HEADER_MAX_BYTES} bytes: current value is ${length}`,
    );
  }
  block += "\r\n";
  return [Uint8Array.from(block, (char) => char.charCodeAt(0)), payload];
}

function isLengthName(name: string): boolean {
  return name.toLowerCase() === "content-length";
}

/** Headers are bytes: each is one character, in both directions. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The headers of a whole block. */
function parse(block: Uint8Array): Header[] {
  const headers: Header[] = [];
  for (let from = 0; from < block.length - "\r\n".length;) {
    const end = block.indexOf(LF, from) + 1;
    headers.push(parseLine(block, from, end));
    from = end;
  }
  return headers;
}

/** Checks the lines that have come of a block, from `from` on. */
function checkLines(part: Uint8Array, from: number): number {
  for (;;) {
    const end = part.indexOf(LF, from) + 1;
    if (end === 0) return from;
    // A line that ends beyond the limit makes the block too long, and no more:
    // the error must not depend on how the stream was cut.
    const at = part[end - 2] === CR ? end - 2 : end - 1;
    if (at > HEADER_MAX_BYTES) return from;
    parseLine(part, from, end);
    from = end;
  }
}

/** One line of a block, its ending included. The error shows all up to it. */
function parseLine(block: Uint8Array, from: number, end: number): Header {
  const line = textOf(block.subarray(from, end));
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  const value = line.slice(colon + 1, -2);
  const header = block.subarray(0, end);
  if (
    !TOKEN.test(name) || !line.endsWith("\r\n") || /[\r\n]/.test(value)
  ) {
    throw new FramingError({
      framing: NAME,
      rule: "every header must be a line of name, colon and value",
      header,
    });
  }
  const trimmed = trimBlanks(value);
  if (isLengthName(name) && !/^\d+$/.test(trimmed)) throw lengthError(header);
  return [name, trimmed];
}

/**
 * Without the spaces and tabs around it. Not by a regular expression: one that
 * looks for blanks at the end is quadratic in blanks that stand elsewhere, and
 * the other side chooses them.
 */
function trimBlanks(value: string): string {
  const isBlank = (at: number) => value[at] === " " || value[at] === "\t";
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(start)) start++;
  while (start < end && isBlank(end - 1)) end--;
  return value.slice(start, end);
}

function readLength(header: Uint8Array): number {
  const usual = usualLength(header);
  if (usual >= 0) return usual;
  const lengths = new Set<number>();
  for (const [name, value] of parse(header)) {
    if (isLengthName(name)) lengths.add(Number(value));
  }
  const [length] = lengths;
  if (length === undefined || lengths.size > 1) throw lengthError(header);
  return length;
}

function lengthError(header: Uint8Array): FramingError {
  return new FramingError({
    framing: NAME,
    rule: "it must have one Content-Length in decimal digits",
    header,
  });
}

/**
 * The length of a header that is `Content-Length: N` and nothing else, by its
 * bytes; -1 for any other. Most servers send this one. To decode it and to split
 * it takes three times as long.
 */
function usualLength(header: Uint8Array): number {
  const end = header.length - ENDING.length;
  // 15 digits are exact, and more than any limit.
  if (end <= USUAL.length || end > USUAL.length + 15) return -1;
  for (let at = 0; at < USUAL.length; at++) {
    if (header[at] !== USUAL[at]) return -1;
  }
  let length = 0;
  for (let at = USUAL.length; at < end; at++) {
    const digit = header[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

function checkHeader(name: string, value: string): void {
  const isName = TOKEN.test(name) && !isLengthName(name);
  // Anything else would be read as something else.
  const isValue = /^[^\r\n\u0100-\uffff]*$/.test(value) &&
    value === trimBlanks(value);
  if (isName && isValue) return;
  throw new TypeError(
    `Cannot encode a ${NAME} frame as a header must be a name other than ${NAME} and a trimmed value on one line, of characters up to U+00FF: current value is ${
      JSON.stringify([name, value])
    }`,
  );
}
