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
