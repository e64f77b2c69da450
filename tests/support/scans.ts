/** Lists of so many entries are worth counting. */
const LONG = 100;

/**
 * How often a long list is filtered, or a long set or map gone through, while
 * `run` runs: what grows with the square of its input does so for each entry.
 */
export async function scansOf(run: () => unknown): Promise<number> {
  let scans = 0;
  /** Counts the calls of a method; returns what puts the method back. */
  const count = (of: object, name: PropertyKey, size: "length" | "size") => {
    const whole = Object.getOwnPropertyDescriptor(of, name)!;
    const method = whole.value;
    const value = function (this: Record<string, number>, ...args: unknown[]) {
      if (this[size]! > LONG) scans++;
      return method.apply(this, args);
    };
    Object.defineProperty(of, name, { ...whole, value });
    return () => Object.defineProperty(of, name, whole);
  };
  const restore = [
    count(Array.prototype, "filter", "length"),
    count(Set.prototype, Symbol.iterator, "size"),
    count(Map.prototype, "values", "size"),
    count(Map.prototype, Symbol.iterator, "size"),
  ];
  try {
    await run();
  } finally {
    for (const each of restore) each();
  }
  return scans;
}
