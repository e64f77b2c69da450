import type { ExitReason, ExitStatus } from "../../src/exit_status.ts";
import { formatMs } from "./amounts.ts";

/**
 * Why the program stopped the child itself: the log had all that `--count`
 * asked for, or its reader had left.
 */
export type StoppedFor = "count" | "reader";

/** How the child ended, or why the program stopped it. */
export type Ending = ExitStatus | StoppedFor;

const WHY_WE_STOPPED: Record<StoppedFor, string> = {
  count: "--count was reached",
  reader: "the reader of the log had left",
};

/** Each reason, for a person who does not know the library. */
const WHY: Record<ExitReason, string> = {
  exited: "by itself",
  signaled: "a signal from elsewhere",
  timeout: "stopped by --timeout",
  idle: "stopped by --idle",
  aborted: "stopped by this program",
  stopped: "stopped by this program",
  disposed: "stopped by this program",
  received: "stopped as this program had to end",
  input: "stopped as its input failed",
  lost: "the system did not tell how",
};

/** Whether the program ended the child, without a failure of either. */
export function isOurStop(ending: Ending): ending is StoppedFor {
  return typeof ending === "string";
}

/** Less than this after the child's end, the log's end is the same moment. */
const SAME_MS = 500;

/**
 * How the child ended, in words: `after 2.00 s by itself, with exit status 0`.
 *
 * `durationMs` is the time until all was logged. It is told as a second time only
 * where it is at least half a second more than the child's own.
 */
export function describeEnding(ending: Ending, durationMs: number): string {
  if (isOurStop(ending)) {
    const after = formatMs(durationMs);
    return `after ${after}, stopped by this program: ${WHY_WE_STOPPED[ending]}`;
  }
  const isLater = durationMs - ending.durationMs >= SAME_MS;
  const after = formatMs(isLater ? ending.durationMs : durationMs);
  const later = isLater
    ? `; the log was complete after ${formatMs(durationMs)}`
    : "";
  return `after ${after} ${how(ending)}, ${why(ending)}${later}`;
}

function how({ signal, code }: ExitStatus): string {
  if (signal === null) return `with status ${code}`;
  return `by ${typeof signal === "number" ? `signal ${signal}` : signal}`;
}

function why({ reason, signal, receivedSignal }: ExitStatus): string {
  if (receivedSignal === null) return WHY[reason];
  // On a terminal both may have got it from there: "passed on" would be a guess.
  if (reason === "signaled" && signal === receivedSignal) {
    return "the signal that this program was sent";
  }
  return reason === "exited"
    ? `by itself, after this program was sent ${receivedSignal}`
    : WHY[reason];
}
