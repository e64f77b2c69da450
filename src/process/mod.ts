/**
 * Start a process and own it until its end.
 *
 * @module
 */
export { spawn, spawnModule } from "./spawn.ts";
export type { SpawnOptions } from "./spawn_options.ts";
export { run, type RunOptions, type RunResult } from "./run.ts";
export { type Child, type EndOptions, type StopOptions } from "./child.ts";
export type { ExitReason, ExitStatus } from "../exit_status.ts";
export type {
  ModulePermissions,
  PermissionKind,
  SpawnModuleOptions,
} from "./module_command.ts";
export {
  type StopLadder,
  stopLadder,
  type StopLadderOptions,
  type StopStep,
} from "./stop.ts";
export { OutputDroppedError } from "../errors.ts";
export { ExitError } from "../exit_status.ts";
export { endAs } from "./end_as.ts";
export { StartError, type StartErrorKind } from "./start.ts";
