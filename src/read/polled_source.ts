import type { Socket } from "node:net";
import type { Source } from "./source.ts";

/**
 * How a descriptor is opened as a socket of Node, which polls it with no thread
 * that waits. Node takes pipes and sockets, and throws on anything else. Without
 * one of its halves the socket would close the descriptor at the end.
 */
export const POLLED = { readable: true, writable: true, allowHalfOpen: true };

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
