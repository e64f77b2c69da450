/** A pipe that bytes came through. */
export type Stream = "out" | "err";

/** A stream that has lines: a recording also has what the command was sent. */
export type LineStream = Stream | "in";

/** One thing for each pipe. */
export type PerStream<T> = Record<Stream, T>;

/** When the bytes of a line came, and through which stream. */
export interface LineArrival {
  /** Wall time: milliseconds since 1970, with a fraction. */
  wallMs: number;
  /** Monotonic milliseconds since the start. */
  elapsedMs: number;
  /** The stream they came through. */
  stream: LineStream;
  /**
   * What stands on the lines instead of the name of the stream and a space. It
   * must not be able to act on a terminal.
   */
  mark?: string;
}

/** When bytes arrived, and through which pipe. */
export interface Arrival extends LineArrival {
  /** The pipe they came through. */
  stream: Stream;
}

/**
 * When bytes arrived, by both clocks.
 *
 * The wall clock of the platform counts whole milliseconds, the monotonic one
 * microseconds. The fraction comes from the monotonic clock, held within the
 * millisecond that the wall clock shows, so that a clock that is set while the
 * program runs is followed at once.
 */
export class Clock {
  readonly #startMs = performance.now();
  #offsetMs = performance.timeOrigin;

  /**
   * The time at which bytes of `stream` arrived: that of this call, or
   * `monotonicMs` a moment ago, by `performance.now()`.
   */
  now(stream: Stream, monotonicMs: number = performance.now()): Arrival {
    const wholeMs = Date.now();
    const wallMs = this.#offsetMs + monotonicMs;
    if (wallMs < wholeMs) this.#offsetMs = wholeMs - monotonicMs;
    else if (wallMs >= wholeMs + 1) {
      this.#offsetMs = wholeMs + 0.999 - monotonicMs;
    }
    return {
      wallMs: this.#offsetMs + monotonicMs,
      elapsedMs: monotonicMs - this.#startMs,
      stream,
    };
  }
}
