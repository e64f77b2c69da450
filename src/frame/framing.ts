import { frameName } from "../errors.ts";

/** A frame ends with a delimiter. */
export interface DelimitedRule {
  /** Says which of the two rules this is. */
  readonly kind: "delimited";
  /** What ends each frame: 1 to 2,147,483,647 bytes, copied at the first read. */
  readonly delimiter: Uint8Array;
  /** A carriage return before the delimiter belongs to it. */
  readonly stripCarriageReturn: boolean;
  /** The last frame may lack its delimiter, if it is not empty. */
  readonly allowUnended: boolean;
}

/** What a header says: how long the payload is, or that it is longer itself. */
export type Measure = {
  /**
   * How many bytes of payload follow the header, 0 or more. More than the
   * framing's `maxBytes` is a `TooLongError`; anything else that is not such an
   * integer is a `RangeError`.
   */
  readonly payloadBytes: number;
} | {
  /**
   * How many bytes the header has in all: more than were given to `measure`, up
   * to 2,147,483,647. It is measured again when they are here. Anything else is a
   * `RangeError`.
   */
  readonly headerBytes: number;
};

/**
 * A frame has a header that says how long the rest is.
 *
 * @example A header that grows: one byte, or 255 and four more
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Framing, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const growing: Framing = {
 *   name: "growing",
 *   maxBytes: 1000,
 *   rule: {
 *     kind: "measured",
 *     header: { bytes: 1 },
 *     measure(header) {
 *       if (header[0] !== 255) return { payloadBytes: header[0]! };
 *       if (header.length < 5) return { headerBytes: 5 };
 *       return { payloadBytes: 256 * header[3]! + header[4]! };
 *     },
 *   },
 *   decode: (_header, payload) => payload,
 *   encode: (payload) => {
 *     const size = payload.length;
 *     if (size > 1000) throw new RangeError(`Cannot send ${size} bytes`);
 *     return [Uint8Array.of(255, 0, 0, size >> 8, size), payload];
 *   },
 * };
 *
 * const long = growing.encode(new Uint8Array(300)) as BlobPart[];
 * const reader = new PipeReader(new Blob(["\x02hi", ...long]).stream());
 * assertEquals((await reader.readFrame(growing))?.length, 2);
 * assertEquals((await reader.readFrame(growing))?.length, 300);
 * ```
 */
export interface MeasuredRule {
  /** Says which of the two rules this is. */
  readonly kind: "measured";
  /**
   * How long the header is: a number of bytes (1 to 9,007,199,254,740,991), or up
   * to a delimiter.
   */
  readonly header: { readonly bytes: number } | {
    /** What ends the header, 1 to 2,147,483,647 bytes; it is part of the header. */
    readonly until: Uint8Array;
    /** The most bytes that may stand before it (1 to 9,007,199,254,740,991). */
    readonly maxBytes: number;
    /**
     * Called while the header is not complete: looks for what is wrong already,
     * since the rest of such a header may never come.
     *
     * @param part What has arrived of the header: a view.
     * @param from How many of its bytes were checked before: 0 at first.
     * @returns How many bytes are checked now; `from` of the next call.
     * @throws {FramingError} If it cannot become a header any more.
     */
    check?(part: Uint8Array, from: number): number;
  };
  /**
   * Reads a header.
   *
   * @param header As many bytes of it as were asked for: a view.
   * @returns How long the payload is, or that the header is longer.
   * @throws {FramingError} If it breaks the rule.
   */
  measure(header: Uint8Array): Measure;
}

/**
 * The rule that says where one frame ends: for reading, and for writing what
 * the same rule can read.
 *
 * Ready-made: `lines`, `nul`, `delimited`, `lengthPrefix`, `pythonConnection` and
 * `contentLength`. Your own framing is a plain object of this shape.
 *
 * @typeParam Frame What a frame is: its payload, or more.
 *
 * @example Your own framing: JSON values, a line each
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Framing, lines, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const bytes = lines();
 * const jsonLines: Framing<unknown> = {
 *   ...bytes,
 *   name: "JSON line",
 *   decode: (_header, payload) => [JSON.parse(new TextDecoder().decode(payload))],
 *   encode: (value) =>
 *     bytes.encode(new TextEncoder().encode(JSON.stringify(value))),
 * };
 *
 * const reader = new PipeReader(new Blob(['{"n":0}\nnull\n']).stream());
 * assertEquals(await reader.readFrame(jsonLines), [{ n: 0 }]);
 * assertEquals(await reader.readFrame(jsonLines), [null]);
 * await reader.cancel();
 * ```
 */
export interface Framing<Frame = Uint8Array> {
  /** What errors call it: `Cannot read a <name> …`. */
  readonly name: string;
  /**
   * The most bytes of a payload (1 to 9,007,199,254,740,991): as many may be
   * collected in memory.
   */
  readonly maxBytes: number;
  /** Where a frame ends: at a delimiter, or after what its header says. */
  readonly rule: DelimitedRule | MeasuredRule;
  /**
   * Makes the frame of its parts. If it throws, the frame is still unread.
   *
   * @param header The header, a view; empty for a delimited frame.
   * @param payload The payload, a view.
   * @returns Anything but `null` and `undefined`, which mean the end.
   */
  decode(
    header: Uint8Array<ArrayBuffer>,
    payload: Uint8Array<ArrayBuffer>,
  ): Frame;
  /**
   * Turns a frame into what travels.
   *
   * @param frame The frame.
   * @returns The pieces to write, in order, one of them the payload itself.
   * @throws {RangeError | TypeError} If the frame could not be read back.
   */
  encode(frame: Frame): Uint8Array[];
}

/** Refuses a payload that its reader would refuse. */
export function checkPayload(
  framing: string,
  payload: Uint8Array,
  maxBytes: number,
): void {
  if (!(payload instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot encode a ${
        frameName(framing)
      } as its payload must be a Uint8Array: current value is ${typeof payload}`,
    );
  }
  if (payload.length > maxBytes) {
    throw new RangeError(
      `Cannot encode a ${
        frameName(framing)
      } as its payload must have at most ${maxBytes} bytes: current value is ${payload.length}`,
    );
  }
}
