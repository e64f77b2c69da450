/** Whether `end` settles within `waitMs`; leaves no timer behind. */
export async function endedWithin(
  end: Promise<unknown>,
  waitMs: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), waitMs);
  try {
    return await Promise.race([end.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
