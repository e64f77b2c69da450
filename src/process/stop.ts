import { checkKeys, checkList, checkMs, checkOneOf } from "../check.ts";
import { GRACE_MS, HANG_UP_MS, KILLED_MS, settlesWithin } from "../wait.ts";
import type { ExitReason } from "../exit_status.ts";
import { checkSignal, SIGNAL_NUMBERS } from "./system_signals.ts";

/** One step of a {@linkcode StopLadder}; what is named in it happens in order. */
export interface StopStep {
  /** Closes the child's stdin, if it is piped. */
  readonly close?: "stdin";
  /** Sends this signal; SIGCONT follows, so that a stopped child handles it. */
  readonly signal?: Deno.Signal;
  /**
   * How long to wait for the child's end before the next step, 0 to
   * 2,147,483,647 ms.
   *
   * @default {0}
   */
  readonly waitMs?: number;
}

/**
 * The steps that end a child, in order, until it has ended.
 *
 * `spawn` and `child.stop` refuse one without a step, or with a step that does
 * nothing, has a part that is unknown, or is out of its range. It may end without SIGKILL; a child that is still there
 * when its scope is left is then killed.
 *
 * @example A ladder by hand: time to finish, Ctrl-C, SIGKILL
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn, type StopLadder } from "@basic-pipes/basic-pipes";
 *
 * const ladder: StopLadder = [
 *   { close: "stdin", waitMs: 5000 },
 *   { signal: "SIGINT", waitMs: 1000 },
 *   { signal: "SIGKILL", waitMs: 1000 },
 * ];
 * await using child = spawn("cat", [], { stdin: "piped", ladder });
 * assertEquals(await child.stop(), true);
 * const { code, reason, stopSteps } = await child.status;
 * assertEquals([code, reason, stopSteps], [0, "stopped", 1]);
 * ```
 */
export type StopLadder = readonly StopStep[];

/** Options of {@linkcode stopLadder}. */
export interface StopLadderOptions {
  /**
   * Milliseconds between SIGTERM and SIGKILL, 0 to 2,147,483,647.
   *
   * @default {5000}
   */
  graceMs?: number;
}

/**
 * The usual ladder: close stdin, SIGTERM, a grace, SIGKILL, and 1 s for the
 * system to take the process away.
 *
 * The order is that of `timeout(1)` and `systemd.kill(5)`, with the end of
 * stdin in front, which ends a child that reads and one that watches its
 * life line.
 *
 * On Windows SIGTERM ends a process at once, without a cleanup: the child has no
 * grace after the end of its stdin. For one that ends with its stdin write
 * `[{ close: "stdin", waitMs: 5000 }, { signal: "SIGKILL", waitMs: 1000 }]`.
 *
 * @param options The grace.
 * @returns The three steps, in a new array. A ladder is a plain array of plain
 *   objects: take parts of this one, or write your own.
 * @throws {RangeError} When `graceMs` is out of its range.
 * @throws {TypeError} When an option is unknown.
 *
 * @example A ladder with a short grace
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stopLadder } from "@basic-pipes/basic-pipes";
 *
 * assertEquals(stopLadder({ graceMs: 200 }), [
 *   { close: "stdin" },
 *   { signal: "SIGTERM", waitMs: 200 },
 *   { signal: "SIGKILL", waitMs: 1000 },
 * ]);
 * ```
 */
export function stopLadder(options: StopLadderOptions = {}): StopLadder {
  checkKeys("make a stop ladder", options, ["graceMs"]);
  const { graceMs = GRACE_MS } = options;
  checkMs("make a stop ladder", "graceMs", graceMs);
  // Where SIGTERM or SIGHUP to this program starts the stop, `passedOn` below puts
  // that signal in the place of SIGTERM here.
  return [
    { close: "stdin" },
    { signal: "SIGTERM", waitMs: graceMs },
    { signal: "SIGKILL", waitMs: KILLED_MS },
  ];
}

const STEP_KEYS = ["close", "signal", "waitMs"] as const;

/** Refuses a ladder that would do nothing or cannot be walked. */
export function checkLadder(purpose: string, ladder: StopLadder): void {
  checkList(purpose, "its stop ladder", ladder);
  if (ladder.length === 0) {
    throw new RangeError(
      `Cannot ${purpose} as its stop ladder has no step: current value is []`,
    );
  }
  for (const step of ladder) {
    checkKeys(purpose, step, STEP_KEYS, "the parts of a step");
    const { waitMs, signal, close } = step;
    checkOneOf(purpose, "what a step closes", close, ["stdin"]);
    checkMs(purpose, "a step's waitMs", waitMs);
    if (signal !== undefined) checkSignal(purpose, signal);
    if ((waitMs ?? signal ?? close) === undefined) {
      throw new TypeError(
        `Cannot ${purpose} as a step must have one of ${
          STEP_KEYS.join(", ")
        }: current value is {}`,
      );
    }
  }
}

