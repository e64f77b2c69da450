import { PIPE_BYTES } from "../bytes.ts";
import { OutputDroppedError } from "../errors.ts";
import { isWorthBorrowing } from "../read/byte_buffer.ts";
import type { Source } from "../read/source.ts";
import { lookAgain, STOPPED_MAX_MS, STOPPED_SILENCE_MS } from "../wait.ts";

/** The largest pipe: what comes after it was written after the child's exit. */
const MAX_PIPE_BYTES = 1_048_576;
/**
 * Less than this is copied out of the 64 KiB buffer, which is used again: here,
 * or by the reader that gets it. More is given away with its buffer.
 */
const SMALL_BYTES = PIPE_BYTES / 8;

/** Options of an {@linkcode OutputPipe}. */
export interface OutputPipeOptions {
  /** Which pipe it is, for the error. */
  name: "stdout" | "stderr";
  /** How long the pipe may be silent after the child's exit. */
  exitDelayMs: number;
  /**
   * The reader has done with the bytes of a read when it asks for the second one
   * behind it: their memory is used again. A fresh buffer of 64 KiB for each read
   * takes half of the time of a program that only passes bytes on.
   */
  reuses?: boolean;
  /** Called with a view of what each read gives, before anybody gets it. */
  onBytes?: (bytes: Uint8Array) => void;
}

/**
 * Reads one output pipe of a child, and stops waiting for its end some time
 * after the child has exited.
 *
 * Two words describe the state. `mode` says when the pipe is read:
 *
 * - `"onDemand"`: while a reader waits. A slow reader slows the child down.
 * - `"ahead"`: always, so that the child is not held up.
 * - `"draining"`: always, and the pipe is closed when it is silent.
 * - `"ended"`: never again. Bytes that are kept can still be read.
 *
 * `keep` says what becomes of bytes that no reader waits for:
 *
 * - `"all"`: they are kept. The pipe is not read while more than 64 KiB are.
 * - `"first"`: the first 64 KiB are kept and everything after them is dropped.
 *   A reader gets those 64 KiB, and then an error that counts the others.
 * - `"none"`: they are dropped, and a reader finds the end of the stream.
 *
 * | Event                                    | `mode`               | `keep`            |
 * | ---------------------------------------- | -------------------- | ----------------- |
 * | start                                    | onDemand             | all               |
 * | `readAhead`: the child is being stopped  | onDemand → ahead     |                   |
 * | `keepFlowing`: nobody reads, and the     | onDemand → ahead     | all → first       |
 * |   child's end is waited for              |                      |                   |
 * | `discard`: nobody will read              | onDemand → ahead     | none              |
 * | `read`, and nothing was dropped          |                      | first → all       |
 * | `drain`: the child has exited            | draining             |                   |
 * | end of the pipe, `close`, `cancel`,      | ended                |                   |
 * |   silence or the limit while draining    |                      |                   |
 *
 * While draining, the pipe is silent when nothing has arrived for `exitDelayMs`
 * (after a stop for 10 ms, or as `drain` is told). The silence counts only
 * while a read of the pipe is pending: if 64 KiB are kept, it is the reader
 * that is slow. Then the wait for the pipe's end is over (`ended` resolves),
 * but nothing is closed, and the reader finds all that the child wrote. Three
 * cases have a limit as well, as a descendant may write for as long as it
 * lives: after a stop, and where nobody reads or bytes were dropped.
 *
 * The pipe is read with BYOB into one buffer. A default read makes a new zeroed
 * buffer of 64 KiB each time, which costs 34 µs: more than the rest of a round
 * trip of 32 bytes. Memory that was given out is never written to again.
 *
 * Tried and given up: a `ReadableStream` around this (two more promises and a
 * second queue for each chunk), and letting a paused reader lose bytes before a
 * stop (a slow reader is normal, and the pipe has to hold the child up then).
 */
