/** The longest wait one timer takes; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Options of {@linkcode Ticks}. */
export interface TicksOptions {
  /** A clock that never goes back, in milliseconds. Default: the platform's. */
  now?: () => number;
  /**
   * Resolves after about so many milliseconds (0 to 2147483647, a fraction is
   * allowed); too early or too late does no harm. Default: a timer.
   */
  sleep?: (ms: number) => Promise<void>;
}

/**
 * A pause that does not drift: each is counted from when the one before was
 * due, not from when it came, on the monotonic clock. Sleeping in a loop adds
 * up what the work in between took (100 ticks of 20 ms with 2 ms of work:
 * 2.4 s instead of 2.0 s). After a long stop the schedule starts anew instead
 * of catching up in a burst.
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

  /** Resolves `ticks` ticks after the pause before was due. */
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
