import type { Arrival } from "../formats/format.ts";

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

  /** The moment of this call, for bytes of `stream`. */
  now(stream: Arrival["stream"]): Arrival {
    const monotonicMs = performance.now();
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
