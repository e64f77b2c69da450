import type { Outlet } from "./outlet.ts";

/** How long a pipe may stay unread while something else is waited for. */
const UNREAD_MS = 250;

/**
 * Keeps a pipe that nobody has begun to read from blocking the child for ever,
 * while its end, another pipe or a write is waited for; returns what ends the
 * watch.
 */
export function watchUnread(
  outlets: readonly Outlet[],
  isElseAwaited: () => boolean,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  function watch(): void {
    if (isOver) return;
    const unread = outlets.filter(({ everRead }) => !everRead);
    if (unread.length === 0) return;
    timer = setTimeout(() => {
      if (isElseAwaited() || outlets.some(({ isAsked }) => isAsked)) {
        unread.forEach((outlet) => outlet.keepFlowing());
      }
      watch();
    }, UNREAD_MS);
  }

  // Not now: the first timer of a program takes 4 ms to load, in which the
  // child is starting, and a reader that begins at once needs none.
  queueMicrotask(watch);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
