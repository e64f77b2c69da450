import { shellWord } from "../../src/shell_word.ts";
import { escapeText } from "../../src/text_safety.ts";
import { showBytes } from "../formats/escape.ts";
import type { ExitReason, ExitStatus } from "../../src/exit_status.ts";
import type {
  Distribution,
  Octave,
  PipeStatistics,
  Quantiles,
  Silence,
  Statistics,
} from "./statistics.ts";

/** Columns of the names at the left. */
const NAME_COLUMNS = 14;
const COLUMNS = 80;

/** What the summary is about. */
export interface SummaryOptions {
  /** The `--label`. */
  label: string | null;
  /** The command and its arguments; `null` for the built-in child. */
  command: readonly string[] | null;
}

/**
 * What `--summary` prints: at most 30 lines of at most 80 columns, each ended
 * by a newline, plain and safe for a terminal.
 *
 * Sizes and gaps are within 1.6 %, their least and greatest exact. A histogram
 * has one column for each power of two.
 */
export function summary(
  statistics: Statistics,
  ending: Ending,
  { label, command }: SummaryOptions,
): string {
  const { out, err, durationMs, silences } = statistics;
  const lines: string[] = [];
  if (label !== null) lines.push(row("label", cutTo(escapeText(label))));
  lines.push(row("command", describeCommand(command)));
  lines.push(row("ended", describeEnding(ending)));
  lines.push(row("duration", formatMs(durationMs)));
  lines.push(...describePipe("stdout", out, durationMs));
  if (err.reads > 0) lines.push(...describePipe("stderr", err, durationMs));
  if (out.reads + err.reads > 0) lines.push(...describeReads(out, err));
  lines.push(...describeSilences(silences.longest));
  return lines.map((line) => line.trimEnd() + "\n").join("");
}

function row(name: string, value: string): string {
  return name.padEnd(NAME_COLUMNS) + value;
}

function describeCommand(command: readonly string[] | null): string {
  if (command === null) return "the built-in child";
  return cutTo(escapeText(command.map(shellWord).join(" ")));
}

/** A text that fits behind a name, cut with `…` where it is longer. */
function cutTo(text: string, columns = COLUMNS - NAME_COLUMNS): string {
  const characters = [...text];
  return characters.length <= columns
    ? text
    : characters.slice(0, columns - 1).join("") + "…";
}

