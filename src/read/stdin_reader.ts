import type { Socket } from "node:net";
import { NO_BYTES, PIPE_BYTES } from "../bytes.ts";
import { PipeReader } from "./reader.ts";
import type { Source } from "./source.ts";

/** How long to wait for a terminal that another process set to non-blocking. */
const RETRY_MS = 5;

/** A read that waits. */
type Pending = PromiseWithResolvers<Uint8Array | null>;

/** The part of a polled socket that Node's own types leave out. */
interface WithHandle {
  readonly _handle?: {
    readStop(): number;
    setBlocking(isBlocking: boolean): number;
  };
}

/**
 * Descriptor 0 as a socket of Node: polled, with no thread that waits. Node
 * takes pipes and sockets, and throws on anything else.
 *
 * The socket is paused unless a read waits. Node reads one chunk more into the
 * socket's own buffer. The socket stays open to the end of the program: to
 * close it would close descriptor 0, and the next file that is opened would be
 * stdin, also that of every child that inherits it.
 *
 * Polling sets `O_NONBLOCK` on the pipe for all who hold it. A command that
 * reads from the same pipe after this program would fail with EAGAIN, so it is
 * cleared at the end of the stream, of the reader or of the program.
 */
class PolledStdin implements Source {
  readonly #socket: Socket;
  #pending: Pending | undefined;
  #hasEnded = false;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause().unref();
    socket.on("data", (bytes) => {
      socket.pause().unref();
      this.#settle(
        new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
      );
    });
    socket.on("end", this.#end);
    socket.on("error", (error) => {
      this.#failure = error;
      this.#end();
    });
    addEventListener("unload", this.#clear);
  }

  read(): Promise<Uint8Array | null> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#hasEnded) return Promise.resolve(null);
    this.#pending = Promise.withResolvers();
    // Only a read that waits keeps the program running.
    this.#socket.ref().resume();
    return this.#pending.promise;
  }

  async cancel(): Promise<void> {
    this.#hasEnded = true;
    this.#socket.pause().unref();
    // Node starts the next read within this turn, whether paused or not. Only
    // after that `#clear` can stop it.
    await new Promise((resolve) => setImmediate(resolve));
    this.#end();
  }

  #settle(bytes: Uint8Array | null): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (this.#failure === undefined) pending?.resolve(bytes);
    else pending?.reject(this.#failure);
  }

  readonly #end = (): void => {
    this.#hasEnded = true;
    this.#clear();
    removeEventListener("unload", this.#clear);
    this.#settle(null);
  };

  /** Clears O_NONBLOCK. A read of a pipe that blocks would stop the program. */
  readonly #clear = (): void => {
    const handle = (this.#socket as WithHandle)._handle;
    handle?.readStop();
    handle?.setBlocking(true);
  };
}

/**
 * Descriptor 0 by `Deno.stdin.read`, which waits on a thread: for files,
 * terminals and devices, which cannot be polled. Small chunks are copied out of
 * one buffer that is kept.
 */
class ThreadedStdin implements Source {
  #buffer = NO_BYTES;
  #pending: Pending | undefined;
  #hasEnded = false;

  read(): Promise<Uint8Array | null> {
    if (this.#hasEnded) return Promise.resolve(null);
    const pending = this.#pending = Promise.withResolvers();
    this.#take().then(pending.resolve, pending.reject);
    return pending.promise;
  }

  cancel(): Promise<void> {
    this.#hasEnded = true;
    this.#pending?.resolve(null);
    return Promise.resolve();
  }

  async #take(): Promise<Uint8Array | null> {
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(PIPE_BYTES);
    const buffer = this.#buffer;
    const count = await readStdin(buffer);
    if (count === null) return null;
    if (count * 2 <= PIPE_BYTES) return buffer.slice(0, count);
    this.#buffer = NO_BYTES;
    return buffer.subarray(0, count);
  }
}

async function readStdin(buffer: Uint8Array): Promise<number | null> {
  for (;;) {
    try {
      return await Deno.stdin.read(buffer);
    } catch (error) {
      const isLater = error instanceof Deno.errors.WouldBlock ||
        error instanceof Deno.errors.Interrupted;
      if (!isLater) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function openStdin(): Promise<Source> {
  try {
    if (Deno.build.os === "windows") return new ThreadedStdin();
    const { Socket } = await import("node:net");
    // Without its writable half it would close descriptor 0 at the end.
    const options = { fd: 0, readable: true, writable: true };
    return new PolledStdin(new Socket({ ...options, allowHalfOpen: true }));
  } catch {
    return new ThreadedStdin();
  }
}

/** Finds out what stdin is at the first read: `node:net` takes 10 ms to load. */
class Stdin implements Source {
  #source: Source | undefined;
  #isCancelled = false;

  read(): Promise<Uint8Array | null> {
    return this.#source?.read() ?? this.#open();
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true;
    await this.#source?.cancel();
  }

  async #open(): Promise<Uint8Array | null> {
    this.#source = await openStdin();
    if (this.#isCancelled) await this.#source.cancel();
    return await this.#source.read();
  }
}

let reader: PipeReader | undefined;

/**
 * A reader of the program's own stdin: the same one each time, as two would
 * take bytes from each other.
 *
 * A pipe or a socket is polled: no thread waits, and no byte is lost by a read
 * that a timeout or an abort has ended. (A read of `Deno.stdin.readable` that
 * is cancelled loses the next bytes.) Files, terminals and devices are read by
 * `Deno.stdin.read`, and no byte is lost either. No permission is needed.
 *
 * Nothing is read before the first read. A slow reader slows the writer: beside
 * what `PipeReader` holds, at most two chunks of 64 KiB are in memory. A stdin
 * that was closed at the start (`<&-`) has ended.
 *
 * Polling makes the pipe non-blocking for all who share it, also for a child that
 * inherits stdin. It is made blocking again at the end of the stream, by
 * `cancel`, and at the end of the program, but not if a signal ends that. Only a read that is pending keeps the program
 * running; at a terminal it keeps it running until the next line, or until
 * `Deno.exit`. `cancel` leaves descriptor 0 open.
 *
 * @returns The reader. After `cancel` it has ended for good.
 *
 * @example A filter of lines
 * ```ts
 * import { stdinReader, stdoutWriter } from "@basic-pipes/basic-pipes";
 *
 * if (import.meta.main) {
 *   await using stdout = stdoutWriter();
 *   for await (const line of stdinReader().lines()) {
 *     await stdout.write(line.toUpperCase() + "\n");
 *   }
 * }
 * ```
 */
export function stdinReader(): PipeReader {
  return reader ??= new PipeReader(new Stdin());
}
