/**
 * Keep what passed through pipes, with its times, read it again, and play it.
 *
 * A recording is JSON, a line each. It holds all that passed, so what is secret
 * there is secret in it: messages, files that were opened, tokens. The command and
 * its arguments stand in the first line. The environment is not recorded.
 *
 * @module
 */
export { Recording } from "./recording.ts";
export { Recorder } from "./recorder.ts";
export type { RecorderOptions } from "./recorder_options.ts";
export { record, type RecordOptions } from "./record.ts";
export type { Redaction } from "./redact.ts";
export { RecordingError } from "./line.ts";
export {
  analyse,
  type AnalyseOptions,
  type EventsOfSession,
  Session,
  sessionFrameOf,
  type SessionItems,
} from "./session.ts";
export { SESSION_FRAMES } from "./session_item.ts";
export type {
  BrokenReason,
  NoiseReason,
  RpcId,
  RpcMessage,
  SessionBroken,
  SessionEnd,
  SessionFrame,
  SessionGap,
  SessionItem,
  SessionMessage,
  SessionMoment,
  SessionNoise,
  SessionPending,
  SessionSpan,
  SessionStatus,
  SessionText,
  SessionTotals,
  SlowestAnswer,
  StreamTotals,
} from "./session_item.ts";
export { RECORDED_STREAMS } from "./event.ts";
export type {
  PassedBytes,
  RecordedEnd,
  RecordedEvent,
  RecordedGap,
  RecordedPiece,
  RecordedStatus,
  RecordedStream,
  RecordingHeader,
} from "./event.ts";
export { type Replay, replay, type ReplayOptions } from "./replay.ts";
export type { Playable, RecordedChild } from "./recorded_child.ts";
export { ManualClock, type ReplayClock } from "./replay_clock.ts";
export { type StandIn, standIn, type StandInOptions } from "./stand_in.ts";
