/** A count with commas: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
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
