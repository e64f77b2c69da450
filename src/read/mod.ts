/**
 * Read a stream of bytes in the shape that each call asks for: slices, lines,
 * exact sizes, frames.
 *
 * @module
 */
export { PipeReader } from "./reader.ts";
export type {
  LineOptions,
  OnRead,
  PipeReaderOptions,
  ReadFrameOptions,
  ReadUntilOptions,
  SliceOptions,
  WaitOptions,
} from "./read_options.ts";
export type { Source } from "./source.ts";
export { sliceChunk } from "./slice_chunk.ts";
export { FrameStream } from "./frame_stream.ts";
export { LineStream } from "./line_stream.ts";
export { SliceStream } from "./slice_stream.ts";
export {
  FramingError,
  type FramingErrorOptions,
  TooLongError,
  type TooLongErrorOptions,
  UnexpectedEndError,
  type UnexpectedEndErrorOptions,
} from "../errors.ts";
