/** A frame ends where a delimiter stands. */
export interface DelimitedRule {
  /** Says which of the two rules this is. */
  readonly kind: "delimited";
  /** What ends each frame: 1 byte or more. */
  readonly delimiter: Uint8Array;
  /** A carriage return before the delimiter belongs to it. */
  readonly stripCarriageReturn: boolean;
  /** What stands before the end of the stream is a frame, if not empty. */
  readonly allowUnended: boolean;
}

/** What a header says: how long the payload is, or that it is longer itself. */
export type Measure = { readonly payloadBytes: number } | {
  /** How many bytes the header has in all, more than were shown. */
  readonly headerBytes: number;
};

/** A frame has a header that says how long the rest is. */
export interface MeasuredRule {
  /** Says which of the two rules this is. */
  readonly kind: "measured";
  /** How long the header is: a number of bytes, or up to a delimiter. */
  readonly header: { readonly bytes: number } | {
    /** What ends the header; it belongs to the header. */
    readonly until: Uint8Array;
    /** The most bytes that may stand before it. */
    readonly maxBytes: number;
  };
  /** Reads a header; throws a `FramingError` if it breaks the rule. */
  measure(header: Uint8Array): Measure;
}

/**
 * The rule that says where one frame ends, as data: for reading, and for
 * writing what the same rule can read.
 *
 * Ready-made: `lines`, `nul`, `lengthPrefix`, `pythonConnection` and
 * `contentLength`. A rule of one's own is an object of this shape.
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
 *   frame: (_header, payload) => payload,
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
  /** What errors call it. */
  readonly name: string;
  /** The most bytes of a payload. */
  readonly maxBytes: number;
  /** Where a frame ends. */
  readonly rule: DelimitedRule | MeasuredRule;
  /**
   * Makes the frame of its parts, which are views: anything but `null` and
   * `undefined`, which mean the end. The header of a delimited frame is empty.
   */
  frame(
    header: Uint8Array<ArrayBuffer>,
    payload: Uint8Array<ArrayBuffer>,
  ): Frame;
  /**
   * The pieces to write, in order, one of them the payload itself. Throws a
   * `RangeError` or `TypeError` if the frame could not be read back.
   */
  encode(frame: Frame): Uint8Array[];
}
