/**
 * Read a stream of bytes in the shape that each call asks for: slices, lines,
 * exact sizes, frames.
 *
 * @module
 */
export { PipeReader } from "./reader.ts";
export { stdinReader } from "./stdin_reader.ts";
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
} from "./read_options.ts";
export type { Source } from "./source.ts";
export { sliceChunk } from "./slice_chunk.ts";
export { FrameDecoderStream, SliceStream, TextLineStream } from "./streams.ts";
export {
  FramingError,
  type FramingErrorOptions,
  TooLongError,
  type TooLongErrorOptions,
  UnexpectedEndError,
  type UnexpectedEndErrorOptions,
} from "../errors.ts";
