import type * as Fs from "node:fs";
import type * as Net from "node:net";
import { nodeModule } from "../../src/channel/node_module.ts";
import {
  endPolling,
  POLLED,
  PolledSource,
  stdinReader,
} from "../../src/read/stdin_reader.ts";
import { PipeReader } from "../../src/read/reader.ts";
import type { Source } from "../../src/read/source.ts";
import type { Sink } from "../../src/write/sink.ts";
import { stdoutWriter } from "../../src/write/stdout.ts";
import { PipeWriter } from "../../src/write/writer.ts";

/** What one read on a thread takes. */
const READ_BYTES = 65_536;

/** Pieces of this size are no messages that somebody waits for. */
const BULK_BYTES = READ_BYTES / 4;

/** Behind large pieces, so many small ones in a row are messages again. */
const SMALL_PIECES = 4;

/** Polling begins this long after the start, if nothing has come back before. */
const POLL_MS = 100;

/**
 * The client, on our stdin and stdout.
 *
 * Pipes and sockets are polled: a thread for each write adds 60 µs to an answer,
 * and stdin can be closed. What polls takes 14 ms to load, so that the first
 * pieces are read and written on threads, and polling begins behind the first
 * that has come back.
 *
 * O_NONBLOCK is cleared at the end. Whoever holds the same pipe meets it, so a
 * stdout that is stderr's as well stays on threads. So do files, terminals and
 * devices, and all on Windows.
 */
export class Client {
  /** What the client writes to us. */
  readonly reader: PipeReader;
  /** What the client reads from us. */
  readonly writer: PipeWriter;
  readonly #input: ClientInput;
  readonly #output: ClientOutput;
  readonly #startMs = performance.now();
  #hasAnswered = false;

  constructor() {
    this.#input = new ClientInput(() => this.#mayPoll);
    this.#output = new ClientOutput(() => {
      this.#hasAnswered = true;
    });
    this.reader = new PipeReader(this.#input);
    this.writer = new PipeWriter(this.#output);
  }

  /** By the clock: the first timer of a program takes 4 ms to load. */
  get #mayPoll(): boolean {
    if (Deno.build.os === "windows") return false;
    return this.#hasAnswered || performance.now() - this.#startMs > POLL_MS;
  }

  /** Nobody takes its bytes any more: its next write fails, as without us. */
  async leaveInput(): Promise<void> {
    await this.reader.cancel();
    this.#input.leave();
  }

  /** No more bytes will come: it reads the end of the stream. */
  async endOutput(): Promise<void> {
    await this.writer.close();
    await this.#output.end();
  }
}

/**
 * Descriptor 0: first read on a thread, then polled if it can be. Large pieces
 * that follow each other stay on the thread, into memory that is used again: it
 * takes a third less of our time, and nobody waits for their answer.
 *
 * Only `copy` reads from here, which has done with a piece two reads later.
 */
