/**
 * Framings: the rules that say where one message ends, as data.
 *
 * @module
 */
export {
  type DelimitedFramingOptions,
  lines,
  nul,
} from "./delimited_framings.ts";
export { lengthPrefix, type LengthPrefixOptions } from "./length_prefix.ts";
export {
  contentLength,
  type ContentLengthFrame,
  type ContentLengthOptions,
} from "./content_length.ts";
export {
  pythonConnection,
  type PythonConnectionOptions,
} from "./python_connection.ts";
export type {
  DelimitedRule,
  Framing,
  Measure,
  MeasuredRule,
} from "./framing.ts";
export { FrameEncoderStream } from "./frame_encoder_stream.ts";
export { FramingError, type FramingErrorOptions } from "../errors.ts";
