import type * as Net from "node:net";
import { concat } from "../bytes.ts";
import type { Source } from "../read/source.ts";
import type { Sink } from "../write/sink.ts";
import { nodeModule } from "./node_module.ts";

/** The part of a polled socket that Node's own types leave out. */
interface WithHandle {
  readonly _handle?: {
    readStop(): number;
    setBlocking(isBlocking: boolean): number;
  };
}

/**
 * Opens a descriptor as a socket of Node, which polls it: no thread waits, so
 * that a round trip takes half the time. It takes pipes and sockets, throws on
 * anything else, and needs no permission.
 *
 * Polling sets O_NONBLOCK for all who hold the pipe. It is cleared at the end of
 * this program (not at its end by a signal), or earlier by `restore`.
 */
function openSocket(fd: number): { socket: Net.Socket; restore: () => void } {
  const { Socket } = nodeModule<typeof Net>("node:net");
  // Without one of its halves it would close the descriptor at the end.
  const options = { fd, readable: true, writable: true, allowHalfOpen: true };
  const socket = new Socket(options);
  socket.pause().unref();
  const restore = () => {
    removeEventListener("unload", restore);
    const handle = (socket as WithHandle)._handle;
    handle?.readStop();
    handle?.setBlocking(true);
  };
  addEventListener("unload", restore);
  return { socket, restore };
}

/** Reads a descriptor that is polled, one chunk at a time. */
export function polledSource(fd: number): Source {
  const { socket, restore } = openSocket(fd);
  let pending: PromiseWithResolvers<Uint8Array | null> | undefined;
  let end: { error?: Error } | undefined;
  const settle = (bytes: Uint8Array | null) => {
    // Only a read that waits keeps the program running.
    socket.pause().unref();
    const settled = pending;
    pending = undefined;
    if (end?.error) settled?.reject(end.error);
    else settled?.resolve(bytes);
  };
  const finish = (error?: Error) => {
    end ??= { error };
    restore();
    settle(null);
  };
  socket.on("data", (bytes) => {
    settle(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  });
  socket.on("end", () => finish());
  socket.on("error", finish);
  return {
    read() {
      if (end?.error) return Promise.reject(end.error);
      if (end) return Promise.resolve(null);
      pending = Promise.withResolvers();
      socket.ref().resume();
      return pending.promise;
    },
    cancel() {
      finish();
      return Promise.resolve();
    },
  };
}

/** Writes to a descriptor that is polled. `close` closes it. */
export function polledSink(fd: number): Sink {
  const { socket, restore } = openSocket(fd);
  const closed = Promise.withResolvers<void>();
  closed.promise.catch(() => {});
  socket.on("error", (error) => closed.reject(asBroken(error)));
  return {
    givesBack: true,
    closed: closed.promise,
    write(pieces) {
      const bytes = pieces.length === 1 ? pieces[0]! : concat(pieces);
      socket.ref();
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          socket.unref();
          if (error) reject(asBroken(error));
          else resolve();
        });
      });
    },
    close() {
      restore();
      return new Promise((resolve) => {
        socket.ref().once("close", () => resolve()).destroy();
      });
    },
  };
}

function asBroken(error: Error): Error {
  const { code } = error as Error & { code?: string };
  return code === "EPIPE" || code === "ECONNRESET"
    ? new Deno.errors.BrokenPipe(error.message, { cause: error })
    : error;
}