/** The totals of one pipe, in four lines. */
function describePipe(
  name: string,
  pipe: PipeStatistics,
  durationMs: number,
): string[] {
  const { bytes, slices, reads, firstMs, lastMs } = pipe;
  if (reads === 0) return [row(name, "nothing")];
  const amount = bytes < 1024
    ? formatBytes(bytes)
    : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`;
  const rate = `${formatBytes(bytes / Math.max(durationMs, 0.001) * 1000)}/s`;
  // Frames are not counted as slices.
  const pieces = (slices > 0 ? `${countOf(slices, "slice")} of ` : "") +
    countOf(reads, "read");
  return [
    row(name, `${amount}, ${rate}`),
    row("", pieces + describeUsual(pipe)),
    row(
      "",
      `first byte after ${formatMs(firstMs)}, last after ${formatMs(lastMs)}`,
    ),
    row("", describeCharacters(pipe)),
  ];
}

/** Names the size of most reads if it is one of those that buffers have. */
function describeUsual({ exactly, reads }: PipeStatistics): string {
  for (const [bytes, count] of Object.entries(exactly)) {
    const percent = Math.floor(count / reads * 100);
    if (reads > 1 && percent >= 50) {
      return `, ${percent} % of ${formatCount(Number(bytes))} bytes`;
    }
  }
  return "";
}

function describeCharacters(
  { characters: { cut, isText, isInside } }: PipeStatistics,
): string {
  if (!isText) return "not text: a NUL, or not UTF-8";
  const cuts = cut === 0
    ? "no character cut"
    : countOf(cut, "character cut", "characters cut");
  return isInside ? `${cuts}, the last incomplete` : cuts;
}

/** A table of sizes and gaps, and a plot of each. */
function describeReads(out: PipeStatistics, err: PipeStatistics): string[] {
  const ofBytes = (bytes: number) => `${formatCount(bytes)} B`;
  const ofMicroseconds = (us: number) => formatMs(us / 1000);
  const lines = [
    row("", ["min", "median", "p90", "p99", "max"].map(cell).join("")),
  ];
  const plots: string[] = [];
  for (const [pipe, mark] of [[out, ""], [err, " (err)"]] as const) {
    if (pipe.reads === 0) continue;
    lines.push(row(`reads${mark}`, table(pipe.sizes, ofBytes)));
    if (pipe.gaps.count > 0) {
      lines.push(row(`gaps${mark}`, table(pipe.gaps, ofMicroseconds)));
    }
  }
  const shown = out.reads > 0 ? out : err;
  // The table shows a single value already.
  if (shown.reads > 1) {
    plots.push(...drawing("read sizes", shown.sizes, (n) => formatBytes(n)));
    plots.push(...drawing("gap lengths", shown.gaps, ofMicroseconds));
  }
  return [...lines, ...plots];
}

function cell(text: string): string {
  return text.padStart(12);
}

function table(
  distribution: Distribution,
  write: (value: number) => string,
): string {
  const quantiles: Quantiles = distribution.quantiles();
  const { min, median, p90, p99, max } = quantiles;
  return [min, median, p90, p99, max].map((value) => cell(write(value))).join(
    "",
  );
}

function drawing(
  name: string,
  distribution: Distribution,
  label: (value: number) => string,
): string[] {
  const columns = COLUMNS - NAME_COLUMNS;
  const lines = plot(distribution.octaves(), { columns, label });
  return lines.map((line, index) => row(index === 0 ? name : "", line));
}

function describeSilences(silences: readonly Silence[]): string[] {
  return silences.map(({ fromMs, lengthMs, next, isCut }, index) => {
    const when = `${formatMs(lengthMs).padStart(9)} from ` +
      `${formatMs(fromMs).padStart(9)}, then `;
    const room = COLUMNS - NAME_COLUMNS - when.length;
    const then = next === null ? "the end" : showBytes(next, room, isCut);
    return row(index === 0 ? "silences" : "", when + then);
  });
}

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * Why the program stopped the child itself: the log had all that `--count`
 * asked for, or its reader had left.
 */
export type StoppedFor = "count" | "reader";

/** How the child ended, or why the program stopped it. */
export type Ending = ExitStatus | StoppedFor;

const WHY_WE_STOPPED: Record<StoppedFor, string> = {
  count: "stopped by the program: as many lines as --count were logged",
  reader: "stopped by the program: the reader of the log had left",
};

/** Each reason, for a person who does not know the library. */
const WHY: Record<ExitReason, string> = {
  exited: "by itself",
  signaled: "by a signal from elsewhere",
  timeout: "stopped by --timeout",
  idle: "stopped by --idle",
  aborted: "stopped by the program",
  stopped: "stopped by the program",
  disposed: "stopped by the program",
  received: "as the program had to end",
  input: "stopped as its input failed",
  lost: "the system did not tell how",
};

/** Whether the program ended the child, without a failure of either. */
export function isOurStop(ending: Ending): ending is StoppedFor {
  return typeof ending === "string";
}

/** How the child ended, in words: `code 1 after 2.00 s, by itself`. */
export function describeEnding(ending: Ending): string {
  if (isOurStop(ending)) return WHY_WE_STOPPED[ending];
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
  // On a terminal both may have got it from there: "passed on" would be a guess.
  if (reason === "signaled" && signal === receivedSignal) {
    return "by the signal that the program was sent";
  }
  return reason === "exited"
    ? `by itself, after the program was sent ${receivedSignal}`
    : WHY[reason];
}

/** A count with commas: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
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

const BLOCKS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** How a plot is drawn. */
export interface PlotOptions {
  /** Columns of the terminal that it may take. */
  columns: number;
  /** How the lowest value of an octave is written below it. */
  label(value: number): string;
}

/** How many lines the blocks of a plot take. */
const LINES = 2;

/**
 * Octaves as columns of block characters, two lines high, with their lowest
 * values below. The highest column is full; a column that is not empty shows
 * at least an eighth of a line.
 */
export function plot(
  octaves: readonly Octave[],
  { columns, label }: PlotOptions,
): string[] {
  const width = Math.max(1, Math.min(3, Math.floor(columns / octaves.length)));
  const most = Math.max(...octaves.map(({ count }) => count));
  const heights = octaves.map(({ count }) =>
    count === 0 ? 0 : Math.max(1, Math.round(count / most * LINES * 8))
  );
  const lines: string[] = [];
  for (let line = LINES - 1; line >= 0; line--) {
    const blocks = heights.map((height) =>
      BLOCKS[Math.min(8, Math.max(0, height - line * 8))]!.repeat(width)
    );
    lines.push(blocks.join("").slice(0, columns).trimEnd());
  }
  lines.push(axis(octaves.map(({ from }) => label(from)), width, columns));
  return lines;
}

/** As many labels as fit, each at the left edge of its column. */
function axis(labels: string[], width: number, columns: number): string {
  let line = "";
  labels.forEach((label, index) => {
    const at = index * width;
    const room = line === "" ? at : line.length + 2;
    if (at < room || at + label.length > columns) return;
    line = line.padEnd(at) + label;
  });
  return line;
}
