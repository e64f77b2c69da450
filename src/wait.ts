/**
 * Whether a promise settles within `waitMs`, by {@linkcode lookAgain}. Leaves no
 * timer behind.
 */
export async function settlesWithin(
  promise: Promise<unknown>,
  waitMs: number,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const endLook = lookAgain(waitMs, () => resolve(false));
  const settled = () => true;
  try {
    return await Promise.race([promise.then(settled, settled), late]);
  } finally {
    endLook();
  }
}

/** A timer that comes this much later than it was due: we did not run. */
const LATE_MS = 20;
/** For how long pending I/O is given a chance: usually, and after a late timer. */
const LOOK_MS = 5;
const LATE_LOOK_MS = 50;
/** On a machine that is always busy every timer is late: then it is believed. */
const MAX_LOOKS = 10;

/**
 * Calls `act` after `waitMs`, when what had happened by then has been handled.
 *
 * When the event loop was blocked, or this program was stopped (SIGSTOP), its
 * overdue timers run before its pending I/O: bytes that wait in a pipe, a
 * child's exit, a signal. So a timer that finds "nothing happened" proves
 * nothing. After it has fired, this waits 5 ms more, and after a late one 50 ms,
 * until a timer comes in time.
 *
 * @returns Call it to end the wait.
 */
export function lookAgain(waitMs: number, act: () => void): () => void {
  let looks = 0;
  let timer = wait(waitMs);

  function wait(ms: number): ReturnType<typeof setTimeout> {
    const dueMs = performance.now() + ms;
    return setTimeout(() => {
      const isLate = performance.now() - dueMs > LATE_MS;
      if (looks > 0 && (!isLate || looks === MAX_LOOKS)) return act();
      looks++;
      timer = wait(isLate ? LATE_LOOK_MS : LOOK_MS);
    }, ms);
  }

  return () => clearTimeout(timer);
}
