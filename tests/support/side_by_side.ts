/** Cases of one test that mostly wait, side by side. */

/** How many at a time: more would only take turns, as each is a process. */
const AT_A_TIME = 4;

/**
 * Does `work` for each case, `atATime` of them; resolves to what each gave, in the
 * order of the cases. The first failure is that of the whole, once all that was
 * begun has ended: what goes on would be a leak of the test.
 */
export async function sideBySide<Case, Result>(
  cases: readonly Case[],
  work: (each: Case) => Promise<Result>,
  atATime = AT_A_TIME,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  let hasFailed = false;
  const worker = async () => {
    while (next < cases.length && !hasFailed) {
      const at = next++;
      try {
        results[at] = await work(cases[at]!);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: atATime }, worker);
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}
