import { checkAbortSignal, checkKeys, checkMs } from "../check.ts";
import { timeoutError } from "../errors.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import type { Cutter } from "./cutters.ts";
import {
  type OnRead,
  type ReadFrameOptions,
  WAIT_KEYS,
} from "./read_options.ts";
import { type Source, sourceOf } from "./source.ts";

/** Lines that were decoded, but not given to the caller yet. */
export interface HeldLines {
  /** Puts their bytes back into the buffer. */
  giveBack(): void;
}

interface Failure {
  error: unknown;
}

/**
 * After this many reads the event loop gets one turn. A source that always has
 * bytes resolves its reads without one, and no timer or signal could fire.
 */
const READS_PER_TURN = 128;

const NO_LIMITS: ReadFrameOptions = {};

/**
 * A source, and the bytes that have arrived from it and were not taken.
 *
 * Everything that reads goes through {@linkcode take}: it cuts from the buffer,
 * and while that gives nothing, waits for the next read of the source.
 *
 * `user` says who may touch the buffer now:
 *
 * - `undefined`: nobody uses it. Every read may begin.
 * - `"wait"`: a read is pending. Every other read is refused until it settles.
 * - an object: decoded lines are held, whose bytes are not in the buffer. The
 *   next read of another shape first calls `giveBack()`.
 * - `"rest"`: `rest()` has handed all bytes over to a stream. This is final.
 *
 * A wait that ends early (a timeout, an abort) leaves its read of the source
 * outstanding. The chunk is appended whenever it arrives, so no byte is lost.
 * Each read has one reaction and each wait sets one slot (`#wake`). A
 * `Promise.race` would leave a reaction behind at every poll.
 */
export class BufferedSource {
  readonly buffer: ByteBuffer = new ByteBuffer();
  user: "wait" | "rest" | HeldLines | undefined;
  /** How many bytes have arrived in all, without those that `cancel` drops. */
  arrivedBytes = 0;
  /** No more bytes will arrive. */
  hasEnded = false;
  onRead: OnRead | undefined;
  readonly #source: Source;
  #failure: Failure | undefined;
  #onReadFailure: Failure | undefined;
  #isReading = false;
  #reads = 0;
  #wake: ((failure?: Failure) => void) | undefined;

  constructor(from: ReadableStream<Uint8Array> | Source, onRead?: OnRead) {
    this.#source = sourceOf(from);
    this.onRead = onRead;
  }

  /** Makes the buffer free for the caller, or throws a `TypeError`. */
  checkFree(): void {
    if (this.user === "wait") {
      throw new TypeError("Cannot read while another read is pending");
    }
    if (this.user === "rest") throw new TypeError("Cannot read after rest()");
    this.user?.giveBack();
  }

  /** Puts lines that are held back, so that the counters are exact. */
  giveBack(): void {
    if (typeof this.user === "object") this.user.giveBack();
  }

  /** What can be cut from what has arrived. */
  tryTake<T>(cutter: Cutter<T>): T | undefined {
    this.checkFree();
    cutter.reset();
    return cutter.cut(this.buffer, this.hasEnded);
  }

  /**
   * The next cut, or `null` when nothing is left. {@linkcode checkWait} must have
   * seen the options.
   */
  async take<T>(
    cutter: Cutter<T>,
    options?: ReadFrameOptions,
  ): Promise<T | null> {
    options?.signal?.throwIfAborted();
    return this.tryTake(cutter) ?? await this.wait(cutter, options);
  }

  /** As {@linkcode take}, after `tryTake` with this cutter gave nothing. */
  wait<T>(
    cutter: Cutter<T>,
    options: ReadFrameOptions = NO_LIMITS,
  ): Promise<T | null> {
    const { timeoutMs, stallTimeoutMs, signal } = options;
    const isLimited = timeoutMs !== undefined || stallTimeoutMs !== undefined ||
      signal !== undefined;
    return isLimited
      ? this.#waitLimited(cutter, options)
      : this.#waitUnlimited(cutter);
  }

