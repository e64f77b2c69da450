import type { ExitReason, ExitStatus } from "../../src/exit_status.ts";

/** A count with commas: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count in at most six columns: `99,999`, `356 k`, `1.2 M`. */
export function shortCount(count: number): string {
  if (count < 99_999.5) return formatCount(count);
  const [unit, name] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  return `${digits(count / unit, 1)} ${name}`;
}

/** A count and what is counted: `1 read`, `1,234 reads`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes in powers of 1024: `0 B`, `1023 B`, `1.2 MiB`, `123 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1023.5) return `${Math.round(bytes)} B`;
  let amount = bytes / 1024;
  let unit = 0;
  // 1024 of one unit is shown as 1.0 of the next.
  while (amount >= 1023.5 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${digits(amount, 1)} ${UNITS[unit]}`;
}

/** A length of time: `250 µs`, `1.5 ms`, `12.3 s`, `2 min 5 s`, `1 h 2 min`. */
export function formatMs(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms, 2)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000, 2)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three digits, at most `decimals` of them after the point. */
function digits(amount: number, decimals: number): string {
  const shown = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
  return amount.toFixed(Math.min(shown, decimals));
}

/** East Asian and emoji characters, which take two columns of a terminal. */
const WIDE = /[\u1100-\u115f\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u;

/** How many columns of a terminal a text takes, at most. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A text of at most so many columns, cut with `…` where it is longer. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let cut = "";
  let room = columns - 1;
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    cut += character;
  }
  return `${cut}…`;
}

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