export class OutputPipe implements Source {
  /** Resolves when the pipe has ended (`true`) or was closed before (`false`). */
  readonly ended: Promise<boolean>;
  /** When something last arrived, by `performance.now()`. */
  lastMs = performance.now();
  /** Bytes that have arrived. */
  bytes = 0;
  /** How often a reader has asked. */
  reads = 0;
  /** What reads from here, if anything can. */
  reader: { readonly bytesRead: number } | undefined;
  readonly #end = Promise.withResolvers<boolean>();
  readonly #pipe: ReadableStreamBYOBReader;
  readonly #options: OutputPipeOptions;
  #mode: "onDemand" | "ahead" | "draining" | "ended" = "onDemand";
  #keep: "all" | "first" | "none" = "all";
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  /** Room after the last piece that is kept, for small ones that follow. */
  #room = 0;
  #lostBytes = 0;
  /** The buffer of the next read, while no read is pending. */
  #buffer: ArrayBuffer | undefined;
  /** The buffer of the bytes that the reader got, and copies before it asks. */
  #lent: ArrayBuffer | undefined;
  /** The buffers of the last reads, the oldest first, where they are reused. */
  readonly #given: ArrayBuffer[] = [];
  #isReading = false;
  /** Resolves the read of a reader that waits. */
  #waiter: ((bytes: Uint8Array | null) => void) | undefined;
  #silenceMs = 0;
  #endSilence: (() => void) | undefined;
  #endLimit: (() => void) | undefined;
  #maxBytes = Infinity;
  #wasStopped = false;
  /** The limit has passed: take what is in the pipe, then close it. */
  #isLate = false;

  constructor(pipe: ReadableStream<Uint8Array>, options: OutputPipeOptions) {
    this.#pipe = pipe.getReader({ mode: "byob" });
    this.#options = options;
    this.ended = this.#end.promise;
  }

  /** Whether the pipe has ended or was closed. */
  get hasEnded(): boolean {
    return this.#mode === "ended";
  }

  /** Whether a read of the pipe is pending. If not, its reader is slow. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Whether a reader waits. */
  get isAsked(): boolean {
    return this.#waiter !== undefined;
  }

  /** Grows while somebody reads, also within one chunk that is read slowly. */
  get progress(): number {
    return this.reads + (this.reader?.bytesRead ?? 0);
  }

