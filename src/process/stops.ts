import { settlesWithin } from "../wait.ts";
import type { ExitReason } from "./exit_status.ts";
import type { StopLadder, StopStep } from "./stop_ladder.ts";

/** What ends a child whose own ladder does not. */
export const LAST_STEP: StopLadder = [{ signal: "SIGKILL", waitMs: 1000 }];

/**
 * The system tells the foreground group of a hang-up only where a shell leads
 * the session: who has not ended by then may not have been told.
 */
const HANG_UP: StopStep = { waitMs: 1000 };

/** The child's own ladder, with a signal that came as its request to end. */
export function passedOn(
  ladder: StopLadder,
  signal: Deno.Signal,
  byTerminal: boolean,
): StopLadder {
  const steps = ladder.filter((step) => step.signal !== undefined);
  const first = steps[0]?.signal === "SIGKILL" ? undefined : steps.shift();
  // A ladder without a grace of its own gives the one that is left to it.
  const waitMs = first?.waitMs ??
    ladder.find((step) => step.signal === undefined)?.waitMs;
  const told = { signal, waitMs };
  return [...(byTerminal ? [HANG_UP] : []), told, ...steps, ...LAST_STEP];
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
  /** Does not wait for a stop under way. */
  atOnce?: boolean;
}

/** A stop under way. */
interface Stop {
  ladder: StopLadder;
  /** By a ladder that the caller gave for this time alone. */
  isGiven: boolean;
  hasEnded: Promise<boolean>;
}

/** All the stops of one child: who asks first gives the reason. */
export class Stops {
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

  /**
   * Walks the ladder; resolves to whether the child has ended. The same ladder
   * is walked once at a time. One that was given may be weaker than all others,
   * which do not wait for it; any other comes first.
   */
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
    const hasEnded = before === undefined || before.isGiven || atOnce
      ? go()
      : before.hasEnded.then((isOver) => isOver || go());
    const last = this.#last = { ladder, isGiven: atOnce, hasEnded };
    return hasEnded.finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
  }
}
