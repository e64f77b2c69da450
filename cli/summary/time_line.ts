import { formatBytes, formatMs } from "../words.ts";

/** How many buckets are kept: 16 KiB of memory. */
const BUCKETS = 2048;
/** The width of a bucket at first, in milliseconds: a power of two. */
const FIRST_WIDTH_MS = 1 / 64;

/**
 * How many bytes came when, from the start on, in 16 KiB of memory.
 *
 * It has 2,048 buckets of equal width. When a time lies behind the last one,
 * each two neighbours become one, and the width doubles. So no byte is lost and
 * none moves by more than a bucket, which is at most a 1,024th of the time.
 */
export class TimeLine {
  readonly #bytes = new Float64Array(BUCKETS);
  #widthMs = FIRST_WIDTH_MS;

  /** So many bytes came so many milliseconds after the start. */
  add(atMs: number, bytes: number): void {
    while (atMs >= BUCKETS * this.#widthMs) this.#double();
    this.#bytes[Math.max(0, Math.floor(atMs / this.#widthMs))]! += bytes;
  }

  #double(): void {
    const bytes = this.#bytes;
    const half = BUCKETS / 2;
    for (let n = 0; n < half; n++) bytes[n] = bytes[2 * n]! + bytes[2 * n + 1]!;
    bytes.fill(0, half);
    this.#widthMs *= 2;
  }

  /**
   * The bytes of each of `count` equal parts of the time up to `endMs`. A bucket
   * belongs to the part in which it begins.
   */
  columns(count: number, endMs: number): number[] {
    const columns = new Array<number>(count).fill(0);
    for (let n = 0; n < BUCKETS; n++) {
      const bytes = this.#bytes[n]!;
      if (bytes === 0) continue;
      // In this order a part that is a whole number of buckets is exact.
      const column = Math.floor(n * this.#widthMs * count / endMs);
      // What came at the very end belongs to the last part.
      columns[Math.min(column, count - 1)]! += bytes;
    }
    return columns;
  }
}

/**
 * The heights of a column: nothing, and seven amounts. They are written to every
 * terminal, as all of the log is UTF-8: to read LANG would need --allow-env.
 */
const HEIGHTS = [..."▁▂▃▄▅▆▇█"];
const TOP = HEIGHTS.length - 1;

/** The greatest number of bytes of all columns. */
export function greatest(rows: readonly (readonly number[])[]): number {
  return Math.max(0, ...rows.map((columns) => Math.max(0, ...columns)));
}

/**
 * Columns as blocks: `▁` for nothing, `▂` for a byte, `█` for `most` bytes, and
 * a logarithmic scale between the two.
 */
export function drawColumns(
  columns: readonly number[],
  most: number,
): string {
  return columns.map((bytes) => HEIGHTS[heightOf(bytes, most)]).join("");
}

function heightOf(bytes: number, most: number): number {
  if (bytes === 0) return 0;
  // The logarithm of 1 is 0, by which nothing can be divided.
  if (bytes >= most) return TOP;
  return 1 + Math.round((TOP - 1) * Math.log(bytes) / Math.log(most));
}

/** The shares of the time that have a label, as many as there is room for. */
const LABELLED = [[0, 0.25, 0.5, 0.75, 1], [0, 0.5, 1], [0, 1]];
/** The longest label, `59 min 59 s`, and a space. */
const LABEL_COLUMNS = 12;

/** The times below a row of `count` columns: `0 s   1.25 s   2.50 s`. */
export function timeScale(count: number, endMs: number): string {
  const shares = LABELLED.find(({ length }) => length * LABEL_COLUMNS <= count);
  let line = "";
  for (const share of shares ?? LABELLED.at(-1)!) {
    const label = share === 0 ? "0 s" : formatMs(endMs * share);
    // The first label begins where the row does, the last one ends there, and
    // the others have their moment in the middle.
    const at = Math.round(share * count - share * label.length);
    line = line.padEnd(at) + label;
  }
  return line;
}

/** What the heights mean: `▁ nothing came, █ 6 B came in 83 ms (log scale)`. */
export function heightLegend(
  most: number,
  count: number,
  endMs: number,
): string {
  return `${HEIGHTS[0]} nothing came, ${HEIGHTS[TOP]} ${formatBytes(most)} ` +
    `came in ${formatMs(endMs / count)} (log scale)`;
}
