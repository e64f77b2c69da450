import type * as Net from "node:net";
import { concat } from "../bytes.ts";
import { endPolling, POLLED, PolledSource } from "../read/stdin_reader.ts";
import type { Source } from "../read/source.ts";
import type { Sink } from "../write/sink.ts";
import { nodeModule } from "./node_module.ts";

/** Opens a descriptor that is polled: it needs no permission. */
function openSocket(fd: number): Net.Socket {
  const { Socket } = nodeModule<typeof Net>("node:net");
  return new Socket({ fd, ...POLLED });
}

/** Reads a descriptor that is polled. */
export function polledSource(fd: number): Source {
  return new PolledSource(openSocket(fd));
}

/** Writes to a descriptor that is polled. `close` closes it. */
export function polledSink(fd: number): Sink {
  const socket = openSocket(fd).pause().unref();
  const restore = () => {
    removeEventListener("unload", restore);
    endPolling(socket);
  };
  addEventListener("unload", restore);
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
      // An error has closed it already.
      if (socket.closed) return Promise.resolve();
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
