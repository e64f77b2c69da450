import { escapeText, shellWord } from "../../src/text_safety.ts";
import { showBytes } from "../formats/escape.ts";
import {
  countOf,
  cutTo,
  describeEnding,
  type Ending,
  formatBytes,
  formatCount,
  formatMs,
  shortCount,
} from "../words.ts";
import { type Distribution, plot } from "./distribution.ts";
import type { PipeStatistics, Silence, Statistics } from "./statistics.ts";
import { drawColumns, greatest, heightLegend, timeScale } from "./time_line.ts";

/** Columns of the names at the left. */
const NAME_COLUMNS = 15;
/** A narrower terminal breaks the lines itself. */
const MIN_COLUMNS = 40;
/** Of fewer reads a histogram shows nothing that the table does not. */
const MIN_PLOTTED = 10;

/** What the summary is about. */
export interface SummaryOptions {
  /** The `--label`. */
  label: string | null;
  /** The command and its arguments; `null` for the built-in child. */
  command: readonly string[] | null;
  /** How wide it may be, at least 40. Default: 80. */
  columns?: number;
}

/**
 * What `--summary` prints: at most 32 lines of at most `columns` columns, each
 * ended by a newline, plain and safe for a terminal.
 *
 * Sizes and gaps are within 1.6 %, their least and greatest exact. A histogram
 * has one column for each power of two.
 */
export function summary(
  statistics: Statistics,
  ending: Ending,
  { label, command, columns = 80 }: SummaryOptions,
): string {
  const { out, err, durationMs, silences } = statistics;
  const room = Math.max(MIN_COLUMNS, columns) - NAME_COLUMNS;
  const lines: string[] = [];
  if (label !== null) lines.push(row("label", cutTo(escapeText(label), room)));
  lines.push(row("command", cutTo(describeCommand(command), room)));
  lines.push(...rows("ended", describeEnding(ending, durationMs), room));
  const pipes = [{ name: "stdout", pipe: out }, { name: "stderr", pipe: err }]
    .filter(({ pipe }) => pipe.reads > 0 || pipe === out);
  const read = pipes.filter(({ pipe }) => pipe.reads > 0);
  lines.push(...describeTime(read, durationMs, tableOf(room).width));
  for (const { name, pipe } of pipes) {
    for (const [n, text] of describePipe(pipe, durationMs).entries()) {
      lines.push(...rows(n === 0 ? name : "", text, room));
    }
  }
  lines.push(...describeReads(read, room));
  if (read.length > 0) {
    lines.push(...describeSilences(silences.longest, durationMs, room));
  }
  return lines.map((line) => line.trimEnd() + "\n").join("");
}

/** A pipe, and what it is called. */
interface NamedPipe {
  readonly name: string;
  readonly pipe: PipeStatistics;
}

function row(name: string, value: string): string {
  return name.padEnd(NAME_COLUMNS) + value;
}

/** A value in as many lines as it needs, broken at spaces. */
function rows(name: string, value: string, room: number): string[] {
  const lines = [""];
  for (const word of value.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line, n) => row(n === 0 ? name : "", line));
}

function describeCommand(command: readonly string[] | null): string {
  if (command === null) return "the built-in child";
  return escapeText(command.map(shellWord).join(" "));
}

/** What came when: a row for each pipe, the scale, and what a height means. */
function describeTime(
  pipes: readonly NamedPipe[],
  durationMs: number,
  columns: number,
): string[] {
  if (pipes.length === 0) return [];
  const drawn = pipes.map(({ pipe }) =>
    pipe.timeLine.columns(columns, durationMs)
  );
  const most = greatest(drawn);
  const lines = pipes.map(({ name }, n) =>
    row(
      n === 0 ? `time, ${name}` : `      ${name}`,
      drawColumns(drawn[n]!, most),
    )
  );
  return [
    ...lines,
    row("", timeScale(columns, durationMs)),
    ...rows("", heightLegend(most, columns, durationMs), columns),
  ];
}

/** The totals of one pipe, in at most four lines. */
function describePipe(pipe: PipeStatistics, durationMs: number): string[] {
  const { bytes, slices, reads, firstMs, lastMs } = pipe;
  if (reads === 0) return ["nothing"];
  const amount = bytes < 1024
    ? formatBytes(bytes)
    : `${formatBytes(bytes)} (${formatCount(bytes)} bytes)`;
  const rate = `${formatBytes(bytes / Math.max(durationMs, 0.001) * 1000)}/s`;
  // Frames are not counted as slices.
  const logged = slices > 0 ? `, logged in ${countOf(slices, "slice")}` : "";
  const when = reads === 1
    ? `it came after ${formatMs(firstMs)}`
    : `the first came after ${formatMs(firstMs)}, the last after ` +
      formatMs(lastMs);
  return [
    `${amount}, ${rate}`,
    countOf(reads, "read") + describeUsual(pipe) + logged,
    when,
    ...describeCharacters(pipe),
  ];
}

