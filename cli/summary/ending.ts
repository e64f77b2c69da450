import type { ExitReason, ExitStatus } from "../../mod.ts";
import { formatMs } from "./amounts.ts";

/**
 * How the child ended; `null` if the program stopped it, as the log had all
 * that was asked for or its reader had left.
 */
export type Ending = ExitStatus | null;

/** What each reason is to a person who does not know the library. */
const WHY: Record<ExitReason, string> = {
  exited: "by itself",
  signaled: "by a signal from elsewhere",
  timeout: "stopped by --timeout",
  idle: "stopped by --idle",
  aborted: "stopped by the program",
  stopped: "stopped by the program",
  disposed: "stopped by the program",
  received: "as the program was told to end",
  input: "stopped as its input failed",
  lost: "the system did not tell how",
};

/** How the child ended, in words: `code 1 after 2.00 s, by itself`. */
export function describeEnding(ending: Ending): string {
  if (ending === null) {
    return "stopped by the program: the log was complete, or its reader left";
  }
  const { signal, code, durationMs, reason } = ending;
  const how = signal === null
    ? `code ${code}`
    : typeof signal === "number"
    ? `signal ${signal}`
    : signal;
  return `${how} after ${formatMs(durationMs)}, ${WHY[reason]}`;
}
