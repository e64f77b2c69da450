import { SECOND_LOOK_MS } from "./drain_watch.ts";
import type { Outlet } from "./outlet.ts";

/** What can end a child from outside. */
export interface Limits {
  timeoutMs: number | undefined;
  idleTimeoutMs: number | undefined;
  signal: AbortSignal | undefined;
}

/** Calls `stop` when one of the limits is met; returns what ends the watch. */
export function watchTimes(
  outlets: readonly Outlet[],
  { timeoutMs, idleTimeoutMs, signal }: Limits,
  stop: (reason: "timeout" | "idle" | "aborted", cause?: unknown) => void,
): () => void {
  let idle: ReturnType<typeof setTimeout> | undefined;
  let timeout = timeoutMs === undefined ? undefined : setTimeout(() => {
    // The child may have ended long before, while the event loop was blocked.
    timeout = setTimeout(() => stop("timeout"), SECOND_LOOK_MS);
  }, timeoutMs);

  function watchIdle(idleMs: number, waitMs: number, isSure = false): void {
    idle = setTimeout(() => {
      const lastMs = Math.max(...outlets.map((outlet) => outlet.lastMs));
      const leftMs = lastMs + idleMs - performance.now();
      if (leftMs > 0) watchIdle(idleMs, leftMs);
      // Where nobody reads, something may have arrived: it is not the child
      // that is idle. A pipe that has ended brings nothing any more.
      else if (outlets.some((o) => !o.isWaiting && !o.hasEnded)) {
        watchIdle(idleMs, idleMs);
      } else if (isSure) stop("idle");
      // It may have written meanwhile.
      else watchIdle(idleMs, SECOND_LOOK_MS, true);
    }, waitMs);
  }
  if (idleTimeoutMs !== undefined) watchIdle(idleTimeoutMs, idleTimeoutMs);

  const abort = () => stop("aborted", signal?.reason);
  signal?.addEventListener("abort", abort);

  return () => {
    clearTimeout(timeout);
    clearTimeout(idle);
    signal?.removeEventListener("abort", abort);
  };
}
