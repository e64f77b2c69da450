/**
 * Write to a pipe, many small writes as one, and to the program's own stdout.
 *
 * @module
 */
export { PipeWriter } from "./writer.ts";
export type { Sink } from "./sink.ts";
export { stdoutWriter } from "./stdout_writer.ts";
export { BrokenPipeError } from "../errors.ts";
