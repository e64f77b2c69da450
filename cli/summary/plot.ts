import type { Octave } from "./distribution.ts";

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
