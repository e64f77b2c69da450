import type { StopStep } from "./stop_ladder.ts";
import { endedWithin } from "./_ended_within.ts";

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
export async function walk(
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
    if (waitMs > 0) await endedWithin(child.exited, waitMs);
  }
  return child.hasExited;
}
