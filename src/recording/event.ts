/**
 * A stream of a recorded session, seen from the command: `in` is its stdin, so
 * what the client wrote; `out` and `err` are its stdout and its stderr.
 */
export type RecordedStream = "in" | "out" | "err";

/**
 * The streams of a recording, in the order in which they are listed.
 *
 * @example A counter for each of them
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RECORDED_STREAMS } from "@basic-pipes/basic-pipes";
 *
 * const bytes = new Map(RECORDED_STREAMS.map((from) => [from, 0]));
 * assertEquals([...bytes.keys()], ["in", "out", "err"]);
 * ```
 */
export const RECORDED_STREAMS: readonly RecordedStream[] = ["in", "out", "err"];

/** The first line of a recording: what was recorded, and since when. */
export interface RecordingHeader {
  /** What wrote it, as `basic-pipes 0.2.0`. */
  readonly program: string;
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** The wall time of the start, in UTC, to the microsecond (RFC 3339). */
  readonly startedAt: string;
  /** Where one message ends: a name that `--frame` takes, as `header`. */
  readonly frame: string;
}

/** What one read gave. */
export interface RecordedPiece {
  /** Says which event this is. */
  readonly kind: "piece";
  /** When it was read: milliseconds since the start, monotonic. */
  readonly ms: number;
  /** The stream that it came through. */
  readonly from: RecordedStream;
  /** How many bytes had passed through that stream before it. */
  readonly offset: number;
  /** The bytes, as they were read, at least one. */
  readonly bytes: Uint8Array;
}

/** A stream has ended. */
export interface RecordedEnd {
  /** Says which event this is. */
  readonly kind: "end";
  /** When its end was read: milliseconds since the start, monotonic. */
  readonly ms: number;
  /** The stream that has ended. */
  readonly from: RecordedStream;
}

/** Bytes that passed and were not recorded. */
export interface RecordedGap {
  /** Says which event this is. */
  readonly kind: "gap";
  /** When the first of them was read: milliseconds since the start, monotonic. */
  readonly ms: number;
  /** The stream that they came through. */
  readonly from: RecordedStream;
  /** How many bytes of the stream are missing. */
  readonly bytes: number;
  /** Why, in a few words. */
  readonly why: string;
}

/** How many bytes of a stream were read, and how many were passed on. */
export interface PassedBytes {
  /** Bytes that were read from one side. */
  readonly read: number;
  /** Bytes that the other side has taken. */
  readonly passed: number;
}

/** The last line: how the command ended, and what each stream carried. */
export interface RecordedStatus {
  /** Says which event this is. */
  readonly kind: "status";
  /** When the command had ended: milliseconds since the start, monotonic. */
  readonly ms: number;
  /** How it ended, as an `ExitStatus`. */
  readonly status: {
    /** The exit code; `null` if a signal ended it. */
    readonly code: number | null;
    /** The signal that ended it, as `SIGTERM`, or `null`. */
    readonly signal: string | null;
    /** Why it ended, as `exited`, `stopped`, `timeout` or `idle`. */
    readonly reason: string;
  };
  /** The bytes of each stream, as the recorder counted them. */
  readonly bytes: Readonly<Partial<Record<RecordedStream, PassedBytes>>>;
}

/**
 * A line of a recording behind its first.
 *
 * The `ms` of one stream never fall. Those of all streams together mostly rise,
 * but a gap has the time of its first byte, and a recording of which patterns were
 * left out holds a line of one stream back.
 *
 * @example What each of them says
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RecordedEvent } from "@basic-pipes/basic-pipes";
 *
 * function tell(event: RecordedEvent): string {
 *   switch (event.kind) {
 *     case "piece":
 *       return `${event.bytes.length} bytes of ${event.from}`;
 *     case "end":
 *       return `the end of ${event.from}`;
 *     case "gap":
 *       return `${event.bytes} bytes of ${event.from} are missing`;
 *     case "status":
 *       return `ended with code ${event.status.code}`;
 *   }
 * }
 * assertEquals(tell({ kind: "end", ms: 1, from: "in" }), "the end of in");
 * ```
 */
export type RecordedEvent =
  | RecordedPiece
  | RecordedEnd
  | RecordedGap
  | RecordedStatus;