  /** With one promise: as `#waitLimited`, a round trip would take 1 µs more. */
  #waitUnlimited<T>(cutter: Cutter<T>): Promise<T | null> {
    if (this.hasEnded) return Promise.resolve(null);
    const failure = this.#takeFailure();
    if (failure) return Promise.reject(failure.error);
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.user = "wait";
        this.#wake = wake;
        if (this.#isReading) this.#source.ref?.();
        else this.#read(true);
      };
      const wake = (failure?: Failure): void => {
        this.#wake = this.user = undefined;
        if (failure) return reject(failure.error);
        try {
          const value = cutter.cut(this.buffer, this.hasEnded);
          if (value !== undefined) resolve(value);
          else if (this.hasEnded) resolve(null);
          else begin();
        } catch (error) {
          reject(error);
        }
      };
      begin();
    });
  }

  async #waitLimited<T>(
    cutter: Cutter<T>,
    options: ReadFrameOptions,
  ): Promise<T | null> {
    const { signal, timeoutMs, stallTimeoutMs } = options;
    const deadline = timeoutMs === undefined
      ? Infinity
      : performance.now() + timeoutMs;
    for (let isFirst = true;; isFirst = false) {
      if (this.hasEnded) return null;
      let waitMs = timeoutMs === undefined
        ? Infinity
        : deadline - performance.now();
      let late = () => timeoutError("timeoutMs", timeoutMs!);
      if (stallTimeoutMs !== undefined && this.buffer.length > 0) {
        if (stallTimeoutMs < waitMs) {
          waitMs = stallTimeoutMs;
          late = () => timeoutError("stallTimeoutMs", stallTimeoutMs);
        }
      }
      // Bytes that trickle in must not extend the deadline. The first wait
      // always starts a read, so that `timeoutMs: 0` polls.
      if (waitMs <= 0 && !isFirst) throw late();
      this.user = "wait";
      try {
        await this.more(Math.max(0, waitMs), late, signal);
      } finally {
        this.user = undefined;
        // The size hint of this read must not reach the next one.
        this.buffer.hint = 0;
      }
      const value = cutter.cut(this.buffer, this.hasEnded);
      if (value !== undefined) return value;
    }
  }

  /**
   * Resolves when something has arrived or the source has ended; rejects with
   * the source's error, the signal's reason, or `lateError()`.
   */
  more(
    waitMs: number,
    lateError: () => Error,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const failure = this.#takeFailure();
    if (failure) return Promise.reject(failure.error);
    if (this.hasEnded) return Promise.resolve();
    // Aborted while the last bytes woke the read: no event comes again.
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = (failure?: Failure) => {
        this.#wake = undefined;
        // The wait has ended early: its read must not keep the program running.
        if (this.#isReading) this.#source.unref?.();
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        if (failure) reject(failure.error);
        else resolve();
      };
      const abort = () => finish({ error: signal?.reason });
      signal?.addEventListener("abort", abort);
      if (waitMs !== Infinity) {
        timer = setTimeout(() => finish({ error: lateError() }), waitMs);
      }
      this.#wake = finish;
      // A poll (0 ms) reads at once: after a turn its timer would have fired.
      if (!this.#isReading) this.#read(waitMs > 0);
      else this.#source.ref?.();
    });
  }

  #takeFailure(): Failure | undefined {
    const failure = this.#onReadFailure ?? this.#failure;
    this.#onReadFailure = undefined;
    return failure;
  }

  /** What a person wants to know of the state. */
  get state(): string {
    if (this.user === "wait") return "a read is pending";
    if (this.user === "rest") return "handed over by rest()";
    if (this.#failure) return "failed";
    return this.hasEnded ? "ended" : "open";
  }

  /** Hands all bytes, of now and later, to a stream. */
  rest(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.checkFree();
    this.user = "rest";
    const { buffer } = this;
    // Not of the type "bytes": its enqueue would detach views given out before.
    return new ReadableStream({
      pull: async (controller) => {
        if (buffer.length === 0) {
          await this.more(Infinity, () => new Error("never"), undefined);
        }
        if (buffer.length > 0) controller.enqueue(buffer.take(buffer.length));
        else controller.close();
      },
      cancel: (reason) => this.#end(reason),
    }, { highWaterMark: 0 });
  }

  /** Ends the source and drops what has arrived. */
  async cancel(reason?: unknown): Promise<void> {
    if (this.user === "rest") throw new TypeError("Cannot cancel after rest()");
    this.giveBack();
    await this.#end(reason);
  }

  async #end(reason: unknown): Promise<void> {
    this.arrivedBytes -= this.buffer.length;
    this.buffer.clear();
    this.hasEnded = true;
    this.#failure = undefined;
    this.#onReadFailure = undefined;
    this.#wake?.();
    await this.#source.cancel(reason);
  }

  #read(mayTurn: boolean): void {
    this.#isReading = true;
    if (++this.#reads < READS_PER_TURN || !mayTurn) this.#ask();
    else setImmediate(this.#askAfterTurn);
  }

  #askAfterTurn = (): void => {
    this.#reads = 0;
    if (!this.hasEnded) this.#ask();
  };

  #ask(): void {
    try {
      Promise.resolve(this.#source.read()).then(this.#arrive, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
    // The wait has ended before its read began.
    if (this.#wake === undefined) this.#source.unref?.();
  }

  #arrive = (chunk: Uint8Array | null): void => {
    this.#isReading = false;
    if (this.hasEnded) return;
    if (chunk === null) {
      this.hasEnded = true;
      this.#wake?.();
      return;
    }
    if (!(chunk instanceof Uint8Array)) {
      this.#refuse(
        new TypeError(
          `Cannot read as every chunk must be a Uint8Array: current value is ${typeof chunk}`,
        ),
      );
      return;
    }
    if (chunk.length === 0) {
      // An empty chunk means nothing; waking for it would look like the end.
      this.#read(true);
      return;
    }
    const atMs = this.onRead && performance.now();
    try {
      this.buffer.append(chunk);
    } catch (error) {
      // No memory for what a call collects: going on would lose this chunk.
      this.#refuse(error);
      return;
    }
    this.arrivedBytes += chunk.length;
    let failure: Failure | undefined;
    try {
      // Not the chunk: a child's pipe reads into the same memory again.
      if (atMs !== undefined) {
        this.onRead?.(this.buffer.last(chunk.length), atMs);
      }
    } catch (error) {
      failure = { error };
    }
    if (this.#wake) this.#wake(failure);
    // Nobody waits: the next wait rejects with it.
    else this.#onReadFailure ??= failure;
  };

  #fail = (error: unknown): void => {
    this.#isReading = false;
    if (this.hasEnded) return;
    this.#failure = { error };
    this.#wake?.(this.#failure);
  };

  async #refuse(error: unknown): Promise<void> {
    this.#fail(error);
    try {
      await this.#source.cancel(error);
    } catch {
      // What the read rejects with says more.
    }
  }
}

