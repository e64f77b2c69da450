/** The most bytes that one read may ask for: 2^31 - 1. */
export const MAX_READ_BYTES = 0x7fff_ffff;

/** Refuses what is not an integer from `min` to `max`. */
export function checkInteger(
  purpose: string,
  name: string,
  value: number,
  min: number,
  max: number,
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(
    `Cannot ${purpose} as ${name} must be an integer from ${min} to ${max}: current value is ${value}`,
  );
}

/** Refuses what is not a length of time that a timer can hold. */
export function checkMs(name: string, value: number | undefined): void {
  if (value === undefined) return;
  // "500" compares well, and is joined to the time of day later.
  const isNumber = typeof value === "number";
  if (isNumber && value >= 0 && value <= 0x7fff_ffff) return;
  throw new RangeError(
    `Cannot wait as ${name} must be from 0 to 2147483647: current value is ${value}`,
  );
}
