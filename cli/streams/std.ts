// deno-lint-ignore-file no-import-prefix -- a remote entry reads no deno.json, so what it loads is named in full, here alone
/**
 * The streams of the Deno standard library that the program uses, typed.
 *
 * They do plain work: join. What has to keep each byte, its piece and
 * its time is in `src/`. Two are left alone on purpose: `mergeReadableStreams`
 * does not slow its sources down, so that a slow reader fills the memory, and
 * `LimitedBytesTransformStream` drops all of the chunk that crosses its limit.
 */
import * as untypedConcat from "npm:deno-std@1.4.0/streams/concat_readable_streams.js";

/**
 * `@std/streams`: the streams one after the other. Cancelled, it cancels all.
 *
 * At least one stream: without one, its first read fails.
 */
export const concatReadableStreams = untypedConcat
  .concatReadableStreams as <T>(
    ...streams: readonly ReadableStream<T>[]
  ) => ReadableStream<T>;
