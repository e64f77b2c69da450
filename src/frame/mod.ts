/**
 * Framings: the rules that say where one message ends, as data.
 *
 * @module
 */
export {
  delimited,
  type DelimitedFramingOptions,
  type DelimitedOptions,
  lines,
  nul,
} from "./delimited.ts";
export { lengthPrefix, type LengthPrefixOptions } from "./length_prefix.ts";
export {
  contentLength,
  type ContentLengthFrame,
  type ContentLengthOptions,
  type Header,
} from "./content_length.ts";
export {
  pythonConnection,
  type PythonConnectionOptions,
} from "./length_prefix.ts";
export type {
  DelimitedRule,
  Framing,
  Measure,
  MeasuredRule,
} from "./framing.ts";
export { FrameEncoderStream } from "./encoder_stream.ts";
export { FramingError, type FramingErrorOptions } from "../errors.ts";
