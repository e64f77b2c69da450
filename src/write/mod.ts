/**
 * Write to a pipe, many small writes as one, and to the program's own
 * stdout and stderr.
 *
 * @module
 */
export { PipeWriter } from "./writer.ts";
export type { Sink } from "./sink.ts";
export { copy, type CopyOptions, type CopyResult } from "./copy.ts";
export { stderrWriter, stdoutWriter } from "./stdout.ts";
export { BrokenPipeError } from "../errors.ts";
