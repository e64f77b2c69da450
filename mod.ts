/**
 * A process's pipe, seen and used properly.
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
export { BrokenPipeError } from "./src/broken_pipe_error.ts";
export type { Child, StopOptions } from "./src/process/child.ts";
export {
  contentLength,
  type ContentLengthFrame,
  type ContentLengthOptions,
} from "./src/frame/content_length.ts";
export {
  type DelimitedFramingOptions,
  lines,
  nul,
} from "./src/frame/delimited_framings.ts";
export { endAs } from "./src/process/end_as.ts";
export { ExitError } from "./src/process/exit_error.ts";
export type { ExitReason, ExitStatus } from "./src/process/exit_status.ts";
export { FrameEncoderStream } from "./src/frame/frame_encoder_stream.ts";
export { FrameStream } from "./src/read/frame_stream.ts";
export type {
  DelimitedRule,
  Framing,
  Measure,
  MeasuredRule,
} from "./src/frame/framing.ts";
export { FramingError, type FramingErrorOptions } from "./src/framing_error.ts";
export {
  lengthPrefix,
  type LengthPrefixOptions,
} from "./src/frame/length_prefix.ts";
export { LineStream } from "./src/read/line_stream.ts";
export type {
  ModulePermissions,
  PermissionKind,
} from "./src/process/module_permissions.ts";
export {
  pythonConnection,
  type PythonConnectionOptions,
} from "./src/frame/python_connection.ts";
export type {
  LineOptions,
  ReadFrameOptions,
  ReadUntilOptions,
  SliceOptions,
  WaitOptions,
} from "./src/read/read_options.ts";
export { PipeReader } from "./src/read/reader.ts";
export { run, type RunOptions, type RunResult } from "./src/process/run.ts";
export { sliceChunk } from "./src/read/slice_chunk.ts";
export { SliceStream } from "./src/read/slice_stream.ts";
export { spawn, type SpawnOptions } from "./src/process/spawn.ts";
export {
  spawnModule,
  type SpawnModuleOptions,
} from "./src/process/spawn_module.ts";
export { StartError, type StartErrorKind } from "./src/process/start_error.ts";
export { stdoutWriter } from "./src/write/stdout_writer.ts";
export {
  type StopLadder,
  stopLadder,
  type StopLadderOptions,
  type StopStep,
} from "./src/process/stop_ladder.ts";
export {
  TooLongError,
  type TooLongErrorOptions,
} from "./src/too_long_error.ts";
export {
  UnexpectedEndError,
  type UnexpectedEndErrorOptions,
} from "./src/unexpected_end_error.ts";
export { PipeWriter } from "./src/write/writer.ts";
