/**
 * Start a process and own it until its end.
 *
 * @module
 */
export { spawn, type SpawnOptions } from "./spawn.ts";
export { spawnModule, type SpawnModuleOptions } from "./spawn_module.ts";
export { run, type RunOptions, type RunResult } from "./run.ts";
export type { Child, StopOptions } from "./child.ts";
export type {
  ModulePermissions,
  PermissionKind,
} from "./module_permissions.ts";
export {
  type StopLadder,
  stopLadder,
  type StopLadderOptions,
  type StopStep,
} from "./stop_ladder.ts";
export type { ExitReason, ExitStatus } from "./exit_status.ts";
export { endAs } from "./end_as.ts";
export { ExitError } from "./exit_error.ts";
export { StartError, type StartErrorKind } from "./start_error.ts";
