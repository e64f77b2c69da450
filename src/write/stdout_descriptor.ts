import { LF, PIPE_BYTES } from "../bytes.ts";

/**
 * How bytes are given to a descriptor:
 * - `"exact"`: in pieces that can be tried again (`exactPiece`);
 * - `"whole"`: in pieces of any size, as the descriptor never would block;
 * - `"counted"`: in pieces of any size by `Deno.stderr`, which has no buffer,
 *   so that each is one write(2) with its own count.
 */
export type Way = "exact" | "whole" | "counted";

/** A piece of output of which it is known, after an error, how much went out. */
export interface ExactPiece {
  /** How many bytes it has. */
  readonly size: number;
  /**
   * Whether Deno keeps all of it when the descriptor would block: then the
   * next, empty write finishes it. If not, nothing of it was taken.
   */
  readonly isKept: boolean;
}

/**
 * `PIPE_BUF` of pipe(7): a write up to this size goes in whole or not at all.
 * Linux has 4096, POSIX promises 512, and macOS has that.
 */
const PIPE_BUF_BYTES = Deno.build.os === "linux" ? 4096 : 512;
/** The buffer of Rust's `LineWriter`, which is behind `Deno.stdout`. */
const LINE_WRITER_BYTES = 1024;

/**
 * Cuts an exact piece from the start of `bytes`.
 *
 * Behind `Deno.stdout` is a `LineWriter`. It writes up to the last newline. It
 * keeps what the pipe did not take of that, up to 1024 bytes, and then fails to
 * flush it with `WouldBlock`, so that nobody knows how much has gone. Three
 * kinds of pieces have no such doubt:
 * - up to `PIPE_BUF` bytes that end in a newline, on a pipe: whole or not at
 *   all; where writes are not atomic (a terminal), the newline alone;
 * - less than 1024 bytes without a newline: always kept, and flushed later;
 * - 1024 bytes and more without a newline: one write(2) with its own count.
 */
export function exactPiece(bytes: Uint8Array, isAtomic: boolean): ExactPiece {
  if (isAtomic) {
    const last = bytes.subarray(0, PIPE_BUF_BYTES).lastIndexOf(LF);
    if (last >= 0) return { size: last + 1, isKept: false };
  } else if (bytes[0] === LF) {
    return { size: 1, isKept: false };
  }
  // A pipe takes no more at once: a longer search would be for nothing.
  const run = bytes.subarray(0, PIPE_BYTES);
  const next = run.indexOf(LF);
  const size = next < 0 ? run.length : next;
  return { size, isKept: size < LINE_WRITER_BYTES };
}

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
  // A reader that has gone is an error of each write; here it must not throw.
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
 * The way for much output to stdout. A pipe that never would block and is not
 * stderr's as well is set to blocking here, for all who hold it: that is what
 * they expect of a pipe.
 *
 * - A file, and a device that is no terminal, always block.
 * - A terminal is shared with all programs on it, and any of them can set
 *   `O_NONBLOCK` at any time. If stderr is the same terminal, what is written
 *   to stderr is shown there, too, and its writes are counted.
 * - If stderr is the same pipe (`2>&1`), a child that inherits stderr can set
 *   `O_NONBLOCK`, and lines of both must not be mixed: pieces up to `PIPE_BUF`
 *   stay whole.
 *
 * Loads `node:fs`, and for a pipe `node:net`: 10 ms, once.
 */
export async function bulkWay(hasWouldBlock: boolean): Promise<Way> {
  try {
    const { fstatSync } = await import("node:fs");
    const out = fstatSync(1);
    if (out.isFile()) return "whole";
    const err = fstatSync(2);
    const isShared = out.ino === err.ino && out.dev === err.dev;
    if (out.isCharacterDevice()) {
      if (!Deno.stdout.isTerminal()) return "whole";
      return isShared ? "counted" : "exact";
    }
    if (hasWouldBlock || isShared || !out.isFIFO()) return "exact";
    return await openPipe() ? "whole" : "exact";
  } catch {
    return "exact"; // slower, and right on everything
  }
}
