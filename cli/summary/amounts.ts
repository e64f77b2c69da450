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
