import { checkKeys, checkOneOf } from "../check.ts";
import type { PipeReader } from "../read/reader.ts";
import type { Sink } from "../write/sink.ts";
import type { PipeWriter } from "../write/writer.ts";
import { RECORDED_STREAMS, type RecordedStream } from "./event.ts";
import { Recorder } from "./recorder.ts";
import type { RecorderOptions } from "./recorder_options.ts";

/** Options of {@linkcode record}. */
export interface RecordOptions extends RecorderOptions {
  /** Which stream of the command the reader reads. @default {"out"} */
  from?: RecordedStream;
}

/**
 * Keeps all that a reader reads from now on as a recording, with the time of each
 * read. What reads goes on as before: nothing is read for the recording alone.
 *
 * An `onRead` that the reader has is called as well. What has arrived
 * before and was not taken yet is not recorded. The end of the stream is not seen
 * here: `recorder.end("out")` keeps it.
 *
 * @param reader Whose reads are kept.
 * @param to Where the recording goes, as a `Recorder` takes it; or a recorder, for
 *   a further stream of the same command.
 * @param options Those of a `Recorder`, and which stream this is. Of a further
 *   stream, that alone.
 * @returns The recorder: `finish` writes what is left and closes.
 * @throws {TypeError | RangeError} If an option is unknown or unusable.
 *
 * @example What a child wrote, read as lines and kept as it came
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, record, Recording } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["Spam 0\nSpam 1\n"]).stream());
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const recording = Recording.read(readable);
 *
 * const recorder = record(reader, writable, {
 *   program: "example 1.0",
 *   command: ["printf", "Spam 0\\nSpam 1\\n"],
 * });
 * for await (const line of reader.lines()) assertEquals(line.length, 6);
 * recorder.end("out");
 * const finished = recorder.finish();
 *
 * const events = await Array.fromAsync(await recording);
 * await finished;
 * assertEquals(events.map(({ kind }) => kind), ["piece", "end"]);
 * ```
 */
export function record(
  reader: PipeReader,
  to: PipeWriter | WritableStream<Uint8Array> | Sink,
  options: RecordOptions,
): Recorder;
/** Keeps all that a further reader reads from now on, in the same recording. */
export function record(
  reader: PipeReader,
  to: Recorder,
  options?: Pick<RecordOptions, "from">,
): Recorder;
export function record(
  reader: PipeReader,
  to: Recorder | PipeWriter | WritableStream<Uint8Array> | Sink,
  options: Partial<RecordOptions> = {},
): Recorder {
  const { from = "out", ...rest } = options;
  checkOneOf("record", "from", from, RECORDED_STREAMS);
  if (to instanceof Recorder) {
    checkKeys("record", options, ["from"], "the options of a further stream");
  }
  const recorder = to instanceof Recorder
    ? to
    : new Recorder(to, rest as RecorderOptions);
  const before = reader.onRead;
  reader.onRead = (bytes, atMs) => {
    recorder.piece(from, bytes, atMs);
    before?.(bytes, atMs);
  };
  return recorder;
}