  read(): Promise<Uint8Array | null> {
    this.reads++;
    this.#buffer ??= this.#lent;
    this.#lent = undefined;
    if (this.#keep === "first" && this.#lostBytes === 0) this.#keep = "all";
    const bytes = this.#kept.shift();
    if (bytes !== undefined) {
      this.#keptBytes -= bytes.length;
      this.#readPipe();
      return Promise.resolve(bytes);
    }
    if (this.#lostBytes > 0) {
      this.close();
      return Promise.reject(
        new OutputDroppedError(this.#options.name, this.#lostBytes),
      );
    }
    if (this.hasEnded || this.#keep === "none") return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiter = resolve;
      this.#readPipe();
    });
  }

  /** The reader gives up: a child that writes on gets SIGPIPE. */
  async cancel(): Promise<void> {
    this.#forget();
    this.close();
    await this.ended;
  }

  /** Reads up to 64 KiB ahead of the reader, so that the child can go on. */
  readAhead(): void {
    if (this.#mode === "onDemand") this.#mode = "ahead";
    this.#readPipe();
  }

  /**
   * Keeps a pipe that nobody reads from blocking the child: its first 64 KiB
   * are kept, and the rest is dropped unless a reader comes before that.
   */
  keepFlowing(): void {
    if (this.#keep === "all") this.#keep = "first";
    this.readAhead();
  }

  /** Reads everything and keeps nothing; `onBytes` sees it. */
  discard(): void {
    this.#keep = "none";
    this.#forget();
    this.#answer(null);
    // After the exit a descendant may write for as long as it lives.
    if (this.#mode === "draining" && this.#endLimit === undefined) {
      this.#limit(this.#options.exitDelayMs);
    }
    this.readAhead();
  }

  /**
   * The child has exited: reads on until the end, a silence or a limit.
   *
   * @param wasStopped Whether a stop ended it, so that nothing more is awaited.
   * @param stoppedSilenceMs How long the pipe must be silent after a stop.
   */
  drain(wasStopped: boolean, stoppedSilenceMs = STOPPED_SILENCE_MS): void {
    if (this.hasEnded) return;
    const { exitDelayMs } = this.#options;
    this.#mode = "draining";
    const isRead = this.reads > 0 && this.#keep === "all";
    if (!wasStopped && !isRead) this.#limit(exitDelayMs);
    if (wasStopped && !this.#wasStopped) this.#limit(STOPPED_MAX_MS);
    this.#wasStopped ||= wasStopped;
    this.#silenceMs = this.#wasStopped
      ? Math.min(exitDelayMs, stoppedSilenceMs)
      : exitDelayMs;
    this.#watchSilence(this.#silenceMs);
    this.#readPipe();
  }

  /** Stops reading. Bytes that are kept can still be read. */
  close(): void {
    if (this.hasEnded) return;
    this.#leave();
    // A pipe that has failed already has nothing to be cancelled.
    this.#pipe.cancel().catch(() => {}).then(() => this.#end.resolve(false));
  }

  #readPipe(): void {
    if (this.#isReading || !this.#wantsBytes()) return;
    this.#isReading = true;
    if (this.#mode === "draining" && this.#endSilence === undefined) {
      // The reader had paused. Count the silence from now.
      this.#watchSilence(this.#silenceMs);
    }
    const buffer = this.#buffer ?? this.#reusable() ??
      new ArrayBuffer(PIPE_BYTES);
    this.#buffer = undefined;
    this.#pipe.read(new Uint8Array(buffer)).then(this.#land, this.#fail);
  }

  /** The last two that were given out may still be on their way. */
  #reusable(): ArrayBuffer | undefined {
    return this.#given.length > 2 ? this.#given.shift() : undefined;
  }

  #wantsBytes(): boolean {
    if (this.hasEnded) return false;
    if (this.#waiter !== undefined) return true;
    return this.#mode !== "onDemand" &&
      (this.#keptBytes <= PIPE_BYTES || this.#keep !== "all");
  }

  readonly #land = (
    { value, done }: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>,
  ): void => {
    this.#isReading = false;
    if (this.hasEnded) return;
    if (value !== undefined && value.length > 0) this.#take(value);
    if (done) this.#finish(true);
    else this.#readPipe();
  };

  readonly #fail = (): void => {
    this.#isReading = false;
    this.#finish(false);
  };

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    const { buffer, length } = bytes;
    this.bytes += length;
    this.lastMs = performance.now();
    this.#options.onBytes?.(bytes);
    if (this.#waiter !== undefined) {
      if (!isWorthBorrowing(bytes)) this.#lent = buffer;
      else if (this.#options.reuses) this.#given.push(buffer);
      this.#answer(bytes);
    } else {
      const used = this.#keepable(length);
      if (this.#keep === "first") this.#lostBytes += length - used;
      if (used > 0) this.#hold(bytes.subarray(0, used));
      if (used < SMALL_BYTES) this.#buffer = buffer;
    }
    const isEmpty = this.#isLate && length < PIPE_BYTES;
    if (isEmpty || this.bytes >= this.#maxBytes) this.close();
  }

  /** How many of the next `length` bytes are kept; the rest is dropped. */
  #keepable(length: number): number {
    if (this.#keep === "all") return length;
    if (this.#keep === "none" || this.#lostBytes > 0) return 0;
    return Math.max(0, Math.min(length, PIPE_BYTES - this.#keptBytes));
  }

  /**
   * Keeps bytes for the reader. Small pieces are joined: 64 KiB that came one
   * byte at a time would need 13 MB otherwise.
   */
  #hold(bytes: Uint8Array<ArrayBuffer>): void {
    const { length } = bytes;
    const last = this.#kept.at(-1);
    this.#keptBytes += length;
    if (length >= SMALL_BYTES) {
      this.#kept.push(bytes);
      this.#room = 0;
    } else if (last !== undefined && length <= this.#room) {
      const longer = new Uint8Array(last.buffer, 0, last.length + length);
      longer.set(bytes, last.length);
      this.#kept[this.#kept.length - 1] = longer;
      this.#room -= length;
    } else {
      const buffer = new Uint8Array(SMALL_BYTES);
      buffer.set(bytes);
      this.#kept.push(buffer.subarray(0, length));
      this.#room = SMALL_BYTES - length;
    }
  }

  #watchSilence(waitMs: number): void {
    this.#endSilence?.();
    this.#endSilence = lookAgain(waitMs, () => {
      const leftMs = this.lastMs + this.#silenceMs - performance.now();
      if (leftMs > 0) return this.#watchSilence(leftMs);
      this.#endSilence = undefined;
      if (this.#isReading) this.close();
      else this.#end.resolve(true);
    });
  }

  /** Ends the draining though the pipe is not silent. */
  #limit(waitMs: number): void {
    this.#maxBytes = this.bytes + MAX_PIPE_BYTES;
    this.#endLimit?.();
    this.#endLimit = lookAgain(waitMs, () => {
      this.#isLate = true;
      if (!this.#isReading) return this.#end.resolve(true);
      const { bytes } = this;
      this.#endLimit = lookAgain(0, () => {
        if (this.bytes === bytes) this.close();
      });
    });
  }

  #finish(isDrained: boolean): void {
    if (this.hasEnded) return;
    this.#leave();
    this.#end.resolve(isDrained);
  }

  #leave(): void {
    this.#mode = "ended";
    this.#endSilence?.();
    this.#endLimit?.();
    this.#answer(null);
  }

  #answer(bytes: Uint8Array | null): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.(bytes);
  }

  #forget(): void {
    this.#kept.length =
      this.#keptBytes =
      this.#room =
      this.#lostBytes =
        0;
  }
}
