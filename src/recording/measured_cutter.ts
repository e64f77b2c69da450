import { LF } from "../bytes.ts";
import { FramingError, TooLongError, UnexpectedEndError } from "../errors.ts";
import { MEASURED } from "./frame_ends.ts";
import type { Cutter } from "../read/cutters.ts";
import { frameCutter } from "../read/frame_cutters.ts";
import {
  broken,
  type CutKind,
  HOLE,
  StreamCutter,
  type TakeCut,
  unfinished,
} from "./stream_cutter.ts";

/** The rules whose frames say their length in front. */
export type MeasuredKind = keyof typeof MEASURED;

/** As many bytes may stand before the empty line of a header. */
const HEADER_BYTES = 8192;

/** No header is cut in two that stands in the last of so many bytes. */
const KEPT_BYTES = 64;

const FRAME: CutKind = { kind: "frame" };
const BETWEEN: CutKind = { kind: "noise", reason: "between" };
const REST = "the rest of it";

/**
 * Cuts a stream whose frames have a header in front.
 *
 * A header names the place where its frame ends, also across bytes that are not
 * there. If that place is not known, or is within a gap, the next frame is where
 * the next `Content-Length` stands; a length of 4 bytes cannot be told from
 * other bytes, so that all up to the end is broken.
 */
export class MeasuredStreamCutter extends StreamCutter {
  readonly #kind: MeasuredKind;
  readonly #cutter: Cutter<Uint8Array>;
  /** Where the frame ends whose bytes are dropped; `null` without one. */
  #dropEnd: number | null = null;
  #dropKind: CutKind = FRAME;
  /** Where the frame ends that waits for the rest of its bytes. */
  #frameEnd: number | null = null;
  /** Nobody knows where the next frame begins. */
  #isLost = false;

  constructor(kind: MeasuredKind, maxBytes: number, take: TakeCut) {
    super(take);
    this.#kind = kind;
    this.#cutter = frameCutter(MEASURED[kind]({ maxBytes }));
    this.#cutter.reset();
  }

  protected override run(): void {
    while (this.#step());
  }

  /** Cuts or drops one stretch; returns whether there can be another one. */
  #step(): boolean {
    if (this.#dropEnd !== null) return this.#dropMore(this.#dropEnd);
    if (this.#isLost && !this.#seek()) return false;
    const { buffer } = this;
    if (buffer.length === 0) return false;
    const { length } = buffer;
    try {
      const payload = this.#cutter.cut(buffer, this.ending !== null);
      if (payload === undefined) {
        this.#frameEnd = buffer.hint > 0
          ? this.position - length + buffer.hint
          : null;
        return false;
      }
      this.#found();
      this.give(FRAME, length - buffer.length, payload);
      this.#again();
    } catch (error) {
      this.#fail(error);
      this.#again(length - buffer.length);
    }
    return true;
  }

  /**
   * The next frame begins at the front of the buffer. If only its header was
   * looked for, and `skipped` bytes are gone from there, it is looked for on:
   * from the front, each bad header would cost a search through all that waits.
   */
  #again(skipped?: number): void {
    if (skipped === undefined) this.#cutter.reset();
    else this.#cutter.forget?.(skipped);
    this.#frameEnd = null;
    this.buffer.hint = 0;
  }

  /** A frame stands at the front: what was dropped before it is told. */
  #found(): void {
    this.#isLost = false;
    this.cutDropped(broken("gap", HOLE, true));
  }

