import { PIPE_BYTES } from "../bytes.ts";
import { OutputDroppedError } from "../errors.ts";
import type { Source } from "../read/source.ts";

/** The end of a wait for room, or for bytes. */
type Wait<T> = PromiseWithResolvers<T>;

/**
 * A pipe within the program, of the size that a pipe of the system has: whoever
 * gives waits while 64 KiB lie in it. Each read gives one piece, as it was given,
 * also when several lie there.
 */
export class ReplayedPipe implements Source {
  /** Bytes that were given. */
  bytes = 0;
  readonly #name: "stdout" | "stderr";
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #wasRead = false;
  /** What becomes of bytes for which there is no room: see {@linkcode keepFlowing}. */
  #rest: "wait" | "drop" = "wait";
  #droppedBytes = 0;
  #isCancelled = false;
  #hasEnded = false;
  #error: unknown;
  #reader: Wait<Uint8Array | null> | undefined;
  #room: Wait<void> | undefined;

  constructor(name: "stdout" | "stderr" = "stdout") {
    this.#name = name;
  }

  /** Whether no more can come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Puts a piece into the pipe, which is the reader's from then on.
   *
   * @returns Waits for room; `undefined` while there is some.
   */
  give(piece: Uint8Array): Promise<void> | undefined {
    if (this.#hasEnded || piece.length === 0) return undefined;
    this.bytes += piece.length;
    if (this.#isCancelled) return undefined;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(piece);
      return undefined;
    }
    const isDropped = this.#drops() &&
      (this.#droppedBytes > 0 || this.#keptBytes + piece.length > PIPE_BYTES);
    if (isDropped) {
      this.#droppedBytes += piece.length;
      return undefined;
    }
    this.#kept.push(piece);
    this.#keptBytes += piece.length;
    if (this.#drops() || this.#keptBytes < PIPE_BYTES) return undefined;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  read(): Promise<Uint8Array | null> {
    this.#wasRead = true;
    const piece = this.#kept.shift();
    if (piece !== undefined) {
      this.#keptBytes -= piece.length;
      if (this.#keptBytes < PIPE_BYTES) this.#makeRoom();
      return Promise.resolve(piece);
    }
    if (this.#droppedBytes > 0) {
      return Promise.reject(
        new OutputDroppedError(this.#name, this.#droppedBytes),
      );
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#hasEnded || this.#isCancelled) return Promise.resolve(null);
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** The reader gives up: from now on all is dropped, and a read finds the end. */
  cancel(): Promise<void> {
    this.#isCancelled = true;
    this.#kept.length = this.#keptBytes = this.#droppedBytes = 0;
    this.#makeRoom();
    this.#reader?.resolve(null);
    this.#reader = undefined;
    return Promise.resolve();
  }

  /** No more will come. */
  end(): void {
    this.#hasEnded = true;
    this.#reader?.resolve(null);
    this.#reader = undefined;
    this.#makeRoom();
  }

  /** No more will come, and the reader is told why, after what lies there. */
  fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#makeRoom();
  }

  /**
   * Keeps a pipe that nobody has begun to read from holding up the rest: its
   * first 64 KiB are kept, and what comes after them is dropped.
   */
  keepFlowing(): void {
    this.#rest = "drop";
    if (this.#drops()) this.#makeRoom();
  }

  #drops(): boolean {
    return this.#rest === "drop" && !this.#wasRead;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
