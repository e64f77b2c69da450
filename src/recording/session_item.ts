import type { RecordedStatus, RecordedStream } from "./event.ts";

/** A rule that says where one message of a session ends. */
export const SESSION_FRAMES = [
  "auto",
  "lines",
  "nul",
  "json",
  "length",
  "connection",
  "header",
] as const;

/**
 * Where one message ends: `lines`, `nul`, `json` (a JSON value a line), `length`
 * (4-byte big-endian length), `connection` (Python's
 * `multiprocessing.Connection`), `header` (Content-Length, as language servers),
 * `auto` (decided by the first bytes).
 */
export type SessionFrame = typeof SESSION_FRAMES[number];

/** What an answer and its request have in common; `1` is not `"1"`. */
export type RpcId = string | number | null;

/** What every kind of item has. */
export interface SessionMoment {
  /** The number of the item in its session, from 0. */
  readonly index: number;
  /** When it was complete: milliseconds since the start, monotonic. */
  readonly ms: number;
}

/** Bytes of one stream that belong together. */
export interface SessionSpan extends SessionMoment {
  /** The stream that they came through. */
  readonly from: RecordedStream;
  /** When the first of them was read: milliseconds since the start. */
  readonly startMs: number;
  /** How many bytes of the stream stand before them. */
  readonly offset: number;
  /** How many bytes of the stream they are, a header and a delimiter included. */
  readonly size: number;
  /** The bytes without header and delimiter: a view. */
  readonly payload: Uint8Array;
}

/** A message of JSON-RPC, or one entry of a batch. */
export interface RpcMessage {
  /** What it is; `error` is an answer that says what has failed. */
  readonly kind: "request" | "answer" | "error" | "notification" | "batch";
  /**
   * The method; of an answer, that of its request. `null` for a batch, and for
   * an answer whose request is not known.
   */
  readonly method: string | null;
  /** The id of a request and of its answer; else `undefined`. */
  readonly id?: RpcId;
  /** How long an answer took, in milliseconds; `null` without its request. */
  readonly durationMs: number | null;
  /**
   * The `index` of the message with the request: of an answer, of a
   * cancellation and of a progress message. `null` if there is none.
   */
  readonly requestIndex: number | null;
  /** A request: another one with this id had no answer yet. */
  readonly isDuplicate: boolean;
  /** An answer: a cancellation of its request had passed before it. */
  readonly isCancelled: boolean;
  /** A notification that cancels a request, or tells of its progress. */
  readonly about: "cancel" | "progress" | null;
  /** The entries of a batch, in their order; of all others empty. */
  readonly entries: readonly RpcMessage[];
}

/** A whole frame. */
export interface SessionMessage extends SessionSpan {
  /** Says which kind of item it is. */
  readonly kind: "message";
  /** Its JSON value, parsed; `undefined` if the payload is no JSON. */
  readonly json: unknown;
  /** What it is in JSON-RPC; `null` if it is none. */
  readonly rpc: RpcMessage | null;
}

/** A line of a stream that has no frames, or of stderr. */
export interface SessionText extends SessionSpan {
  /** Says which kind of item it is. */
  readonly kind: "text";
  /** Whether its line ends with it: a line above the limit is cut. */
  readonly isWhole: boolean;
}

/**
 * Why bytes in a stream of frames are no message: `between` frames, `blank` (an
 * empty line where each line is JSON; most readers pass over it), no `json`, or
 * JSON and no `rpc` in a session that speaks JSON-RPC.
 */
export type NoiseReason = "between" | "blank" | "json" | "rpc";

/** Bytes in a stream of frames that are no message: a stray print. */
export interface SessionNoise extends SessionSpan {
  /** Says which kind of item it is. */
  readonly kind: "noise";
  /** Why it is noise. */
  readonly reason: NoiseReason;
}

/**
 * Why a frame could not be read: a header breaks its `rule`, it is too `long`,
 * the stream has come to its `end` within it, bytes of it were not recorded
 * (`gap`), or the recording stops within it (`cut`).
 */
export type BrokenReason = "rule" | "long" | "end" | "gap" | "cut";

