/** How many turns of the event loop are watched without a pause. */
const TURNS = 200;
/** How long after the signal a debugger can still appear on a busy machine. */
const WATCH_MS = 2000;

let watchedUntilMs = 0;

/** Resolves on the next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after a pause that keeps no program alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}

/**
 * Closes the debugger that Deno opens when a program receives SIGUSR1.
 *
 * Since 2.9.2 a Deno that is older than 500 ms starts its inspector on
 * 127.0.0.1:9229 on SIGUSR1, also where JavaScript listens for the signal. It
 * asks for no password: any user of the machine could run code in this program.
 *
 * The inspector starts some turns of the event loop after our listener, and
 * nothing tells when. `close` does nothing before. So it is called on every
 * turn, until the inspector must have started: a client needs several turns to
 * connect and to evaluate anything. It needs no permission.
 */
export async function closeDebugger(): Promise<void> {
  const isWatched = performance.now() < watchedUntilMs;
  watchedUntilMs = performance.now() + WATCH_MS;
  if (isWatched) return;
  const { close } = await import("node:inspector");
  for (let turn = 0; performance.now() < watchedUntilMs; turn++) {
    close();
    await (turn < TURNS ? nextTurn() : pause(1));
  }
}
