import type { Outlet } from "./_outlet.ts";

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

  function watch(): void {
    const unread = outlets.filter(({ everRead }) => !everRead);
    if (unread.length === 0) return;
    timer = setTimeout(() => {
      if (isElseAwaited() || outlets.some(({ isAsked }) => isAsked)) {
        unread.forEach((outlet) => outlet.keepFlowing());
      }
      watch();
    }, UNREAD_MS);
  }

  watch();
  return () => clearTimeout(timer);
}
