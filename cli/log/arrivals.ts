import { PipeReader } from "../../mod.ts";
import type { Clock } from "./clock.ts";
import type { Arrival } from "../formats/format.ts";

/** Told of every read of a pipe: before it waits, and of what it gave. */
export interface ReadObserver {
  /** A read begins to wait. */
  ask(arrival: Arrival): void;
  /** What a read gave, and when it arrived. */
  take(chunk: Uint8Array, arrival: Arrival): void;
}

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
    observer: ReadObserver | null,
  ) {
    const chunks = source.rest().getReader();
    this.last = clock.now(stream);
    const stamped = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        observer?.ask(clock.now(stream));
        const { value, done } = await chunks.read();
        this.last = clock.now(stream);
        if (done) return controller.close();
        observer?.take(value, this.last);
        controller.enqueue(value);
      },
      cancel: (reason) => chunks.cancel(reason),
    }, { highWaterMark: 0 });
    this.reader = new PipeReader(stamped);
  }
}
