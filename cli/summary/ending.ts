import type { ExitReason, ExitStatus } from "../../src/process/exit_status.ts";
import { formatMs } from "./amounts.ts";

/**
 * Why the program stopped the child itself: the log had all that `--count`
 * asked for, or its reader had left.
 */
export type OurReason = "count" | "reader";

/** How the child ended, or why the program stopped it. */
export type Ending = ExitStatus | OurReason;

const OUR_WHY: Record<OurReason, string> = {
  count: "stopped by the program: as many lines as --count were logged",
  reader: "stopped by the program: the reader of the log had left",
};

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

/** Whether the program ended the child, without a failure of either. */
export function isOurs(ending: Ending): ending is OurReason {
  return typeof ending === "string";
}

/** How the child ended, in words: `code 1 after 2.00 s, by itself`. */
export function describeEnding(ending: Ending): string {
  if (isOurs(ending)) return OUR_WHY[ending];
  const { signal, code, durationMs } = ending;
  const how = signal === null
    ? `code ${code}`
    : typeof signal === "number"
    ? `signal ${signal}`
    : signal;
  return `${how} after ${formatMs(durationMs)}, ${why(ending)}`;
}

function why({ reason, signal, receivedSignal }: ExitStatus): string {
  if (receivedSignal === null) return WHY[reason];
  // On a terminal both got it from there, so "passed on" would be a guess.
  if (reason === "signaled" && signal === receivedSignal) {
    return "by the signal that the program was sent";
  }
  return reason === "exited"
    ? `by itself, after the program was sent ${receivedSignal}`
    : WHY[reason];
}