class ClientInput implements Source {
  readonly #buffers = Array.from(
    { length: 4 },
    () => new Uint8Array(READ_BYTES),
  );
  #reads = 0;
  /** How many small pieces must come before polling begins. */
  #smallLeft = 0;
  readonly #mayPoll: () => boolean;
  #socket: Net.Socket | null = null;
  /** What reads once it is known what stdin is. */
  #source: Source | undefined;
  #pending: PromiseWithResolvers<Uint8Array | null> | undefined;
  #hasEnded = false;

  constructor(mayPoll: () => boolean) {
    this.#mayPoll = mayPoll;
  }

  read(): Promise<Uint8Array | null> {
    if (this.#hasEnded) return Promise.resolve(null);
    if (
      this.#source === undefined && this.#mayPoll() && this.#smallLeft === 0
    ) {
      this.#open();
    }
    if (this.#source !== undefined) return this.#source.read();
    const { promise, resolve, reject } = this.#pending = Promise
      .withResolvers();
    this.#readOnThread().then(resolve, reject);
    return promise;
  }

  async cancel(): Promise<void> {
    this.#hasEnded = true;
    this.#pending?.resolve(null);
    await this.#source?.cancel();
  }

  /**
   * Closes descriptor 0. A read that is pending on a thread holds it until the
   * client writes once more.
   */
  leave(): void {
    if (this.#source === undefined) this.#open();
    this.#socket?.destroy();
  }

  #open(): void {
    this.#socket = openSocket(0);
    this.#source = this.#socket === null
      ? sourceOf(stdinReader())
      : new PolledSource(this.#socket);
  }

  async #readOnThread(): Promise<Uint8Array | null> {
    const buffer = this.#buffers[this.#reads++ % this.#buffers.length]!;
    try {
      const count = await Deno.stdin.read(buffer);
      if ((count ?? 0) >= BULK_BYTES) this.#smallLeft = SMALL_PIECES;
      else if (this.#smallLeft > 0) this.#smallLeft--;
      return count === null ? null : buffer.subarray(0, count);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      this.#open();
      return await this.#source!.read();
    }
  }
}

/** The reads of a reader, as a source. */
function sourceOf(reader: PipeReader): Source {
  return {
    read: () => reader.read(READ_BYTES),
    cancel: () => reader.cancel(),
  };
}

/** Descriptor 1: first written on a thread, then polled if it can be. */
class ClientOutput implements Sink {
  readonly givesBack = true;
  readonly closed: Promise<void>;
  readonly #onFirst: () => void;
  readonly #broken = Promise.withResolvers<void>();
  readonly #threaded = stdoutWriter();
  #isWriting = false;
  #hasWritten = false;
  #isOpen = false;
  #isClosed = false;
  #socket: Net.Socket | null = null;

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    this.closed = this.#broken.promise;
    this.closed.catch(() => {});
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#isWriting = true;
    if (this.#hasWritten && !this.#isOpen) this.#open();
    const socket = this.#socket;
    if (socket === null) await this.#threaded.writeNow(pieces);
    else for (const piece of pieces) await this.#writeTo(socket, piece);
    this.#isWriting = false;
    if (!this.#hasWritten) this.#wroteFirst();
  }

  /** The first answer is on its way: what polls is loaded before the second. */
  #wroteFirst(): void {
    this.#hasWritten = true;
    this.#onFirst();
    setImmediate(() => {
      // Not below a write: a thread would meet O_NONBLOCK in the middle of it.
      if (!this.#isWriting && !this.#isOpen && !this.#isClosed) this.#open();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#threaded.close();
    if (this.#socket === null) return;
    removeEventListener("unload", this.#restore);
    this.#restore();
  }

  /** Ends it at once, without waiting for a reader that is stuck. */
  abort(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Closes descriptor 1 so that the client sees it. The end of a socket is told
   * to the other side whoever holds it; a pipe ends when all its descriptors are
   * closed, and Deno keeps a second one.
   */
  async end(): Promise<void> {
    if (!this.#isOpen) this.#open();
    const socket = this.#socket;
    if (socket === null) return;
    const { fstatSync } = nodeModule<typeof Fs>("node:fs");
    if (fstatSync(1).isSocket()) {
      await new Promise<void>((resolve) => socket.end(() => resolve()));
      return;
    }
    for (const fd of await otherDescriptors(1)) openSocket(fd)?.destroy();
    socket.destroy();
  }

  #open(): void {
    this.#isOpen = true;
    const socket = this.#socket = isStderr() ? null : openSocket(1);
    if (socket === null) return;
    socket.pause().unref();
    socket.on("error", (error) => this.#broken.reject(asBroken(error)));
    addEventListener("unload", this.#restore);
  }

  readonly #restore = (): void => {
    if (this.#socket !== null) endPolling(this.#socket);
  };

  #writeTo(socket: Net.Socket, bytes: Uint8Array): Promise<void> {
    socket.ref();
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => {
        socket.unref();
        if (error) reject(asBroken(error));
        else resolve();
      });
    });
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

/** A reader that has gone, in the words of Deno. */
function asBroken(error: Error): Error {
  const { code } = error as Error & { code?: string };
  return code === "EPIPE" || code === "ECONNRESET"
    ? new Deno.errors.BrokenPipe(error.message, { cause: error })
    : error;
}

/** How long the shell may take. */
const SHELL_MS = 1000;

/**
 * Other descriptors of this program for the pipe behind `fd`, from 3 up.
 *
 * Deno keeps a second descriptor of stdout and has no call that closes it, or
 * that tells its number. A shell sees both in `/proc`. It is asked only where a
 * server closes its stdout and lives on. Empty where that cannot be found out:
 * then the pipe ends when this program does.
 */
async function otherDescriptors(fd: number): Promise<number[]> {
  if (Deno.build.os !== "linux") return [];
  const run = { name: "run", command: "sh" } as const;
  if (Deno.permissions.querySync(run).state !== "granted") return [];
  const look = `cd /proc/$PPID/fd && for other in *; do
    [ "$other" -gt 2 ] && [ "$other" -ef ${fd} ] && echo "$other"
  done`;
  try {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", look],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(SHELL_MS),
    }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean)
      .map(Number);
  } catch {
    return []; // There is no shell.
  }
}
