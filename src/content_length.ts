import { checkInteger } from "./_check_number.ts";
import { checkPayload } from "./_check_payload.ts";
import type { Framing } from "./framing.ts";
import { FramingError } from "./framing_error.ts";

const MAX_FRAME_BYTES = 0xffff_ffff;
const HEADER_MAX_BYTES = 8192;
const NAME = "Content-Length";

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
    frame: (header, payload) => ({
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
    const parts = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*?)[ \t]*$/.exec(line);
    if (parts) return [parts[1]!, parts[2]!];
    throw new FramingError({
      framing: NAME,
      rule: "every header must be a line of name, colon and value",
      header,
    });
  });
}

function readLength(header: Uint8Array): number {
  const lengths = new Set<string>();
  for (const [name, value] of parse(header)) {
    if (isLengthName(name)) lengths.add(value);
  }
  const [length] = lengths;
  if (length !== undefined && lengths.size === 1 && /^\d+$/.test(length)) {
    return Number(length);
  }
  throw new FramingError({
    framing: NAME,
    rule: "it must have one Content-Length in decimal digits",
    header,
  });
}

function checkHeader(name: string, value: string): void {
  const isName = /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && !isLengthName(name);
  // A value that is trimmed on the way would not arrive as it was given.
  if (isName && !/[\r\n]/.test(value) && value === value.trim()) return;
  throw new TypeError(
    `Cannot encode a ${NAME} frame as a header must be a name other than ${NAME} and a trimmed value on one line: current value is ${
      JSON.stringify([name, value])
    }`,
  );
}
