import { quote } from "../text_safety.ts";

/**
 * Whether a value comes out of JSON as it went in.
 *
 * A walk of its own, beside that of `JSON.stringify`: a replacer function would
 * cost several times as much as both.
 */
function travels(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      // -0 comes out as 0, and what is not finite as null.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "object": {
      if (value === null) return true;
      if (Array.isArray(value)) {
        for (let at = 0; at < value.length; at++) {
          if (!travels(value[at])) return false;
        }
        return true;
      }
      if (!isPlain(value)) return false;
      for (const key in value) {
        if (!travels((value as Record<string, unknown>)[key])) return false;
      }
      return true;
    }
  }
  return false;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Where in a value is something that does not travel, and what it is. */
function blame(value: unknown, path: string): string {
  if (Array.isArray(value)) {
    const at = value.findIndex((each) => !travels(each));
    return blame(value[at], `${path}[${at}]`);
  }
  if (typeof value === "object" && value !== null && isPlain(value)) {
    for (const [key, each] of Object.entries(value)) {
      if (!travels(each)) return blame(each, path ? `${path}.${key}` : key);
    }
  }
  return path ? `${shown(value)} at ${quote(path)}` : shown(value);
}

function shown(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      return `a ${quote(String(value?.constructor?.name ?? "null"))}`;
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

/**
 * A message as JSON.
 *
 * @throws {TypeError} If it would not come out as it went in.
 */
export function jsonOf(message: unknown): string {
  let current: string;
  try {
    if (travels(message)) return JSON.stringify(message);
    current = blame(message, "");
  } catch (error) {
    // The stack is too small for the walk.
    if (!(error instanceof RangeError)) throw error;
    current = "a cycle, or too many levels";
  }
  throw new TypeError(
    `Cannot send a message as JSON must not change it: current value is ${current}`,
  );
}
