import { concat, CR, LF } from "../bytes.ts";
import { checkInteger, checkKeys, MAX_READ_BYTES } from "../check.ts";
import { frameName } from "../errors.ts";
import { quoteBytes } from "../text_safety.ts";
import { checkPayload, type Framing } from "./framing.ts";

/** Options of {@linkcode lines} and {@linkcode nul}. */
export interface DelimitedFramingOptions {
  /**
   * The most bytes of a payload (1 to 2,147,483,647).
   *
   * @default {1_048_576} 1 MiB.
   */
  maxBytes?: number;
}

/** Options of {@linkcode delimited}. */
export interface DelimitedOptions extends DelimitedFramingOptions {
  /**
   * What errors call it: `Cannot read a <name> frame …`.
   *
   * @default {"delimited"}
   */
  name?: string;
  /**
   * A carriage return before the delimiter belongs to the delimiter.
   *
   * @default {false}
   */
  stripCarriageReturn?: boolean;
  /**
   * The last frame may lack its delimiter. Without it, the end of the stream
   * within a frame is an `UnexpectedEndError`.
   *
   * @default {false}
   */
  allowUnended?: boolean;
}

/**
 * Frames that are lines: the payload ends before LF or CRLF.
 *
 * A last line without an ending is a frame too. A payload that has an LF in it,
 * or a CR at its end, is refused with a `TypeError`: it would not be read back.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example Bytes line by line
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lines, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["a\r\n\nb"]).stream());
 * const sizes: number[] = [];
 * for await (const line of reader.frames(lines())) sizes.push(line.length);
 * assertEquals(sizes, [1, 0, 1]);
 * ```
 */
export function lines(options: DelimitedFramingOptions = {}): Framing {
  checkKeys("frame bytes", options, ["maxBytes"]);
  return delimited(Uint8Array.of(LF), {
    ...options,
    name: "line",
    stripCarriageReturn: true,
    allowUnended: true,
  });
}

/**
 * Frames that end in a NUL byte, as `find -print0` and `git -z` write them.
 *
 * The end of the stream without a NUL before it is an `UnexpectedEndError`. A
 * payload that has a NUL in it is refused with a `TypeError`.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 * @throws {TypeError} If an option is unknown.
 *
 * @example File names with anything in them
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nul, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["a\nb\0c\0"]).stream());
 * const name = await reader.readFrame(nul());
 * assertEquals(new TextDecoder().decode(name!), "a\nb");
 * await reader.cancel();
 * ```
 */
export function nul(options: DelimitedFramingOptions = {}): Framing {
  checkKeys("frame bytes", options, ["maxBytes"]);
  return delimited(Uint8Array.of(0), { ...options, name: "NUL-ended" });
}

/**
 * Frames that end with a delimiter of your own.
 *
 * A payload is refused with a `TypeError` if it could not be read back: because
 * it contains the delimiter, or because its end and the delimiter together
 * contain it earlier, as `a-` before `--` does.
 *
 * @param delimiter Bytes, or text as UTF-8: 1 to 2,147,483,647 bytes, copied.
 * @param options The longest payload, its name, and what may be missing.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range, or the delimiter empty.
 * @throws {TypeError} If an option is unknown.
 *
 * @example Records that end in a semicolon
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { delimited, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const records = delimited(";", { name: "record", allowUnended: true });
 * const reader = new PipeReader(new Blob(["a;bc;d"]).stream());
 * const given: string[] = [];
 * for await (const record of reader.frames(records)) {
 *   given.push(new TextDecoder().decode(record));
 * }
 * assertEquals(given, ["a", "bc", "d"]);
 * ```
 */
export function delimited(
  delimiter: Uint8Array | string,
  options: DelimitedOptions = {},
): Framing {
  checkKeys("frame bytes", options, [
    "maxBytes",
    "name",
    "stripCarriageReturn",
    "allowUnended",
  ]);
  const {
    maxBytes = 1_048_576,
    name = "delimited",
    stripCarriageReturn = false,
    allowUnended = false,
  } = options;
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
  const end = bytesOf(delimiter);
  return {
    name,
    maxBytes,
    rule: {
      kind: "delimited",
      delimiter: end,
      stripCarriageReturn,
      allowUnended,
    },
    decode: (_header, payload) => payload,
    encode(payload) {
      checkPayload(name, payload, maxBytes);
      const at = findEnd(payload, end);
      if (at >= 0) {
        throw new TypeError(
          `Cannot encode a ${
            frameName(name)
          } as its payload must not contain its delimiter ${
            quoteBytes(end)
          }: current value is one at ${at}`,
        );
      }
      if (stripCarriageReturn && payload.at(-1) === CR) {
        throw new TypeError(
          `Cannot encode a ${
            frameName(name)
          } as its payload must not end in a carriage return: current value is one at ${
            payload.length - 1
          }`,
        );
      }
      // A new one each time: the caller may keep, change or transfer it.
      return [payload, end.slice()];
    },
  };
}

function bytesOf(delimiter: Uint8Array | string): Uint8Array {
  const bytes = typeof delimiter === "string"
    ? new TextEncoder().encode(delimiter)
    : delimiter;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot frame bytes as the delimiter must be a Uint8Array or a string: current value is ${typeof bytes}`,
    );
  }
  const name = "the delimiter's length";
  checkInteger("frame bytes", name, bytes.length, 1, MAX_READ_BYTES);
  return bytes.slice();
}

/** Where a reader would find the delimiter too early; -1 if nowhere. */
function findEnd(payload: Uint8Array, end: Uint8Array): number {
  const at = indexOf(payload, end);
  if (at >= 0 || end.length === 1) return at;
  const from = Math.max(0, payload.length - end.length + 1);
  const last = concat([payload.subarray(from), end]);
  const early = indexOf(last, end);
  return early < last.length - end.length ? from + early : -1;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = -1;;) {
    at = bytes.indexOf(part[0]!, at + 1);
    if (at < 0 || part.every((byte, n) => bytes[at + n] === byte)) return at;
  }
}
