/** Registers a case: its title, what {@linkcode needs} tells, and what it does. */
export type Together = (
  title: string,
  needs: { ignore?: boolean },
  run: () => void | Promise<void>,
) => void;

/**
 * What registers the cases of a test that mostly wait and do not know of each
 * other: they run as steps of it, up to `atOnce` at a time. The test itself
 * still looks for what they leave behind.
 */
export function together(title: string, atOnce = 6): Together {
  const cases: { name: string; ignore: boolean; run: () => unknown }[] = [];
  Deno.test(title, async (t) => {
    const left = cases.values();
    const lane = async () => {
      for (const { name, ignore, run } of left) {
        await t.step({
          name,
          ignore,
          fn: async () => void await run(),
          // Deno refuses steps beside each other that look each for itself.
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  });
  return (name, { ignore = false }, run) => cases.push({ name, ignore, run });
}
