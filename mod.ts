/**
 * A process's pipe, seen and used properly.
 *
 * @module
 */
export type { Child, StopOptions } from "./src/child.ts";
export { endAs } from "./src/end_as.ts";
export { ExitError } from "./src/exit_error.ts";
export type { ExitReason, ExitStatus } from "./src/exit_status.ts";
export { PipeReader } from "./src/reader.ts";
export { spawn, type SpawnOptions } from "./src/spawn.ts";
export { StartError, type StartErrorKind } from "./src/start_error.ts";
export {
  type StopLadder,
  stopLadder,
  type StopLadderOptions,
  type StopStep,
} from "./src/stop_ladder.ts";
export { PipeWriter } from "./src/writer.ts";
