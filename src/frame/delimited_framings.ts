import { checkInteger, MAX_READ_BYTES } from "../check.ts";
import { checkPayload, frameName } from "./check_payload.ts";
import type { Framing } from "./framing.ts";

const CARRIAGE_RETURN = 0x0d;

/** Options of {@linkcode lines} and {@linkcode nul}. */
export interface DelimitedFramingOptions {
  /**
   * The most bytes of a payload (1 to 2147483647). Default: 1048576 (1 MiB).
   */
  maxBytes?: number;
}

/**
 * Frames that are lines: the payload ends before LF or CRLF.
 *
 * A last line without an ending is a frame too. A payload with an LF in it, or
 * a CR at its end, cannot travel and is refused with a `TypeError`.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
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
  return delimited("line", 0x0a, true, options);
}

/**
 * Frames that end in a NUL byte, as `find -print0` and `git -z` write them.
 *
 * The end of the stream without a NUL before it is an `UnexpectedEndError`. A
 * payload with a NUL in it cannot travel and is refused with a `TypeError`.
 *
 * @param options The longest payload.
 * @returns The framing, for a reader, a writer or a stream.
 * @throws {RangeError} If `maxBytes` is out of its range.
 *
 * @example Names with anything in them
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
  return delimited("NUL-ended", 0, false, options);
}

function delimited(
  name: string,
  end: number,
  isText: boolean,
  { maxBytes = 1_048_576 }: DelimitedFramingOptions,
): Framing {
  checkInteger("frame bytes", "maxBytes", maxBytes, 1, MAX_READ_BYTES);
  const delimiter = Uint8Array.of(end);
  return {
    name,
    maxBytes,
    rule: {
      kind: "delimited",
      delimiter,
      stripCarriageReturn: isText,
      allowUnended: isText,
    },
    decode: (_header, payload) => payload,
    encode(payload) {
      checkPayload(name, payload, maxBytes);
      const at = payload.indexOf(end);
      if (at >= 0) {
        throw new TypeError(
          `Cannot encode a ${
            frameName(name)
          } as its payload must not contain the byte ${end}: current value is one at ${at}`,
        );
      }
      if (isText && payload.at(-1) === CARRIAGE_RETURN) {
        throw new TypeError(
          `Cannot encode a ${
            frameName(name)
          } as its payload must not end in a carriage return: current value is one at ${
            payload.length - 1
          }`,
        );
      }
      // A new one each time: whoever gets it may keep, change or transfer it.
      return [payload, Uint8Array.of(end)];
    },
  };
}
