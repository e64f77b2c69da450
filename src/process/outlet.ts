import { type Draining, DrainWatch } from "./drain_watch.ts";

/** Until more than this is kept, the pipe is read ahead of the reader. */
const AHEAD_BYTES = 65_536;
/**
 * After a child was stopped, its pipe holds what it wrote before: there is no
 * need to wait for it, only to see that the pipe is empty.
 */
const STOPPED_SILENCE_MS = 10;
/** For how long the pipe of a stopped child is read if it is never silent. */
const STOPPED_MAX_MS = 250;
/** The largest pipe: what comes after that was written after the child's end. */
const STOPPED_MAX_BYTES = 1_048_576;
/** What one read takes at most: one that gives less has emptied the pipe. */
const CHUNK_BYTES = 65_536;

/** Options of an {@linkcode Outlet}. */
export interface OutletOptions {
  /** `"stdout"` or `"stderr"`, for the error. */
  name: string;
  /** How long a pipe may be silent after the child's end. */
  exitDelayMs: number;
  /** Sees each chunk as it arrives. */
  onChunk?: (chunk: Uint8Array) => void;
}

/**
 * The reading end of a child's pipe, whose end is bounded.
 *
 * Nothing is read until somebody asks, so that a slow reader slows the child.
 * From the child's end on, what the pipe holds is read ahead, and the pipe is
 * let go when it is silent, whoever still holds its other end.
 */
export class Outlet implements Draining {
  /** What the child writes; asks for nothing in advance. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Resolves when the pipe has ended (`true`) or was let go (`false`). */
  readonly ended: Promise<boolean>;
  readonly #end = Promise.withResolvers<boolean>();
  readonly #raw: ReadableStreamDefaultReader<Uint8Array>;
  readonly #options: OutletOptions;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #bytes = 0;
  #lostBytes = 0;
  readonly #watch = new DrainWatch(this);
  #reading: Promise<void> | undefined;
  #room: (() => void) | undefined;
  #everRead = false;
  #mayLose = false;
  #isAhead = false;
  #isDiscarded = false;
  #isFinished = false;
  #isAsked = false;
  #limitBytes = Infinity;

  constructor(raw: ReadableStream<Uint8Array>, options: OutletOptions) {
    this.#raw = raw.getReader();
    this.#options = options;
    this.ended = this.#end.promise;
    this.stream = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.#kept.length = this.#keptBytes = 0;
        this.letGo();
      },
    }, { highWaterMark: 0 });
  }

  /** Bytes that have arrived. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When something last arrived, by `performance.now()`. */
  get lastMs(): number {
    return this.#watch.lastMs;
  }

  /** Whether the pipe has ended or was let go. */
  get hasEnded(): boolean {
    return this.#isFinished;
  }

  /** Whether the pipe is being waited for. */
  get isWaiting(): boolean {
    return this.#reading !== undefined;
  }

  /** Whether a reader is waiting. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Whether anybody has ever read. */
  get everRead(): boolean {
    return this.#everRead;
  }

  /**
   * Keeps the child from blocking on a pipe that nobody reads: keeps the first
   * 65,536 bytes, and lets go of the rest unless somebody begins to read.
   */
  keepFlowing(): void {
    this.#mayLose = true;
    this.#room?.();
    this.#readAhead();
  }

  /** Reads all there is and keeps nothing; `onChunk` sees it. */
  discard(): void {
    this.#everRead = true;
    this.#isDiscarded = true;
    this.#readAhead();
  }

  /**
   * The child has ended: reads on until the end, or until it is silent. After a
   * stop, at most for `exitDelayMs`: a descendant that never falls silent must not
   * make a timeout last.
   */
  drain(wasStopped: boolean): void {
    if (this.#isFinished) return;
    const { exitDelayMs } = this.#options;
    if (wasStopped) {
      this.#limitBytes = this.#bytes + STOPPED_MAX_BYTES;
      this.#watch.limit(STOPPED_MAX_MS);
    }
    this.#readAhead();
    this.#watch.start(
      wasStopped ? Math.min(exitDelayMs, STOPPED_SILENCE_MS) : exitDelayMs,
    );
  }

  /** The pipe is silent, or time is up. */
  giveUp(): void {
    // The reader is slow, and what the pipe holds is there for it: only the
    // wait ends, and nothing is let go.
    if (!this.isWaiting) this.#end.resolve(true);
    else this.letGo();
  }

  /** Stops reading; what has arrived can still be read. */
  letGo(): void {
    if (this.#isFinished) return;
    this.#close();
    // A pipe that has failed already has nothing to be cancelled.
    this.#raw.cancel().catch(() => {}).then(() => this.#end.resolve(false));
  }

  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    this.#everRead = true;
    if (this.#kept.length === 0 && !this.#isFinished) {
      this.#isAsked = true;
      await this.#read();
      this.#isAsked = false;
    }
    const chunk = this.#kept.shift();
    if (chunk) {
      this.#keptBytes -= chunk.length;
      this.#room?.();
      controller.enqueue(chunk);
    } else if (this.#lostBytes > 0) {
      this.letGo();
      controller.error(
        new RangeError(
          `Cannot read ${this.#options.name} to its end as nobody had begun ` +
            `to read it while the child's end was waited for: ` +
            `current value is ${this.#lostBytes} bytes let go`,
        ),
      );
    } else {
      controller.close();
    }
  }

  /** One read of the pipe, shared by whoever waits for it. */
  #read(): Promise<void> {
    if (this.#reading) return this.#reading;
    this.#watch.look();
    return this.#reading = this.#raw.read().then(
      ({ value, done }) => {
        this.#reading = undefined;
        if (value) this.#take(value);
        if (done) this.#finish(true);
      },
      () => {
        this.#reading = undefined;
        this.#finish(false);
      },
    );
  }

  #take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#watch.touch();
    this.#options.onChunk?.(chunk);
    if (this.#lostBytes > 0 || this.#mustLose(chunk.length)) {
      this.#lostBytes += chunk.length;
    } else if (!this.#isDiscarded) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.length;
    }
    const isEmpty = this.#watch.isLate && chunk.length < CHUNK_BYTES;
    if (isEmpty || this.#bytes >= this.#limitBytes) this.letGo();
  }

  /** Whether so many more bytes are too many to be kept for nobody. */
  #mustLose(moreBytes: number): boolean {
    return this.#mayLose && !this.#everRead &&
      this.#keptBytes + moreBytes > AHEAD_BYTES;
  }

  async #readAhead(): Promise<void> {
    if (this.#isAhead) return;
    this.#isAhead = true;
    while (!this.#isFinished) {
      const isFull = this.#keptBytes > AHEAD_BYTES && this.#lostBytes === 0;
      if (isFull && !this.#mustLose(1)) {
        await new Promise<void>((resolve) => this.#room = resolve);
      } else {
        await this.#read();
      }
    }
  }

  #finish(isDrained: boolean): void {
    if (this.#isFinished) return;
    this.#close();
    this.#end.resolve(isDrained);
  }

  #close(): void {
    this.#isFinished = true;
    this.#watch.close();
    this.#room?.();
  }
}
