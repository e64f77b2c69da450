/** One wait of a reader: how long, and who may end it. */
export interface WaitOptions {
  /** Ends the wait: the read rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Milliseconds (0 to 2147483647) until the read rejects with a
   * `DOMException` named `TimeoutError`; 0 polls once. Default: no limit.
   * Where a loop reads, each of its steps has this long.
   */
  timeoutMs?: number;
}

/** Options of `readUntil`. */
export interface ReadUntilOptions extends WaitOptions {
  /** The most bytes before the delimiter. Default: 1048576 (1 MiB). */
  maxBytes?: number;
}

/** Options of everything that reads lines of text. */
export interface LineOptions extends WaitOptions {
  /** The most bytes of a line, its ending not counted. Default: 1 MiB. */
  maxBytes?: number;
  /** Invalid UTF-8 is a `TypeError` instead of U+FFFD. Default: `false`. */
  fatal?: boolean;
}

/** Options of everything that reads frames. */
export interface ReadFrameOptions extends WaitOptions {
  /**
   * Milliseconds that each wait inside a frame that has begun may last: a
   * sender that stops halfway is noticed, one that is silent between frames is
   * not. Default: no limit.
   */
  idleTimeoutMs?: number;
}

/** Options of `slices`. */
export interface SliceOptions extends WaitOptions {
  /**
   * Every slice has exactly the size asked for; only the last may be shorter.
   * Default: `false`, a slice is what has arrived, up to the size.
   */
  fill?: boolean;
}
