/** The longest wait of a timer, in ms: a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Options of {@linkcode Ticks}. */
export interface TicksOptions {
  /**
   * A clock that never goes back, in milliseconds.
   *
   * @default {performance.now}
   */
  now?: () => number;
  /**
   * Resolves after about `ms` milliseconds (0 to 2,147,483,647, also a fraction).
   * Too early or too late does no harm. By default a timer.
   */
  sleep?: (ms: number) => Promise<void>;
}

/**
 * Pauses that do not drift. Each pause begins when the one before was due, not
 * when it ended, on the monotonic clock. A loop that sleeps also adds the time of
 * its work: 100 ticks of 20 ms with 2 ms of work take 2.4 s, not 2.0 s. After a
 * long stop the schedule starts again; the lost ticks do not follow in a burst.
 */
export class Ticks {
  readonly #tickMs: number;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<void>;
  #dueMs: number;

  /** Ticks of `tickMs` milliseconds, from now on. */
  constructor(tickMs: number, options: TicksOptions = {}) {
    this.#tickMs = tickMs;
    this.#now = options.now ?? (() => performance.now());
    this.#sleep = options.sleep ?? sleep;
    this.#dueMs = this.#now();
  }

  /** Resolves `ticks` ticks after the previous pause was due. */
  async pause(ticks: number): Promise<void> {
    this.#dueMs += ticks * this.#tickMs;
    let restMs = this.#dueMs - this.#now();
    if (restMs < -this.#tickMs) this.#dueMs = this.#now();
    for (; restMs > 0; restMs = this.#dueMs - this.#now()) {
      await this.#sleep(Math.min(restMs, MAX_TIMER_MS));
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
