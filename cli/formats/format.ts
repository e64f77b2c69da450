import type { Arrival } from "../arrival.ts";
import type { TimeKind } from "../options/option.ts";
import type { LineBuffer } from "./store.ts";

/** Everything that a format can be asked for. */
export interface FormatOptions {
  /** How the time is written. */
  time: TimeKind;
  /** `iso` in UTC with `Z`, instead of local time with its offset. */
  utc: boolean;
  /** Put in front of each line, made safe for a terminal. */
  label?: string;
  /** The process id that `seed` names. */
  pid: number;
  /** Whether our own decorations may have colour. */
  color: boolean;
  /** Mark lines that come more than this many milliseconds after the one before. */
  slowMs?: number;
  /** Show which slices came out of one read, which were full, and cut characters. */
  marks: boolean;
  /** Name the stream, `out` or `err`, on each line. */
  streams: boolean;
  /**
   * Each piece is a whole message (a line, a frame), so that a character which
   * is incomplete at its end belongs to it and not to the next. Default false.
   */
  frames?: boolean;
}

/** One way to write what arrived. It keeps state: one instance, one log. */
export interface Format {
  /**
   * Appends the line or lines of `chunk[start, end)` as ONE piece, also when
   * it is empty.
   */
  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: Arrival,
  ): void;
  /**
   * Appends `chunk[start, end)` in pieces of `size` bytes, the last may be
   * shorter: the same output as {@linkcode piece} for each, faster. Returns
   * how many pieces that were. The room it takes in `out` is bounded by the
   * bytes given, so hand over a large chunk in portions that are multiples
   * of `size`.
   */
  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number;
  /**
   * The next byte of `stream` stands at `offset` in it: something was left out
   * of the log, as the header of a frame is.
   */
  seek?(stream: Arrival["stream"], offset: number): void;
  /** What {@linkcode end} appends is no byte of the stream. */
  readonly endIsExtra?: true;
  /** Appends what is still held back when the stream of `arrival` has ended. */
  end?(out: LineBuffer, arrival: Arrival): void;
}
