import { formatBytes, formatCount, formatMs } from "./amounts.ts";
import type { Distribution, Quantiles } from "./distribution.ts";
import { describeEnding, type Ending } from "./ending.ts";
import type { PipeStatistics } from "./pipe_statistics.ts";
import { plot } from "./plot.ts";
import { showBytes } from "../formats/escape.ts";
import type { Silence } from "./silences.ts";
import type { Statistics } from "./statistics.ts";

/** Columns of the names at the left. */
const NAME_COLUMNS = 14;
const COLUMNS = 80;

/**
 * What `--summary` prints: at most 30 lines of at most 80 columns, each ended
 * by a newline, plain and safe for a terminal.
 *
 * Sizes and gaps are within 1.6 %, their least and greatest exact. A histogram
 * has one column for each power of two.
 */
export function summary(statistics: Statistics, ending: Ending): string {
  const { out, err, durationMs, silences } = statistics;
  const lines = [row("ended", describeEnding(ending))];
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
  // Frames are no slices of one read, and are not counted as such.
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
  // One value is in the table already.
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
