import { lookAgain, UNREAD_MS } from "../wait.ts";
import type { OutputPipe } from "./output_pipe.ts";

/** What can end a child from outside. */
export interface Limits {
  timeoutMs: number | undefined;
  idleTimeoutMs: number | undefined;
  signal: AbortSignal | undefined;
}

/** The longest time between two looks whether the child is idle. */
const IDLE_LOOK_MS = 1000;
/** A look that comes at least this much too late: this program was stopped. */
const STOPPED_MS = 200;

/**
 * Calls `stop` when one of the limits has passed. The time of the child counts
 * from its start, at `startMs` by `performance.now()`.
 *
 * @returns Call it to end the watch.
 */
export function watchLimits(
  pipes: readonly OutputPipe[],
  { timeoutMs, idleTimeoutMs, signal }: Limits,
  startMs: number,
  stop: (reason: "timeout" | "idle" | "aborted", cause?: unknown) => void,
): () => void {
  const runMs = performance.now() - startMs;
  // The child may have exited long before, while this program did not run.
  const endTimeout = timeoutMs === undefined
    ? undefined
    : lookAgain(Math.max(0, timeoutMs - runMs), () => stop("timeout"));
  const endIdle = idleTimeoutMs === undefined
    ? undefined
    : watchIdle(pipes, idleTimeoutMs, () => stop("idle"));
  const abort = () => stop("aborted", signal?.reason);
  signal?.addEventListener("abort", abort);

  return () => {
    endTimeout?.();
    endIdle?.();
    signal?.removeEventListener("abort", abort);
  };
}

/**
 * Calls `stop` when nothing has arrived for `idleMs` of the time in which this
 * program ran and the pipes were read.
 *
 * While this program was stopped (Ctrl-Z, a laptop that slept), the child was
 * probably stopped too, and its silence proves nothing. A stop shows as a look
 * that comes much too late: then the time begins anew. To see short stops as
 * well, it looks four times in `idleMs`, and at least once a second.
 */
function watchIdle(
  pipes: readonly OutputPipe[],
  idleMs: number,
  stop: () => void,
): () => void {
  const stepMs = Math.min(idleMs / 4, IDLE_LOOK_MS);
  const lateMs = Math.max(stepMs / 2, STOPPED_MS);
  let sinceMs = performance.now();
  let endLook: () => void;

  function look(waitMs: number): void {
    const dueMs = performance.now() + waitMs;
    endLook = lookAgain(waitMs, () => {
      const nowMs = performance.now();
      // Where nobody reads, something may have arrived: it is not the child
      // that is idle. A pipe that has ended brings nothing more.
      const isUnread = pipes.some((pipe) => !pipe.isReading && !pipe.hasEnded);
      if (isUnread || nowMs - dueMs > lateMs) sinceMs = nowMs;
      sinceMs = Math.max(sinceMs, ...pipes.map(({ lastMs }) => lastMs));
      const leftMs = sinceMs + idleMs - nowMs;
      if (leftMs <= 0) stop();
      else look(Math.min(stepMs, leftMs));
    });
  }

  look(stepMs);
  return () => endLook();
}

/**
 * Keeps a pipe that nobody reads from blocking the child.
 *
 * A pipe that nobody has begun to read flows when the caller has waited for
 * something else for 250 ms: the child's end, the other pipe, a write. Once
 * there is a reader, its pauses hold the child up, as they must: otherwise a
 * slow reader would lose bytes.
 *
 * After the decision to stop the child, nobody may come back to a pipe that was
 * read before, and a child that writes as it shuts down would be killed in the
 * middle of it. Then 250 ms without a reader are enough for any pipe.
 */
export class UnreadWatch {
  readonly #pipes: readonly OutputPipe[];
  readonly #isElseAwaited: () => boolean;
  #isStopped = false;
  #isOver = false;
  #endLook: (() => void) | undefined;

  constructor(pipes: readonly OutputPipe[], isElseAwaited: () => boolean) {
    this.#pipes = pipes;
    this.#isElseAwaited = isElseAwaited;
    // Not now: the first timer of a program takes 4 ms to load, in which the
    // child is starting, and a reader that begins at once needs none.
    queueMicrotask(() => this.#watch());
  }

  /** The child is being stopped. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#watch();
  }

  /** Ends the watch. */
  end(): void {
    this.#isOver = true;
    this.#endLook?.();
  }

  #watch(): void {
    this.#endLook?.();
    const watched = this.#pipes.filter(({ reads, hasEnded }) =>
      !hasEnded && (reads === 0 || this.#isStopped)
    );
    if (this.#isOver || watched.length === 0) return;
    const progress = watched.map((pipe) => pipe.progress);
    this.#endLook = lookAgain(UNREAD_MS, () => {
      const isWaited = this.#isStopped || this.#isElseAwaited() ||
        this.#pipes.some(({ isAsked }) => isAsked);
      watched.forEach((pipe, index) => {
        const isUnread = !pipe.isAsked && pipe.progress === progress[index];
        if (isWaited && isUnread) pipe.keepFlowing();
      });
      this.#watch();
    });
  }
}
