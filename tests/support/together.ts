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
 * still looks for what they leave behind. Without one of the things that all
 * need they are ignored.
 */
export function together(
  title: string,
  atOnce = 6,
  allNeed: readonly string[] = [],
): Together {
  const cases: { name: string; ignore: boolean; run: () => unknown }[] = [];
  Deno.test(title, async (t) => {
    await sideBySide(cases, ({ name, ignore, run }) =>
      t.step({
        name,
        ignore,
        fn: async () => void await run(),
        // Deno refuses steps beside each other that look each for itself.
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
      }), atOnce);
  });
  const isThere = allNeed.every(has);
  return (name: string, needs: { ignore?: boolean } | Run, run?: Run) => {
    const ignore = !isThere || "ignore" in needs && needs.ignore === true;
    cases.push({ name, ignore, run: run ?? needs as Run });
  };
}
