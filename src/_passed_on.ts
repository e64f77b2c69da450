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
