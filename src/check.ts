import { quote } from "./text_safety.ts";

/** The most bytes that one read may ask for: 2^31 - 1. */
export const MAX_READ_BYTES = 0x7fff_ffff;

/** The longest wait of a timer, 2^31 - 1: a longer one fires at once. */
const MAX_TIMER_MS = 0x7fff_ffff;

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
    `Cannot ${purpose} as ${name} must be an integer from ${min} to ${max}: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses what is not a length of time that a timer can hold. */
export function checkMs(
  purpose: string,
  name: string,
  value: number | undefined,
  min = 0,
): void {
  if (value === undefined) return;
  // "500" compares well, and is joined to the time of day later.
  const isNumber = typeof value === "number";
  if (isNumber && value >= min && value <= MAX_TIMER_MS) return;
  throw new RangeError(
    `Cannot ${purpose} as ${name} must be from ${min} to ${MAX_TIMER_MS}: current value is ${
      shown(value)
    }`,
  );
}

/** A value in an error: a text in quotes, as "500" is not 500. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `"${quote(value)}"`;
  if (typeof value === "function") return "a function";
  // A template would call the object's own code, which may throw.
  return typeof value === "object" && value !== null
    ? value.constructor?.name || "an object"
    : String(value);
}

/** Refuses a value that is none of the words; `undefined` is a default. */
export function checkOneOf(
  purpose: string,
  name: string,
  value: unknown,
  words: readonly string[],
  more?: string,
): void {
  if (value === undefined || words.includes(value as string)) return;
  const quoted = words.map((word) => `"${word}"`);
  const rule = [...quoted, ...(more ? [more] : [])].join(", ");
  throw new TypeError(
    `Cannot ${purpose} as ${name} must be one of ${rule}: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses a value of another type than `type`; `undefined` is a default. */
export function checkType(
  purpose: string,
  name: string,
  value: unknown,
  type: "boolean" | "function",
): void {
  if (value === undefined || typeof value === type) return;
  throw new TypeError(
    `Cannot ${purpose} as ${name} must be a ${type}: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses what is not a list. */
export function checkList(purpose: string, name: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new TypeError(
    `Cannot ${purpose} as ${name} must be a list: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses what is not an `AbortSignal`; `undefined` is none. */
export function checkAbortSignal(purpose: string, value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return;
  throw new TypeError(
    `Cannot ${purpose} as signal must be an AbortSignal: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses an option that is none of the known ones: a typing mistake. */
export function checkKeys(
  purpose: string,
  options: object,
  known: readonly string[],
  what = "its options",
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${purpose} as ${what} must be an object: current value is ${
        shown(options)
      }`,
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new TypeError(
      `Cannot ${purpose} as ${what} are ${
        known.join(", ")
      }: current value is "${quote(key)}"`,
    );
  }
}