  #fail(error: unknown): void {
    const { buffer } = this;
    if (error instanceof TooLongError && error.claimedBytes !== undefined) {
      this.#found();
      const size = this.#headerBytes();
      this.#dropKind = broken("long", REST, true);
      this.#dropEnd = this.offset + size + error.claimedBytes;
      this.cutAll(broken("long", whyLong(error)), size);
    } else if (error instanceof UnexpectedEndError) {
      this.#endWithin();
    } else if (this.#isLost) {
      // Not a header, but a text that looks like the start of one.
      this.drop(1);
    } else if (this.#kind === "header") {
      this.#cutNoise(error);
    } else if (error instanceof FramingError) {
      this.cutAll(broken("rule", ruleOf(error)), error.header.length);
      this.#dropKind = broken("rule", REST, true);
      this.#dropEnd = Infinity;
    } else {
      throw error;
    }
    buffer.hint = 0;
  }

  /** How many bytes the whole header at the front of the buffer has. */
  #headerBytes(): number {
    const { buffer } = this;
    if (this.#kind !== "header") {
      const isLong = this.#kind === "connection" &&
        buffer.bytes[buffer.start] === 0xff;
      return isLong ? 12 : 4;
    }
    const text = textOf(buffer.view(Math.min(buffer.length, HEADER_BYTES + 4)));
    return text.indexOf("\r\n\r\n") + 4;
  }

  /** Cuts what stands at the front, where a header should. */
  #cutNoise(error: unknown): void {
    const isRule = error instanceof FramingError;
    if (isRule && isLengthLine(error.header)) {
      this.cutAll(broken("rule", ruleOf(error)), error.header.length);
      return;
    }
    // Each header that begins before the wrong line has that line in it.
    let left = isRule ? error.header.length : 1;
    while (left > 0) {
      const size = this.#cutNoiseLine();
      if (size === 0) return;
      left -= size;
    }
  }

  /**
   * Cuts a line that is none of a header; returns how many bytes it has, or 0
   * if only a part of it was cut, as a header may begin behind that.
   */
  #cutNoiseLine(): number {
    const { buffer } = this;
    const end = buffer.view(Math.min(buffer.length, HEADER_BYTES)).indexOf(LF);
    // Without an end of line it is longer than any header.
    const size = end >= 0 ? end + 1 : HEADER_BYTES - KEPT_BYTES;
    const text = textOf(buffer.view(size));
    const header = text.search(/content-length:[ \t]*\d+[ \t]*\r\n$/i);
    this.cutAll(BETWEEN, header > 0 ? header : size);
    return header > 0 || end < 0 ? 0 : size;
  }

  /** The stream has ended, and no whole frame is left. */
  #endWithin(): void {
    const { length } = this.buffer;
    if (this.#isLost) {
      this.drop(length);
      this.cutDropped(broken("gap", HOLE, true));
      return;
    }
    const isHeader = this.#kind !== "header" ||
      isLengthStart(textOf(this.buffer.view(Math.min(length, HEADER_BYTES))));
    this.cutAll(isHeader ? unfinished(this.ending!) : BETWEEN, length);
  }

  /** Drops the bytes of a frame that ends at `end`. */
  #dropMore(end: number): boolean {
    const { buffer } = this;
    this.drop(Math.min(buffer.length, end - this.position + buffer.length));
    if (this.position < end && this.ending === null) return false;
    this.cutDropped(this.#dropKind);
    this.#dropEnd = null;
    this.#again();
    return buffer.length > 0;
  }

  /** Drops all before the next `Content-Length:`; returns whether one is here. */
  #seek(): boolean {
    const { buffer } = this;
    if (this.#kind === "header") {
      const at = findLength(buffer.view(buffer.length));
      if (at >= 0) {
        this.drop(at);
        this.#cutter.forget?.(at);
        return true;
      }
      // The beginning of one may stand at the end.
      if (this.ending === null) {
        const size = Math.max(0, buffer.length - KEPT_BYTES);
        this.drop(size);
        this.#cutter.forget?.(size);
        return false;
      }
    }
    this.drop(buffer.length);
    if (this.ending !== null) this.cutDropped(broken("gap", HOLE, true));
    return false;
  }

  protected override lose(bytes: number): void {
    const { buffer } = this;
    const end = this.#dropEnd ?? this.#frameEnd;
    this.drop(buffer.length);
    const kind = this.#dropEnd !== null
      ? this.#dropKind
      : broken("gap", HOLE, this.#isLost);
    this.cutDropped(kind);
    this.#dropEnd = null;
    this.#again();
    const next = this.position + bytes;
    if (end !== null && next < end) {
      this.#dropKind = broken("gap", HOLE, true);
      this.#dropEnd = end;
    } else {
      this.#isLost = next !== end;
    }
  }
}

/** Bytes as text, a character each. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

const NAME = "content-length:";

/** Where `Content-Length:` begins, in any case; -1 if it is not there. */
function findLength(bytes: Uint8Array): number {
  for (let at = 0; (at = bytes.indexOf(0x3a, at)) >= 0; at++) {
    const start = at + 1 - NAME.length;
    if (start < 0) continue;
    const text = textOf(bytes.subarray(start, at + 1));
    if (text.toLowerCase() === NAME) return start;
  }
  return -1;
}

/** Whether a header that is wrong has a line for the length all the same. */
function isLengthLine(header: Uint8Array): boolean {
  return /(^|\n)content-length[ \t]*:/i.test(textOf(header));
}

/** Whether a text can be the beginning of a header with a length. */
function isLengthStart(text: string): boolean {
  const lower = text.toLowerCase();
  return NAME.startsWith(lower) || lower.startsWith("content-");
}

/** The rule that a header breaks, without the sentence around it. */
function ruleOf(error: FramingError): string {
  return /^Cannot read a .*? frame as (.*): current value is /s
    .exec(error.message)?.[1] ?? error.message;
}

function whyLong({ claimedBytes, maxBytes }: TooLongError): string {
  return `its length is ${claimedBytes}, and it must have at most ${maxBytes} bytes`;
}
