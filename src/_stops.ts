import type { ExitReason } from "./exit_status.ts";
import type { StopLadder } from "./stop_ladder.ts";
import { type Stoppable, walk } from "./_walk.ts";

/** How a stop is asked for. */
export interface StopRequest {
  /** What made somebody ask. */
  cause?: unknown;
  /** Does not wait for a stop under way. */
  atOnce?: boolean;
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
  #last: { ladder: StopLadder; hasEnded: Promise<boolean> } | undefined;

  constructor(child: Stoppable) {
    this.#child = child;
  }

  /**
   * Walks the ladder; resolves to whether the child has ended. The same ladder
   * is walked once at a time. Another one under way may be too weak: then this
   * one comes after it.
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
    const hasEnded = before === undefined || atOnce
      ? go()
      : before.hasEnded.then((isOver) => isOver || go());
    const last = this.#last = { ladder, hasEnded };
    return hasEnded.finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
  }
}
