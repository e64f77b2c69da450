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

/**
 * How long each wait in a child's life takes, in milliseconds, all in one place.
 * Waits that only serve the system (a second look, a busy machine) stand where
 * they are used.
 */

/** From SIGTERM to SIGKILL: the default of `stopLadder` and of `--kill-after`. */
export const GRACE_MS = 5000;

/** After SIGKILL, for the system to take the process away. */
export const KILLED_MS = 1000;

/**
 * After the child's exit: how long a pipe that a descendant still holds may be
 * silent. The default of `exitDelayMs`.
 */
export const EXIT_DELAY_MS = 250;

/**
 * As {@linkcode EXIT_DELAY_MS}, after a stop. A stopped child writes no more: its
 * pipe is read until it is empty, which shows after a much shorter silence.
 */
export const STOPPED_SILENCE_MS = 10;

/** For how long the pipe of a stopped child is read if it is never silent. */
export const STOPPED_MAX_MS = 250;

/** For how long the end of stdin is waited for if a descendant holds it. */
export const STDIN_END_MS = 250;

/**
 * While the child's end is awaited: how long a pipe that nobody has begun to read
 * stays unread. Then its output is read and kept, up to 64 KiB.
 */
export const UNREAD_MS = 250;

/**
 * The same signal again within this time is the same one: one key press can be
 * delivered twice, a millisecond apart. Later it is a second request, which ends
 * the grace.
 */
export const SAME_PRESS_MS = 300;

/**
 * When several children are ending by a signal: how long the first one's
 * `status` waits for the others, so that their output is still read.
 */
export const OTHERS_MS = 1000;

/**
 * A child that is still alive this long after SIGINT has handled it, as a REPL
 * does. Then this program does not end by it either.
 */
export const HANDLED_AFTER_MS = 5000;

/**
 * The kernel sends SIGHUP to the foreground group only if the session leader is
 * a shell. After this time we send it ourselves.
 */
export const HANG_UP_MS = 1000;
