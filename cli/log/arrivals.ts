import { PIPE_BYTES } from "../../src/bytes.ts";
import { PipeReader } from "../../src/read/reader.ts";
import type { Arrival, Clock, Stream } from "../arrival.ts";

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
  /** When the last bytes arrived, or the end. */
  last: Arrival;
  readonly #source: PipeReader;
  readonly #stream: Stream;
  readonly #clock: Clock;
  readonly #observer: ReadObserver | null;
  #reader: PipeReader | undefined;

  /** Stamps what `source` gives from now on. */
  constructor(
    source: PipeReader,
    stream: Stream,
    clock: Clock,
    observer: ReadObserver | null,
  ) {
    this.#source = source;
    this.#stream = stream;
    this.#clock = clock;
    this.#observer = observer;
    this.last = clock.now(stream);
  }

  /** What has arrived, as soon as there is anything; `null` at the end. */
  async chunk(): Promise<Uint8Array | null> {
    if (this.#reader !== undefined) return await this.#reader.read(PIPE_BYTES);
    this.#observer?.ask(this.#clock.now(this.#stream));
    return this.#stamp(await this.#source.read(PIPE_BYTES));
  }

  /**
   * Reads the pipe in any other shape; {@linkcode last} is of the bytes that
   * arrived last. Costs a stream between the two, so that each read is seen.
   */
  get reader(): PipeReader {
    return this.#reader ??= new PipeReader(this.#stamped());
  }

  #stamped(): ReadableStream<Uint8Array> {
    const chunks = this.#source.rest().getReader();
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        this.#observer?.ask(this.#clock.now(this.#stream));
        const chunk = this.#stamp((await chunks.read()).value ?? null);
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: (reason) => chunks.cancel(reason),
    }, { highWaterMark: 0 });
  }

  #stamp(chunk: Uint8Array | null): Uint8Array | null {
    this.last = this.#clock.now(this.#stream);
    if (chunk !== null) this.#observer?.take(chunk, this.last);
    return chunk;
  }
}
