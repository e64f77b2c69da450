/** The longest wait of a timer, in ms: a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock by which a recording is played. {@linkcode ManualClock} is one for
 * tests; the default is `performance.now()` with a timer.
 *
 * @example A clock that goes a thousand times as fast
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { replay, type ReplayClock } from "@basic-pipes/basic-pipes";
 *
 * const clock: ReplayClock = {
 *   now: () => 1000 * performance.now(),
 *   sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 1000)),
 * };
 * const bytes = new TextEncoder().encode("a minute later");
 * await using child = replay(
 *   [{ kind: "piece", ms: 60_000, from: "out", offset: 0, bytes }],
 *   { clock },
 * );
 * assertEquals(await child.stdout.text(), "a minute later");
 * ```
 */
export interface ReplayClock {
  /** Milliseconds since any moment. It never goes back. */
  now(): number;
  /**
   * Resolves after about `ms` milliseconds of this clock, and as soon as `signal`
   * is aborted. Too early or too late does no harm: `now` decides.
   *
   * @param ms How long: more than 0, at most 2,147,483,647, also a fraction.
   * @param signal Aborted when nobody waits any more.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Real time. */
export const REAL_CLOCK: ReplayClock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener("abort", wake);
    }),
};

/** Somebody who sleeps until `dueMs`. */
interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/**
 * A clock that stands still until it is told how much time has passed: a test
 * of an hour takes no time, and does the same each time.
 *
 * It starts at 0 ms.
 *
 * @example A pause of a minute that takes no time
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ManualClock, replay } from "@basic-pipes/basic-pipes";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * const clock = new ManualClock();
 * await using child = replay([
 *   { kind: "piece", ms: 0, from: "out", offset: 0, bytes: bytes("first\n") },
 *   { kind: "piece", ms: 60_000, from: "out", offset: 6, bytes: bytes("last\n") },
 * ], { clock });
 *
 * assertEquals(await child.stdout.readLine(), "first");
 * const line = child.stdout.readLine();
 * await clock.advance(59_999); // nothing has come
 * await clock.advance(1);
 * assertEquals([await line, clock.now()], ["last", 60_000]);
 * ```
 */
export class ManualClock implements ReplayClock {
  #nowMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** The milliseconds by which the clock was advanced so far. */
  now(): number {
    return this.#nowMs;
  }

  /**
   * Resolves when the clock was advanced by `ms`, or as soon as `signal` is
   * aborted.
   *
   * @param ms How long.
   * @param signal Aborted when nobody waits any more.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { dueMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /**
   * Lets time pass. Each sleeper wakes at its own moment, the earliest first,
   * and what it does then is done before the next one wakes.
   *
   * @param ms How much time, 0 or more.
   * @returns Resolves when that time has passed on this clock.
   * @throws {RangeError} If `ms` is no such number.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) {
      throw new RangeError(
        `Cannot advance a clock as ms must be 0 or more: current value is ${ms}`,
      );
    }
    const endMs = this.#nowMs + ms;
    for (;;) {
      await turn();
      const next = this.#next();
      if (next === undefined || next.dueMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.wake();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #next(): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (next === undefined || sleeper.dueMs < next.dueMs) next = sleeper;
    }
    return next;
  }
}

/** A turn of the event loop: whoever was woken has gone to sleep again. */
function turn(): Promise<void> {
  // A timer of 0 ms takes a hundred times as long.
  return new Promise((resolve) => setImmediate(resolve));
}

/** The parts of a recording's times that a {@linkcode Schedule} takes. */
export interface ScheduleOptions {
  /** How many times as fast as recorded; `Infinity` does not wait. */
  speed: number;
  /** The longest pause between two events, in recorded ms. */
  maxGapMs: number;
  /** The recorded moment at which the schedule begins. */
  fromMs: number;
}

/**
 * When each moment of a recording is due. The moments are absolute, so that
 * lateness does not add up: what is overdue is due at once, and what comes after
 * it is due as if nothing had been late.
 */
export class Schedule {
  readonly #clock: ReplayClock;
  readonly #options: ScheduleOptions;
  readonly #startMs: number;
  #recordedMs: number;
  /** Recorded time that has passed, with long pauses cut. */
  #passedMs = 0;

  /** A schedule that begins now. */
  constructor(clock: ReplayClock, options: ScheduleOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#startMs = clock.now();
    this.#recordedMs = options.fromMs;
  }

  /**
   * Waits for a moment that is not before the last one.
   *
   * @returns `undefined` if it is due already: a promise for each of 100,000
   * events that are due would cost more than the events.
   */
  reach(recordedMs: number, signal: AbortSignal): Promise<void> | undefined {
    const gapMs = Math.max(0, recordedMs - this.#recordedMs);
    this.#recordedMs += gapMs;
    this.#passedMs += Math.min(gapMs, this.#options.maxGapMs);
    const dueMs = this.#startMs + this.#passedMs / this.#options.speed;
    return waitUntil(this.#clock, dueMs, signal);
  }
}

/** Waits until the clock shows `dueMs`; `undefined` if it does already. */
export function waitUntil(
  clock: ReplayClock,
  dueMs: number,
  signal: AbortSignal,
): Promise<void> | undefined {
  return clock.now() >= dueMs ? undefined : sleepUntil(clock, dueMs, signal);
}

async function sleepUntil(
  clock: ReplayClock,
  dueMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const restMs = dueMs - clock.now();
    if (restMs <= 0 || signal.aborted) return;
    await clock.sleep(Math.min(restMs, MAX_TIMER_MS), signal);
  }
}
