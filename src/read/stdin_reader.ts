import { NO_BYTES, PIPE_BYTES } from "../bytes.ts";
import { PipeReader } from "./reader.ts";
import type { Source } from "./source.ts";
import type { Socket } from "node:net";

/**
 * How a descriptor is opened as a socket of Node, which polls it with no thread
 * that waits. Node takes pipes and sockets, and throws on anything else. Without
 * one of its halves the socket would close the descriptor at the end.
 */
export const POLLED = {
  readable: true,
  writable: true,
  allowHalfOpen: true,
  // Paused, Node reads on until it holds so much: one chunk, whatever its size.
  readableHighWaterMark: 1,
};

/** The part of a polled socket that Node's own types leave out. */
interface WithHandle {
  readonly _handle?: {
    readStop(): number;
    setBlocking(isBlocking: boolean): number;
  };
}

/**
 * Clears O_NONBLOCK, which polling sets for all who hold the pipe: another
 * program that uses it later would fail with EAGAIN. No read may follow: it
 * would stop this program.
 */
export function endPolling(socket: Socket): void {
  const handle = (socket as WithHandle)._handle;
  handle?.readStop();
  handle?.setBlocking(true);
}

/**
 * Reads a descriptor that is polled, one chunk at a time.
 *
 * The socket reads on while its chunks are waited for: to pause it after each
 * one costs 10 µs. A chunk that nobody waits for pauses it, and Node reads one
 * more into the socket's own buffer. Nothing is read before the first read.
 *
 * The socket stays open to the end of the program: to close it would close the
 * descriptor, and the next file that is opened would get its number. If that is
 * 0, it would be stdin, also that of every child that inherits it.
 *
 * O_NONBLOCK is cleared at the end of the stream, of the reader or of the
 * program.
 */
export class PolledSource implements Source {
  readonly #socket: Socket;
  #pending: PromiseWithResolvers<Uint8Array | null> | undefined;
  /** A chunk that nobody waited for. */
  #held: Uint8Array | undefined;
  #hasEnded = false;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause().unref();
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("end", this.#end);
    socket.on("error", (error) => {
      this.#failure = error;
      this.#end();
    });
    addEventListener("unload", this.#clear);
  }

  read(): Promise<Uint8Array | null> {
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return Promise.resolve(held);
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#hasEnded) return Promise.resolve(null);
    this.#pending = Promise.withResolvers();
    // Only a read that waits keeps the program running.
    this.#socket.ref();
    if (this.#socket.readableFlowing !== true) this.#socket.resume();
    return this.#pending.promise;
  }

  ref(): void {
    if (this.#pending !== undefined) this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  async cancel(): Promise<void> {
    this.#hasEnded = true;
    this.#held = undefined;
    this.#socket.pause().unref();
    // Node starts the next read within this turn, whether paused or not. Only
    // after that `#clear` can stop it.
    await new Promise((resolve) => setImmediate(resolve));
    this.#end();
  }

  #take(bytes: Uint8Array): void {
    // A plain array of bytes, no Buffer: `slice` of a Buffer makes no copy.
    const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#socket.unref();
    if (this.#pending !== undefined) return this.#settle(chunk);
    this.#socket.pause();
    if (!this.#hasEnded) this.#held = chunk;
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

  readonly #clear = (): void => endPolling(this.#socket);
}

/** How long to wait for a terminal that another process set to non-blocking. */
const RETRY_MS = 5;

/** A read that waits. */
type Pending = PromiseWithResolvers<Uint8Array | null>;

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
    return new PolledSource(new Socket({ fd: 0, ...POLLED }));
  } catch {
    return new ThreadedStdin();
  }
}

/** Finds out what stdin is at the first read: `node:net` takes 10 ms to load. */
class Stdin implements Source {
  #source: Source | undefined;
  #isCancelled = false;
  /** Nobody waits for the first read, which is not under way yet. */
  #isUnref = false;

  read(): Promise<Uint8Array | null> {
    return this.#source?.read() ?? this.#open();
  }

  ref(): void {
    this.#isUnref = false;
    this.#source?.ref?.();
  }

  unref(): void {
    this.#isUnref = true;
    this.#source?.unref?.();
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true;
    await this.#source?.cancel();
  }

  async #open(): Promise<Uint8Array | null> {
    this.#source = await openStdin();
    if (this.#isCancelled) await this.#source.cancel();
    const read = this.#source.read();
    if (this.#isUnref) this.#source.unref?.();
    return await read;
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
 * `cancel`, and at the end of the program, but not if a signal ends that.
 *
 * Only a read that a caller waits for keeps the program running. At a terminal, a
 * read that a timeout or an abort has ended does so as well, until the next line
 * or `Deno.exit`. `cancel` leaves descriptor 0 open.
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
