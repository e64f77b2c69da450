/**
 * A process's pipe, seen and used properly.
 *
 * @module
 */
export { PipeReader } from "./src/reader.ts";
export { PipeWriter } from "./src/writer.ts";
