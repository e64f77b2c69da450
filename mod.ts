/**
 * A process's pipe, seen and used properly: own a child until its end, read and
 * write its pipes, say where a message ends, talk in messages, record what
 * passes and play it again. Each of these rooms can be imported alone, as
 * `@basic-pipes/basic-pipes/recording`.
 *
 * @example The first program on pipes, its parent
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * // Whatever ends this scope ends the child.
 * await using child = spawn("printf", ["Spam 0"]);
 * const got: string[] = [];
 * // Up to 32 bytes, as soon as there are any: a read is not a message.
 * for await (const slice of child.stdout.slices(32)) {
 *   got.push(new TextDecoder().decode(slice));
 * }
 * assertEquals(got, ["Spam 0"]);
 * await child.check(); // throws unless it ended by itself with code 0
 * ```
 *
 * @module
 */
// Start a process, and own it until its end.
export { spawn, spawnModule } from "./src/process/spawn.ts";
export type { SpawnOptions } from "./src/process/spawn_options.ts";
export { run, type RunOptions, type RunResult } from "./src/process/run.ts";
export type { Child } from "./src/process/child.ts";
export type {
  ModulePermissions,
  PermissionKind,
  SpawnModuleOptions,
} from "./src/process/module_command.ts";

// Read what it writes: slices, lines, exact sizes, frames.
export { PipeReader } from "./src/read/reader.ts";
export { stdinReader } from "./src/read/stdin_reader.ts";
export type {
  Delimiter,
  LineOptions,
  OnRead,
  PipeReaderOptions,
  ReadAllOptions,
  ReadFrameOptions,
  ReadTextOptions,
  ReadUntilOptions,
  SliceOptions,
  WaitOptions,
} from "./src/read/read_options.ts";
export type { Source } from "./src/read/source.ts";
export { sliceChunk } from "./src/read/slice_chunk.ts";
export {
  FrameDecoderStream,
  SliceStream,
  TextLineStream,
} from "./src/read/streams.ts";

// Write to it, to the program's own stdout and stderr, or all that is read.
export { PipeWriter } from "./src/write/writer.ts";
export type { Sink } from "./src/write/sink.ts";
export { copy, type CopyOptions, type CopyResult } from "./src/write/copy.ts";
export { stderrWriter, stdoutWriter } from "./src/write/stdout.ts";

// Say where one message ends and the next begins.
export {
  delimited,
  type DelimitedFramingOptions,
  type DelimitedOptions,
  lines,
  nul,
} from "./src/frame/delimited.ts";
export {
  lengthPrefix,
  type LengthPrefixOptions,
} from "./src/frame/length_prefix.ts";
export {
  contentLength,
  type ContentLengthFrame,
  type ContentLengthOptions,
  type Header,
} from "./src/frame/content_length.ts";
export {
  pythonConnection,
  type PythonConnectionOptions,
} from "./src/frame/length_prefix.ts";
export type {
  DelimitedRule,
  Framing,
  Measure,
  MeasuredRule,
} from "./src/frame/framing.ts";
export { FrameEncoderStream } from "./src/frame/encoder_stream.ts";

// Talk: messages both ways with a process in any language.
export {
  Channel,
  type ChannelOptions,
  type ChannelPipes,
} from "./src/channel/channel.ts";
export { channelOf } from "./src/channel/channel_of.ts";
export {
  bytes,
  type Format,
  type MessageOptions,
} from "./src/channel/format.ts";
export { jsonHeader, jsonLength, jsonLines } from "./src/channel/json.ts";
export { structured } from "./src/channel/structured.ts";
export {
  parentChannel,
  type ParentChannelOptions,
} from "./src/channel/parent_channel.ts";
export type { RequestOptions } from "./src/channel/asking.ts";
export type { Call, Handlers, ServeOptions } from "./src/channel/serving.ts";

// Record: what passed through the pipes, with its times, and read it again.
export { Recorder } from "./src/recording/recorder.ts";
export type { RecorderOptions } from "./src/recording/recorder_options.ts";
export { record, type RecordOptions } from "./src/recording/record.ts";
export { Recording } from "./src/recording/recording.ts";
export type { Redaction } from "./src/recording/redact.ts";
export { RECORDED_STREAMS } from "./src/recording/event.ts";
export type {
  PassedBytes,
  RecordedEnd,
  RecordedEvent,
  RecordedGap,
  RecordedPiece,
  RecordedStatus,
  RecordedStream,
  RecordingHeader,
} from "./src/recording/event.ts";
export {
  analyse,
  type AnalyseOptions,
  type EventsOfSession,
  Session,
  sessionFrameOf,
  type SessionItems,
} from "./src/recording/session.ts";
export { SESSION_FRAMES } from "./src/recording/session_item.ts";
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
} from "./src/recording/session_item.ts";

// Play it: a child that is a recording.
export {
  type Replay,
  replay,
  type ReplayOptions,
} from "./src/recording/replay.ts";
export {
  type StandIn,
  standIn,
  type StandInOptions,
} from "./src/recording/stand_in.ts";
export type {
  Playable,
  RecordedChild,
} from "./src/recording/recorded_child.ts";
export { ManualClock, type ReplayClock } from "./src/recording/replay_clock.ts";

// End: how a child is stopped, how it ended, and how this program ends.
export {
  type StopLadder,
  stopLadder,
  type StopLadderOptions,
  type StopStep,
} from "./src/process/stop.ts";
export type { EndOptions, StopOptions } from "./src/process/child.ts";
export type { ExitReason, ExitStatus } from "./src/exit_status.ts";
export { endAs } from "./src/process/end_as.ts";

// Errors.
export {
  DisconnectedError,
  NoiseError,
  RequestError,
} from "./src/channel/errors.ts";
export { RecordingError } from "./src/recording/line.ts";
export { ExitError } from "./src/exit_status.ts";
export { StartError, type StartErrorKind } from "./src/process/start.ts";
export {
  BrokenPipeError,
  FramingError,
  type FramingErrorOptions,
  OutputDroppedError,
  TooLongError,
  type TooLongErrorOptions,
  UnexpectedEndError,
  type UnexpectedEndErrorOptions,
} from "./src/errors.ts";
