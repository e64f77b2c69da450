/** Kept, so that the collector never closes descriptor 1 with it. */
let held: unknown;

interface Handle {
  setBlocking(isBlocking: boolean): number;
}

/** The part of a polled socket that Node's own types leave out. */
interface WithHandle {
  readonly _handle?: Handle;
}

/** Sets a pipe to blocking for all who hold it; whether that was possible. */
async function setBlocking(): Promise<boolean> {
  const { Socket } = await import("node:net");
  // The constructor sets O_NONBLOCK, the next line clears it: between the two
  // no other code of ours runs.
  const socket = new Socket({ fd: 1, readable: false, writable: true });
  const isSet = (socket as WithHandle)._handle?.setBlocking(true) === 0;
  // A reader that leaves is told by the writes; here it must not throw.
  socket.on("error", () => {});
  held = socket;
  return isSet && held !== undefined;
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
    return await setBlocking();
  } catch {
    return false; // slower, and exact
  }
}