/** Names the size of most reads if it is one of those that buffers have. */
function describeUsual({ exactly, reads }: PipeStatistics): string {
  for (const [bytes, count] of Object.entries(exactly)) {
    const percent = Math.floor(count / reads * 100);
    if (reads > 1 && percent >= 50) {
      const share = percent === 100 ? "each" : `${percent} % of them`;
      return `, ${share} of ${formatCount(Number(bytes))} bytes`;
    }
  }
  return "";
}

/** What is to be known of the characters; nothing where all is well. */
function describeCharacters(
  { characters: { cut, isText, isInside } }: PipeStatistics,
): string[] {
  if (!isText) return ["no text: it has a NUL, or is not UTF-8"];
  const parts: string[] = [];
  if (cut > 0) {
    parts.push(`${countOf(cut, "character")} cut between two reads`);
  }
  if (isInside) parts.push("the last character is not complete");
  return parts.length === 0 ? [] : [parts.join(", ")];
}

/** A column of the table: its head, and of how many values on it has a sense. */
const CELLS = [
  { head: "least", from: 2, value: (d: Distribution) => d.min },
  { head: "median", from: 3, value: (d: Distribution) => d.quantile(0.5) },
  { head: "90 % up to", from: 10, value: (d: Distribution) => d.quantile(0.9) },
  {
    head: "99 % up to",
    from: 100,
    value: (d: Distribution) => d.quantile(0.99),
  },
  { head: "most", from: 2, value: (d: Distribution) => d.max },
] as const;
/** The widest cell: `1,048,576 B`, and a space. */
const CELL_COLUMNS = 12;
/** Those that a narrow terminal has room for, the less telling left out. */
const CELLS_BY_NUMBER = [[], [4], [1, 4], [0, 1, 4], [0, 1, 2, 4]];

/** The cells of the table that have room, and how wide it is. */
function tableOf(room: number) {
  const count = Math.floor(room / CELL_COLUMNS);
  const cells = CELLS.filter((_, n) =>
    CELLS_BY_NUMBER[count]?.includes(n) ?? true
  );
  return { cells, width: cells.length * CELL_COLUMNS };
}

/** A table of sizes and gaps, and a plot of each. */
function describeReads(pipes: readonly NamedPipe[], room: number): string[] {
  const ofBytes = (bytes: number) => `${formatCount(bytes)} B`;
  const ofMicroseconds = (us: number) => formatMs(us / 1000);
  const { cells } = tableOf(room);
  const table: string[] = [];
  const tabulate = (
    name: string,
    values: Distribution,
    write: (value: number) => string,
  ) => {
    if (values.count < 2) return;
    const texts = cells.map(({ from, value }) =>
      cell(values.count < from ? "" : write(value(values)))
    );
    table.push(row(name, texts.join("")));
  };
  for (const { name, pipe } of pipes) {
    tabulate(`${name} reads`, pipe.sizes, ofBytes);
    tabulate("  time between", pipe.gaps, ofMicroseconds);
  }
  if (table.length > 0) {
    table.unshift(row("", cells.map(({ head }) => cell(head)).join("")));
  }
  const [shown] = pipes;
  if (shown === undefined) return table;
  return [
    ...table,
    ...drawing(`${shown.name} by size`, shown.pipe.sizes, room, formatBytes),
    ...drawing("  time between", shown.pipe.gaps, room, ofMicroseconds),
  ];
}

function cell(text: string): string {
  return text.padStart(CELL_COLUMNS);
}

function drawing(
  name: string,
  distribution: Distribution,
  columns: number,
  label: (value: number) => string,
): string[] {
  const octaves = distribution.octaves();
  // One column alone shows nothing that the table does not.
  if (distribution.count < MIN_PLOTTED || octaves.length < 2) return [];
  const names = [name, `highest ${shortCount(most(octaves))}`];
  const lines = plot(octaves, { columns, label });
  return lines.map((line, n) => row(names[n] ?? "", line));
}

function most(octaves: readonly { count: number }[]): number {
  return Math.max(...octaves.map(({ count }) => count));
}

/** A silence of less than this part of the whole time is none to look at. */
const MIN_SHARE = 0.02;

/** With fewer columns what came after a silence has a line of its own. */
const MIN_NEXT_COLUMNS = 14;

function describeSilences(
  silences: readonly Silence[],
  durationMs: number,
  room: number,
): string[] {
  return silences
    .filter(({ lengthMs }) => lengthMs >= durationMs * MIN_SHARE)
    .flatMap(({ fromMs, lengthMs, next, isCut }, index) => {
      const name = index === 0 ? "silences" : "";
      const long = formatMs(lengthMs);
      const from = fromMs === 0 ? "the start" : formatMs(fromMs);
      const show = (columns: number) =>
        next === null ? "the end" : showBytes(next, columns, isCut);
      const when = `${long.padStart(9)} from ${from.padStart(9)} on, then `;
      const left = room - when.length;
      if (left >= MIN_NEXT_COLUMNS) {
        return [row(name, when + show(left))];
      }
      return [
        ...rows(name, `${long} from ${from} on, then`, room),
        row("", show(room)),
      ];
    });
}
