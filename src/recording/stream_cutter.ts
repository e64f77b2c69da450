import { NO_BYTES } from "../bytes.ts";
import { ByteBuffer } from "../read/byte_buffer.ts";
import type { BrokenReason, NoiseReason } from "./session_item.ts";

/** How much of what could not be read is shown: the first 64 KiB. */
export const HEAD_BYTES = 65_536;

/** What a stretch of a stream is. */
export type CutKind =
  | { readonly kind: "frame" }
  | { readonly kind: "text"; readonly isWhole: boolean }
  | { readonly kind: "noise"; readonly reason: NoiseReason }
  | {
    readonly kind: "broken";
    readonly reason: BrokenReason;
    readonly why: string;
    readonly isRest: boolean;
  };

/** A stretch of a stream, and what it is. */
export type Cut = CutKind & {
  readonly startMs: number;
  readonly ms: number;
  readonly offset: number;
  readonly size: number;
  readonly payload: Uint8Array;
};

/** Takes what is cut, in the order of the stream. */
export type TakeCut = (cut: Cut) => void;

/**
 * Cuts one stream by a rule, from pieces with gaps: each byte is in one cut.
 *
 * What a rule knows is in its subclass. Here is what all need: the bytes that
 * wait, where they stand and since when, and bytes that are dropped.
 *
 * Memory: one maximal frame and one piece, and 64 KiB of what is dropped.
 */
export abstract class StreamCutter {
  /** Where the next byte that was not cut stands in the stream. */
  protected offset = 0;
  /** What has come and was not cut. */
  protected readonly buffer = new ByteBuffer();
  /** The stream has ended, or the recording. */
  protected ending: "end" | "cut" | null = null;
  readonly #take: TakeCut;
  #ms = 0;
  /** When the first byte that was not cut had come. */
  #startMs = 0;
  #droppedBytes = 0;
  #head: Uint8Array = NO_BYTES;

  constructor(take: TakeCut) {
    this.#take = take;
  }

  /** Where the next byte of the stream stands that is still to come. */
  get position(): number {
    return this.offset + this.#droppedBytes + this.buffer.length;
  }

  /** What one read gave. */
  piece(bytes: Uint8Array, ms: number): void {
    if (this.buffer.length + this.#droppedBytes === 0) this.#startMs = ms;
    this.#ms = ms;
    this.buffer.append(bytes);
    this.run();
  }

  /** `bytes` of the stream are missing here. */
  gap(bytes: number, ms: number): void {
    this.#ms = ms;
    this.lose(bytes);
    this.offset += bytes;
    this.#startMs = ms;
  }

  /** The stream has ended, or the recording has: cuts what is left. */
  end(ms: number, ending: "end" | "cut"): void {
    this.#ms = ms;
    this.ending = ending;
    this.run();
  }

  /** Cuts all that can be cut of {@linkcode buffer}. */
  protected abstract run(): void;

  /** Cuts what is here, as `bytes` after it are missing. */
  protected abstract lose(bytes: number): void;

  /** Cuts `size` bytes, whose payload is `payload`. */
  protected cut(kind: CutKind, size: number, payload: Uint8Array): void {
    this.buffer.skip(size);
    this.give(kind, size, payload);
  }

  /** Cuts `size` bytes, all of them payload. */
  protected cutAll(kind: CutKind, size: number): void {
    this.cut(kind, size, this.buffer.view(size));
  }

  /** The same for bytes that are no longer in the buffer. */
  protected give(kind: CutKind, size: number, payload: Uint8Array): void {
    const { offset } = this;
    const startMs = this.#startMs;
    this.offset = offset + size;
    // What is left has come with the last piece.
    this.#startMs = this.#ms;
    this.#take({ ...kind, startMs, ms: this.#ms, offset, size, payload });
  }

  /** How many bytes were dropped since the last cut. */
  protected get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Drops `size` bytes, of which the first 64 KiB are kept. */
  protected drop(size: number): void {
    if (size === 0) return;
    const from = this.#droppedBytes;
    if (from === 0) this.#head = new Uint8Array(HEAD_BYTES);
    const room = Math.min(size, HEAD_BYTES - from);
    if (room > 0) this.#head.set(this.buffer.view(room), from);
    this.buffer.skip(size);
    this.#droppedBytes += size;
  }

  /** Cuts all that was dropped, if anything was. */
  protected cutDropped(kind: CutKind): void {
    const size = this.#droppedBytes;
    const payload = this.#head.slice(0, size);
    this.#droppedBytes = 0;
    this.#head = NO_BYTES;
    if (size > 0) this.give(kind, size, payload);
  }
}

/** A frame that could not be read. */
export function broken(
  reason: BrokenReason,
  why: string,
  isRest = false,
): CutKind {
  return { kind: "broken", reason, why, isRest };
}

/** What is said of a frame with a hole. */
export const HOLE = "bytes of it were not recorded";

/** What is said of a frame within which the stream or the recording ends. */
export function unfinished(ending: "end" | "cut"): CutKind {
  return broken(
    ending,
    ending === "end"
      ? "the stream ended within it"
      : "the recording stops within it",
  );
}