/** A frame that could not be read, or a part of one. */
export interface SessionBroken extends SessionSpan {
  /** Says which kind of item it is. */
  readonly kind: "broken";
  /** Why it could not be read, for a program. */
  readonly reason: BrokenReason;
  /** Why it could not be read, in a few words. */
  readonly why: string;
  /** It belongs to the broken frame before it, and is counted with it. */
  readonly isRest: boolean;
}

/** Bytes that passed and were not recorded. */
export interface SessionGap extends SessionMoment {
  /** Says which kind of item it is. */
  readonly kind: "gap";
  /** The stream that they came through. */
  readonly from: RecordedStream;
  /** How many bytes of the stream stand before them. */
  readonly offset: number;
  /** How many bytes are missing. */
  readonly bytes: number;
  /** Why, in a few words. */
  readonly why: string;
}

/** A stream has ended. */
export interface SessionEnd extends SessionMoment {
  /** Says which kind of item it is. */
  readonly kind: "end";
  /** The stream. */
  readonly from: RecordedStream;
  /** How many bytes it had. */
  readonly offset: number;
}

/** How the command ended. */
export interface SessionStatus extends SessionMoment {
  /** Says which kind of item it is. */
  readonly kind: "status";
  /** How it ended. */
  readonly status: RecordedStatus["status"];
  /** The bytes of each stream, as the recorder counted them. */
  readonly bytes: RecordedStatus["bytes"];
}

/** A request without an answer, told at the end of the recording. */
export interface SessionPending extends SessionMoment {
  /** Says which kind of item it is. */
  readonly kind: "pending";
  /** The stream that the request came through. */
  readonly from: RecordedStream;
  /** The `index` of the message with the request. */
  readonly requestIndex: number;
  /** Its method. */
  readonly method: string;
  /** Its id. */
  readonly id: RpcId;
  /** How long it had waited, in milliseconds. */
  readonly durationMs: number;
  /** A cancellation of it had passed. */
  readonly isCancelled: boolean;
  /** It was forgotten, as more requests were pending than are remembered. */
  readonly isForgotten: boolean;
}

/** What a session consists of, in the order in which it was complete. */
export type SessionItem =
  | SessionMessage
  | SessionText
  | SessionNoise
  | SessionBroken
  | SessionGap
  | SessionEnd
  | SessionStatus
  | SessionPending;

/** The counts of one stream. */
export interface StreamTotals {
  /** Bytes that are in the recording. */
  bytes: number;
  /** Pieces: what one read gave. */
  pieces: number;
  /** Whole frames. */
  messages: number;
  /** Lines of a stream without frames. */
  lines: number;
  /** Stretches of noise, without blank lines. */
  noise: number;
  /** Frames that could not be read. */
  broken: number;
  /** Gaps. */
  gaps: number;
  /** Bytes that were not recorded. */
  missingBytes: number;
  /** Whether its end is in the recording. */
  hasEnded: boolean;
}

/** An answer and the time that it took. */
export interface SlowestAnswer {
  /** The `index` of the message with the answer. */
  readonly index: number;
  /** The method of its request. */
  readonly method: string;
  /** The id. */
  readonly id: RpcId;
  /** The stream that the answer came through. */
  readonly from: RecordedStream;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/** The counts of a session, so far. */
export interface SessionTotals {
  /** The time of the last event, in milliseconds since the start. */
  ms: number;
  /** Items. */
  items: number;
  /** The counts of each stream. */
  readonly streams: Readonly<Record<RecordedStream, StreamTotals>>;
  /** Requests, each entry of a batch counted by itself, as in all below. */
  requests: number;
  /** Answers to a known request, those with an error included. */
  answered: number;
  /** Answers that say what has failed. */
  errors: number;
  /** Notifications. */
  notifications: number;
  /** Answers whose request is not known. */
  unasked: number;
  /** Requests with an id that was pending already. */
  duplicates: number;
  /** Requests that were cancelled. */
  cancelled: number;
  /** Requests without an answer so far; at the end, those told as `pending`. */
  pending: number;
  /** The answer that took longest. */
  slowest: SlowestAnswer | null;
  /** How the command ended; `null` if the recording does not say so. */
  status: RecordedStatus["status"] | null;
}
