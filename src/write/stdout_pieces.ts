/** A piece of output of which it is known, after an error, how much went out. */
export interface ExactPiece {
  /** Where it ends. */
  readonly end: number;
  /**
   * Whether Deno keeps it in full when the descriptor would block: then the
   * next, empty write finishes it. If not, nothing of it was taken.
   */
  readonly isKept: boolean;
}

/** `PIPE_BUF` of pipe(7): a write up to here goes in whole or not at all. */
const PIPE_BUF_BYTES = 4096;
/** The buffer of Rust's `LineWriter`, which is behind `Deno.stdout`. */
const LINE_WRITER_BYTES = 1024;
/** How far to look for a newline: a short count must not mean a long search. */
const SEARCH_BYTES = 65_536;
const NEWLINE = 10;

/**
 * Cuts the next exact piece.
 *
 * Behind `Deno.stdout` is a `LineWriter`: it writes up to the last newline,
 * keeps what the pipe did not take of it, up to 1024 bytes, and then fails to
 * flush that with `WouldBlock`, so that nobody knows how much has gone. Three
 * kinds of pieces have no such doubt:
 * - up to 4096 bytes that end in a newline, on a pipe: whole or not at all;
 *   where writes are not atomic (a terminal), the newline alone;
 * - less than 1024 bytes without a newline: always kept, and flushed later;
 * - 1024 bytes and more without a newline: one write(2) with its own count.
 */
export function exactPiece(
  bytes: Uint8Array,
  start: number,
  isAtomic: boolean,
): ExactPiece {
  if (isAtomic) {
    const line = bytes.subarray(start, start + PIPE_BUF_BYTES);
    const last = line.lastIndexOf(NEWLINE);
    if (last >= 0) return { end: start + last + 1, isKept: false };
  } else if (bytes[start] === NEWLINE) {
    return { end: start + 1, isKept: false };
  }
  const run = bytes.subarray(start, start + SEARCH_BYTES);
  const next = run.indexOf(NEWLINE);
  const length = next < 0 ? run.length : next;
  return { end: start + length, isKept: length < LINE_WRITER_BYTES };
}