/** Refuses options of a wait that are unknown or out of their range. */
export function checkWait(
  options: ReadFrameOptions,
  keys: readonly string[] = WAIT_KEYS,
): void {
  checkKeys("read", options, keys);
  checkMs("wait", "timeoutMs", options.timeoutMs);
  checkMs("wait", "stallTimeoutMs", options.stallTimeoutMs);
  checkAbortSignal("wait", options.signal);
}

/** Gives one cut after another. An async generator is half as fast. */
export class CutIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: BufferedSource;
  readonly #cutter: Cutter<T>;
  readonly #options: ReadFrameOptions;
  #isDone = false;

  constructor(
    source: BufferedSource,
    cutter: Cutter<T>,
    options: ReadFrameOptions,
  ) {
    this.#source = source;
    this.#cutter = cutter;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const source = this.#source;
    const cutter = this.#cutter;
    if (
      source.user !== undefined || this.#isDone ||
      this.#options.signal !== undefined
    ) {
      return this.#step();
    }
    try {
      cutter.reset();
      const value = cutter.cut(source.buffer, source.hasEnded);
      if (value !== undefined) return Promise.resolve({ value, done: false });
    } catch (error) {
      return Promise.reject(error);
    }
    return source.wait(cutter, this.#options).then(resultOf);
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#isDone = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    if (this.#isDone) return { value: undefined, done: true };
    return resultOf(await this.#source.take(this.#cutter, this.#options));
  }
}

/** `null` is the end. */
export function resultOf<T>(value: T | null): IteratorResult<T, undefined> {
  return value === null
    ? { value: undefined, done: true }
    : { value, done: false };
}
