import type * as Fs from "node:fs";
import type * as Net from "node:net";
import { nodeModule } from "../../src/channel/node_module.ts";
import {
  endPolling,
  POLLED,
  PolledSource,
} from "../../src/read/polled_source.ts";
import { PipeReader } from "../../src/read/reader.ts";
import { stdinReader } from "../../src/read/stdin_reader.ts";
import type { Sink } from "../../src/write/sink.ts";
import { stdoutWriter } from "../../src/write/stdout.ts";
import { PipeWriter } from "../../src/write/writer.ts";
import { otherDescriptors } from "./other_descriptors.ts";

/** What the client writes to us: our own stdin. */
export interface ClientInput {
  readonly reader: PipeReader;
  /** Nobody takes its bytes any more: its next write fails, as without us. */
  leave(): Promise<void>;
}

/** What the client reads from us: our own stdout. */
export interface ClientOutput {
  readonly writer: PipeWriter;
  /** No more bytes will come: the client reads the end of the stream. */
  end(): Promise<void>;
}

/**
 * Our own stdin, which can be closed: `stdinReader` leaves descriptor 0 open,
 * and a client would write on to a server that has stopped reading.
 *
 * A pipe or a socket is polled. A file, a terminal and a device are read by
 * `stdinReader`: there is no writer that could notice a close.
 */
export function openInput(): ClientInput {
  const socket = openSocket(0);
  if (socket === null) {
    const reader = stdinReader();
    return { reader, leave: () => reader.cancel() };
  }
  const reader = new PipeReader(new PolledSource(socket));
  return {
    reader,
    async leave() {
      await reader.cancel();
      socket.destroy();
    },
  };
}

/**
 * Our own stdout, which can be closed before we end.
 *
 * A pipe or a socket is polled as well: `stdoutWriter` writes on a thread, which
 * adds 60 µs to each answer. O_NONBLOCK is cleared at the end. It would reach
 * whoever holds the same pipe, so a pipe that is stderr's, too, is left to
 * `stdoutWriter`.
 */
export function openOutput(): ClientOutput {
  const socket = isStderr() ? null : openSocket(1);
  if (socket === null) {
    const writer = stdoutWriter();
    return { writer, end: () => writer.close() };
  }
  const writer = new PipeWriter(new PolledSink(socket));
  return {
    writer,
    async end() {
      await writer.close();
      await closeOutput(socket);
    },
  };
}

/** Writes to a socket of Node; ends polling at its end. */
class PolledSink implements Sink {
  readonly givesBack = true;
  readonly closed: Promise<void>;
  readonly #socket: Net.Socket;
  readonly #restore: () => void;

  constructor(socket: Net.Socket) {
    this.#socket = socket;
    socket.pause().unref();
    const { promise, reject } = Promise.withResolvers<void>();
    promise.catch(() => {});
    this.closed = promise;
    socket.on("error", (error) => reject(asBroken(error)));
    this.#restore = () => endPolling(socket);
    addEventListener("unload", this.#restore);
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) await this.#write(piece);
  }

  #write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    socket.ref();
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => {
        socket.unref();
        if (error) reject(asBroken(error));
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    removeEventListener("unload", this.#restore);
    this.#restore();
    return Promise.resolve();
  }
}

/** `null` where a descriptor cannot be polled. */
function openSocket(fd: number): Net.Socket | null {
  if (Deno.build.os === "windows") return null;
  try {
    const { Socket } = nodeModule<typeof Net>("node:net");
    return new Socket({ fd, ...POLLED });
  } catch {
    return null;
  }
}

/** Whether stdout and stderr are the same pipe or socket. */
function isStderr(): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    const { fstatSync } = nodeModule<typeof Fs>("node:fs");
    const [out, err] = [fstatSync(1), fstatSync(2)];
    return out.ino === err.ino && out.dev === err.dev;
  } catch {
    return true; // Not known: the way that is right on everything.
  }
}

/**
 * Closes descriptor 1 so that the client sees it. The end of a socket is told
 * to the other side whoever holds it; a pipe ends when all its descriptors are
 * closed, and Deno keeps a second one.
 */
async function closeOutput(socket: Net.Socket): Promise<void> {
  const { fstatSync } = nodeModule<typeof Fs>("node:fs");
  if (fstatSync(1).isSocket()) {
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    return;
  }
  for (const fd of await otherDescriptors(1)) openSocket(fd)?.destroy();
  socket.destroy();
}

/** A reader that has gone, in the words of Deno. */
function asBroken(error: Error): Error {
  const { code } = error as Error & { code?: string };
  return code === "EPIPE" || code === "ECONNRESET"
    ? new Deno.errors.BrokenPipe(error.message, { cause: error })
    : error;
}
