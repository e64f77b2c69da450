/** The longest wait one timer takes; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A pause that does not drift: each is counted from when the one before was
 * due, not from when it came, on the monotonic clock. Sleeping in a loop adds
 * up what the work in between took (100 ticks of 20 ms with 2 ms of work:
 * 2.4 s instead of 2.0 s). After a long stop the schedule starts anew instead
 * of catching up in a burst.
 */
export class Ticks {
  readonly #tickMs: number;
  #dueMs = performance.now();

  /** Ticks of `tickMs` milliseconds, from now on. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** Resolves `ticks` ticks after the pause before was due. */
  async pause(ticks: number): Promise<void> {
    this.#dueMs += ticks * this.#tickMs;
    let restMs = this.#dueMs - performance.now();
    if (restMs < -this.#tickMs) this.#dueMs = performance.now();
    for (; restMs > 0; restMs = this.#dueMs - performance.now()) {
      const stepMs = Math.min(restMs, MAX_TIMER_MS);
      await new Promise((resolve) => setTimeout(resolve, stepMs));
    }
  }
}
