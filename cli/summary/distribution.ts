/** Below this each value has a bucket, above it each 64th of an octave. */
const FINE = 128;
/** The highest octave: 2^42 bytes are 4 TiB, 2^42 microseconds 50 days. */
const TOP_OCTAVE = 42;
const BUCKETS = (TOP_OCTAVE - 6 + 2) * 64;

/** What the summary shows of many numbers. */
export interface Quantiles {
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** How many values lay between a power of two and the next. */
export interface Octave {
  /** The lowest value of this octave: 0, 1, 2, 4, 8, … */
  readonly from: number;
  readonly count: number;
}

/**
 * How often each size of whole number occurred, in 38 KiB of memory.
 *
 * Each octave has 64 buckets, and a bucket keeps the sum of its values. So a
 * quantile is the mean of values that differ by less than 1.6 %. It is exact
 * below 128, and where all values of the bucket are equal, as with the full
 * buffers of a program. The least and the greatest are always exact.
 */
export class Distribution {
  /** How many values there were. */
  count = 0;
  /** The least value. */
  min = Infinity;
  /** The greatest value. */
  max = -Infinity;
  readonly #counts = new Float64Array(BUCKETS);
  readonly #sums = new Float64Array(BUCKETS);

  /** Counts `value`, rounded to a whole number of at least 0. */
  add(value: number): void {
    const whole = Math.max(0, Math.round(value));
    const bucket = bucketOf(whole);
    this.#counts[bucket]! += 1;
    this.#sums[bucket]! += whole;
    this.count++;
    if (whole < this.min) this.min = whole;
    if (whole > this.max) this.max = whole;
  }

  /** The value that a `share` (0 to 1) of all do not exceed; NaN for none. */
  quantile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket]!;
      seen += count;
      if (count > 0 && seen >= rank) return this.#sums[bucket]! / count;
    }
    return NaN;
  }

  /** The five numbers that the summary shows. */
  quantiles(): Quantiles {
    return {
      min: this.min,
      median: this.quantile(0.5),
      p90: this.quantile(0.9),
      p99: this.quantile(0.99),
      max: this.max,
    };
  }

  /** Every octave from that of the least value to that of the greatest. */
  octaves(): Octave[] {
    if (this.count === 0) return [];
    const counts = new Map<number, number>();
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const octave = octaveOf(lowest(bucket));
      const count = this.#counts[bucket]!;
      counts.set(octave, (counts.get(octave) ?? 0) + count);
    }
    const octaves: Octave[] = [];
    for (let n = octaveOf(this.min); n <= octaveOf(this.max); n++) {
      const from = n < 0 ? 0 : 2 ** n;
      octaves.push({ from, count: counts.get(n) ?? 0 });
    }
    return octaves;
  }
}

/** The power of two that a whole number reaches; -1 for 0. */
function octaveOf(whole: number): number {
  if (whole < 1) return -1;
  // Up to the top octave, log2 never rounds a value up to the next octave.
  return Math.min(Math.floor(Math.log2(whole)), TOP_OCTAVE);
}

function bucketOf(whole: number): number {
  if (whole < FINE) return whole;
  const octave = octaveOf(whole);
  const within = Math.min(127, Math.floor(whole / 2 ** (octave - 6)));
  return (octave - 6) * 64 + within;
}

/** The least value that falls into a bucket. */
function lowest(bucket: number): number {
  if (bucket < FINE) return bucket;
  const above = Math.floor(bucket / 64) - 1;
  return (bucket - above * 64) * 2 ** above;
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
