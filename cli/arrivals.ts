import { PipeReader } from "../mod.ts";
import type { Clock } from "./clock.ts";
import type { Arrival } from "./formats/format.ts";

/** Told of every read of a pipe. */
export type OnRead = (chunk: Uint8Array, arrival: Arrival) => void;

/**
 * A pipe whose reads are stamped: bytes carry the time at which they arrived,
 * whatever is cut from them later.
 */
export class Arrivals {
  /** Reads the pipe. */
  readonly reader: PipeReader;
  /** When the last bytes arrived that {@linkcode reader} has. */
  last: Arrival;

  /** Stamps what `source` gives from now on. */
  constructor(
    source: PipeReader,
    stream: Arrival["stream"],
    clock: Clock,
    onRead: OnRead,
  ) {
    const chunks = source.rest().getReader();
    this.last = clock.now(stream);
    const stamped = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { value, done } = await chunks.read();
        this.last = clock.now(stream);
        if (done) return controller.close();
        onRead(value, this.last);
        controller.enqueue(value);
      },
      cancel: (reason) => chunks.cancel(reason),
    }, { highWaterMark: 0 });
    this.reader = new PipeReader(stamped);
  }
}
