import { checkInteger } from "../check.ts";
import { checkPayload } from "./check_payload.ts";
import type { Framing } from "./framing.ts";
import { FramingError } from "../errors.ts";

const MAX_FRAME_BYTES = 0xffff_ffff;
const HEADER_MAX_BYTES = 8192;
const NAME = "Content-Length";
/** The name of a header: a token of RFC 9110. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** A payload and the headers it came with, other than its length. */
export interface ContentLengthFrame {
  /** Name and value as they were written, in their order. Default: none. */
  headers?: [name: string, value: string][];
  /** What the headers announce. */
  payload: Uint8Array;
}

/** Options of {@linkcode contentLength}. */
export interface ContentLengthOptions {
  /**
   * The most bytes of a payload (1 to 4294967295). Default: 16777216 (16 MiB).
   */
  maxBytes?: number;
}

/**
 * Frames as language servers speak them (the base protocol of the Language
 * Server Protocol 3.17): header lines that end in CRLF, one of them
 * `Content-Length`, an empty line, and the payload.
 *
 * The name's case does not matter; other headers are kept. A header block of
 * more than 8192 bytes is a `TooLongError`; one that is not well-formed, or
 * has no length or two different ones, is a `FramingError`.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 *
 * @example What a language server sends
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { contentLength, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(
 *   new Blob(["Content-Length: 2\r\nX-Id: 7\r\n\r\n{}"]).stream(),
 * );
 * const frame = await reader.readFrame(contentLength());
 * assertEquals(frame?.headers, [["X-Id", "7"]]);
 * assertEquals(frame?.payload.length, 2);
 * await reader.cancel();
 * ```
 */
export function contentLength(
  options: ContentLengthOptions = {},
): Framing<ContentLengthFrame> {
  const { maxBytes = 16_777_216 } = options;
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_FRAME_BYTES);
  return {
    name: NAME,
    maxBytes,
    rule: {
      kind: "measured",
      header: {
        until: new TextEncoder().encode("\r\n\r\n"),
        maxBytes: HEADER_MAX_BYTES,
      },
      measure: (header) => ({ payloadBytes: readLength(header) }),
    },
    decode: (header, payload) => ({
      headers: parse(header).filter(([name]) => !isLengthName(name)),
      payload,
    }),
    encode({ headers = [], payload }) {
      checkPayload(NAME, payload, maxBytes);
      let block = `${NAME}: ${payload.length}\r\n`;
      for (const [name, value] of headers) {
        checkHeader(name, value);
        block += `${name}: ${value}\r\n`;
      }
      return [encodeBlock(block), payload];
    },
  };
}

function encodeBlock(block: string): Uint8Array {
  const bytes = new TextEncoder().encode(block + "\r\n");
  const length = bytes.length - 4;
  if (length <= HEADER_MAX_BYTES) return bytes;
  throw new RangeError(
    `Cannot encode a ${NAME} frame as its headers must have at most ${HEADER_MAX_BYTES} bytes: current value is ${length}`,
  );
}

function isLengthName(name: string): boolean {
  return name.toLowerCase() === "content-length";
}

function parse(header: Uint8Array): [name: string, value: string][] {
  const block = new TextDecoder("utf-8", { ignoreBOM: true }).decode(header);
  return block.slice(0, -4).split("\r\n").map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1);
    if (TOKEN.test(name) && !/[\r\n]/.test(value)) {
      return [name, trimBlanks(value)];
    }
    throw new FramingError({
      framing: NAME,
      rule: "every header must be a line of name, colon and value",
      header,
    });
  });
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
  const lengths = new Set<number>();
  for (const [name, value] of parse(header)) {
    if (!isLengthName(name)) continue;
    lengths.add(/^\d+$/.test(value) ? Number(value) : NaN);
  }
  const [length = NaN] = lengths;
  if (lengths.size === 1 && !Number.isNaN(length)) return length;
  throw new FramingError({
    framing: NAME,
    rule: "it must have one Content-Length in decimal digits",
    header,
  });
}

function checkHeader(name: string, value: string): void {
  const isName = TOKEN.test(name) && !isLengthName(name);
  // What is trimmed on the way, or is no text, would not arrive as it was given.
  const isValue = !/[\r\n]/.test(value) && value === value.trim() &&
    value.isWellFormed();
  if (isName && isValue) return;
  throw new TypeError(
    `Cannot encode a ${NAME} frame as a header must be a name other than ${NAME} and a trimmed, well-formed value on one line: current value is ${
      JSON.stringify([name, value])
    }`,
  );
}
