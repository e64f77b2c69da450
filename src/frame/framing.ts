/** A frame ends where a delimiter stands. */
export interface DelimitedRule {
  /** Says which of the two rules this is. */
  readonly kind: "delimited";
  /** What ends each frame: 1 to 2147483647 bytes, copied when reading begins. */
  readonly delimiter: Uint8Array;
  /** A carriage return before the delimiter belongs to it. */
  readonly stripCarriageReturn: boolean;
  /** What stands before the end of the stream is a frame, if not empty. */
  readonly allowUnended: boolean;
}

/** What a header says: how long the payload is, or that it is longer itself. */
export type Measure = {
  /**
   * How many bytes of payload follow the header, 0 or more. More than the
   * framing's `maxBytes` is a `TooLongError`; what is no such integer is a
   * `RangeError`.
   */
  readonly payloadBytes: number;
} | {
  /**
   * How many bytes the header has in all: more than were shown, up to
   * 2147483647. It is measured again when they are here. What is no such integer
   * is a `RangeError`.
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
   * How long the header is: a number of bytes (1 to 9007199254740991), or up to
   * a delimiter.
   */
  readonly header: { readonly bytes: number } | {
    /** What ends the header, 1 to 2147483647 bytes; it belongs to the header. */
    readonly until: Uint8Array;
    /** The most bytes that may stand before it (1 to 9007199254740991). */
    readonly maxBytes: number;
  };
  /**
   * Reads a header.
   *
   * @param header All of it that was asked for: a view.
   * @returns How long the payload is, or that the header is longer.
   * @throws {FramingError} If it breaks the rule.
   */
  measure(header: Uint8Array): Measure;
}

/**
 * The rule that says where one frame ends: for reading, and for writing what
 * the same rule can read.
 *
 * Ready-made: `lines`, `nul`, `lengthPrefix`, `pythonConnection` and
 * `contentLength`. A framing of one's own is a plain object of this shape.
 *
 * @typeParam Frame What a frame is: its payload, or more.
 *
 * @example A framing of one's own: records that end in a semicolon
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Framing, PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const semicolons: Framing = {
 *   name: "semicolon",
 *   maxBytes: 1000,
 *   rule: {
 *     kind: "delimited",
 *     delimiter: new TextEncoder().encode(";"),
 *     stripCarriageReturn: false,
 *     allowUnended: false,
 *   },
 *   decode: (_header, payload) => payload,
 *   encode: (payload) => [payload, new TextEncoder().encode(";")],
 * };
 *
 * const reader = new PipeReader(new Blob(["a;bc;"]).stream());
 * const frames: string[] = [];
 * for await (const frame of reader.frames(semicolons)) {
 *   frames.push(new TextDecoder().decode(frame));
 * }
 * assertEquals(frames, ["a", "bc"]);
 * ```
 */
export interface Framing<Frame = Uint8Array> {
  /** What errors call it: `Cannot read a <name> …`. */
  readonly name: string;
  /**
   * The most bytes of a payload (1 to 9007199254740991). So many may be
   * collected in memory.
   */
  readonly maxBytes: number;
  /** Where a frame ends: at a delimiter, or where its header says. */
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
