interface Handle {
  /** 0 if it was done. */
  setBlocking(isBlocking: boolean): number;
}

/** The part of a polled socket that Node's own types leave out. */
interface WithHandle {
  readonly _handle?: Handle;
}

/** Kept, so that the collector never closes descriptor 1 with it. */
let pipe: WithHandle | undefined;

/** Opens descriptor 1 as a pipe whose mode can be set. */
async function openPipe(): Promise<boolean> {
  const { Socket } = await import("node:net");
  // The constructor sets O_NONBLOCK, the last line clears it: between the two
  // no other code of ours runs.
  const socket = new Socket({ fd: 1, readable: false, writable: true });
  // A reader that leaves is told by the writes; here it must not throw.
  socket.on("error", () => {});
  pipe = socket as WithHandle;
  return keepBlocking();
}

/**
 * Clears `O_NONBLOCK` again, should another holder of the pipe have set it
 * since (1 µs); whether stdout is known to block.
 */
export function keepBlocking(): boolean {
  return pipe === undefined || pipe._handle?.setBlocking(true) === 0;
}

/**
 * Whether writes of any size to stdout block until they are done, from now on:
 * on a file they always do, and a pipe is made to.
 *
 * Not if stderr is the same pipe (`2>&1`): a child that inherits stderr can set
 * `O_NONBLOCK` on it at any time. Not on a terminal or a socket, either.
 */
export async function becomesBlocking(): Promise<boolean> {
  try {
    const { fstatSync } = await import("node:fs");
    const out = fstatSync(1);
    if (out.isFile()) return true;
    if (out.isCharacterDevice()) return !Deno.stdout.isTerminal();
    if (!out.isFIFO()) return false;
    const err = fstatSync(2);
    if (out.ino === err.ino && out.dev === err.dev) return false;
    return await openPipe();
  } catch {
    return false; // slower, and exact
  }
}
