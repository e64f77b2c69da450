import type { CutSource } from "./cut_source.ts";

/** Hands all that a source has, and will have, to a stream. */
export function restStream(
  source: CutSource,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  source.handOver();
  const { buffer, intake } = source;
  // Not of the type "bytes": its enqueue would detach views given out before.
  return new ReadableStream({
    async pull(controller) {
      if (buffer.length === 0) {
        await intake.more(Infinity, () => new Error("never"), undefined);
      }
      if (buffer.length > 0) controller.enqueue(buffer.take(buffer.length));
      else controller.close();
    },
    async cancel(reason) {
      await intake.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
