import { has } from "./processes.ts";
import { sideBySide } from "./side_by_side.ts";

type Run = () => void | Promise<void>;

/** Registers a case: its title, what {@linkcode needs} tells, and what it does. */
export interface Together {
  (title: string, run: Run): void;
  (title: string, needs: { ignore?: boolean }, run: Run): void;
}

/**
 * What registers the cases of a test that mostly wait and do not know of each
 * other: they run as steps of it, up to `atOnce` at a time. The test itself
 * still looks for what they leave behind.
 *
 * A case without what it needs, or without one of the things that all need, is
 * a test by itself, ignored by its name: a test with no step left would pass for
 * nothing.
 */
export function together(
  title: string,
  atOnce = 6,
  allNeed: readonly string[] = [],
): Together {
  const cases: { name: string; run: Run }[] = [];
  const isThere = allNeed.every(has);
  const runAll = (t: Deno.TestContext) =>
    sideBySide(cases, ({ name, run }) =>
      t.step({
        name,
        fn: run,
        // Deno refuses steps beside each other that look each for itself.
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      }), atOnce);
  return (name: string, needs: { ignore?: boolean } | Run, run?: Run) => {
    const ignore = !isThere || "ignore" in needs && needs.ignore === true;
    if (ignore) return Deno.test({ name, ignore, fn: () => {} });
    if (cases.length === 0) Deno.test(title, async (t) => void await runAll(t));
    cases.push({ name, run: run ?? needs as Run });
  };
}