/** What ends a child whose own ladder does not. */
export const LAST_STEP: StopLadder = [{ signal: "SIGKILL", waitMs: KILLED_MS }];

/**
 * The kernel sends SIGHUP to the foreground group only if the session leader is
 * a shell. Give it a while; then send it ourselves.
 */
const HANG_UP: StopStep = { waitMs: HANG_UP_MS };

/**
 * When a console window is closed, Windows ends all its processes after 5 s. The
 * child has the event itself.
 */
const WINDOW_CLOSED_MS = 4000;

/**
 * The child's own ladder, with a signal that this program received as its first
 * signal: the child gets SIGHUP for SIGHUP, with the grace of the ladder's own
 * first signal.
 */
export function passedOn(
  ladder: StopLadder,
  signal: Deno.Signal,
  byTerminal: boolean,
): StopLadder {
  const steps = ladder.filter((step) => step.signal !== undefined);
  const first = steps[0]?.signal === "SIGKILL" ? undefined : steps.shift();
  // If the ladder has no signal before SIGKILL, use the wait of its other step.
  const waitMs = first?.waitMs ??
    ladder.find((step) => step.signal === undefined)?.waitMs;
  if (!Object.hasOwn(SIGNAL_NUMBERS, signal)) {
    const graceMs = Math.min(waitMs ?? 0, WINDOW_CLOSED_MS);
    return [{ waitMs: graceMs }, ...LAST_STEP];
  }
  const passed = { signal, waitMs };
  return [...(byTerminal ? [HANG_UP] : []), passed, ...steps, ...LAST_STEP];
}

/** What a stop ladder acts on. */
export interface Stoppable {
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<unknown>;
  /** Whether it has ended. */
  readonly hasExited: boolean;
  /** Sends the signal if the process lives; never throws. */
  send(signal: Deno.Signal): void;
  /** Closes its stdin, if piped; never throws. */
  closeStdin(): void;
}

/** Walks the ladder from the top; resolves to whether the child has ended. */
async function walk(
  child: Stoppable,
  steps: Iterable<StopStep>,
  onStep: () => void,
): Promise<boolean> {
  for (const { close, signal, waitMs = 0 } of steps) {
    if (child.hasExited) return true;
    onStep();
    if (close === "stdin") child.closeStdin();
    if (signal !== undefined) {
      child.send(signal);
      // A stopped child keeps every signal but SIGKILL pending until SIGCONT.
      // Windows has neither.
      if (signal !== "SIGKILL") child.send("SIGCONT");
    }
    if (waitMs > 0) await settlesWithin(child.exited, waitMs);
  }
  return child.hasExited;
}

/** How a stop is asked for. */
export interface StopRequest {
  /** What made somebody ask. */
  cause?: unknown;
  /** Walks its ladder now, beside one that is walked. */
  atOnce?: boolean;
}

/** A stop under way. */
interface Stop {
  ladder: StopLadder;
  atOnce: boolean;
  hasEnded: Promise<boolean>;
}

/**
 * All the stops of one child.
 *
 * Several things can ask for one at the same time: a timeout, an abort, a signal
 * to this program, `stop()`, the end of the scope. The first one gives the reason
 * and the cause. Each brings a ladder:
 *
 * ```text
 * no stop under way            the ladder is walked
 * the same ladder as before    joins the walk: the steps are not taken twice
 * another ladder               walked after the one before, if the child lives
 * with atOnce                  walked now, beside the one before
 * after one with atOnce        walked now: a caller's ladder may be weaker than
 *                              all others, which must not wait for it
 * ```
 *
 * "The same" is the same array: a child's own ladder is one array for its whole
 * life, and the ladder of a signal is made anew for each. A walk ends early when
 * the child has ended. If ladders did not wait for each other, a timeout during
 * `stop()` would send SIGTERM twice, which to many programs means "at once".
 */
export class Stopper {
  /** Why the child was stopped, if it was. */
  reason: ExitReason | undefined;
  /** What made the first one ask. */
  cause: unknown;
  /** How many steps were taken. */
  steps = 0;
  readonly #child: Stoppable;
  #last: Stop | undefined;

  constructor(child: Stoppable) {
    this.#child = child;
  }

  /** Stops the child by the ladder; resolves to whether it has ended. */
  stop(
    reason: ExitReason,
    ladder: StopLadder,
    { cause, atOnce = false }: StopRequest = {},
  ): Promise<boolean> {
    if (this.reason === undefined) {
      this.reason = reason;
      this.cause = cause;
    }
    const before = this.#last;
    if (before?.ladder === ladder) return before.hasEnded;
    const go = () => walk(this.#child, ladder, () => this.steps++);
    const hasEnded = before === undefined || before.atOnce || atOnce
      ? go()
      : before.hasEnded.then((isOver) => isOver || go());
    const last = this.#last = { ladder, atOnce, hasEnded };
    return hasEnded.finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
  }
}
