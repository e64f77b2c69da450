import { NO_BYTES, PIPE_BYTES } from "../bytes.ts";
import { BrokenPipeError } from "../errors.ts";
import type { Sink } from "./sink.ts";

/** A promise that has resolved, shared by all writes that need not wait. */
export const DONE: Promise<void> = Promise.resolve();

/** From this size on a copy into a batch costs more than a write of its own. */
export const LARGE_BYTES = 16_384;

const ENCODER = new TextEncoder();
/** A loop encodes a text of 25 letters 4 times as fast as the encoder does. */
const SHORT_UNITS = 48;

/**
 * Writes text as UTF-8 into `target` from `start`, and returns where it ends.
 * There must be room for 3 bytes per UTF-16 unit.
 */
export function encodeInto(
  text: string,
  target: Uint8Array,
  start: number,
): number {
  let n = 0;
  if (text.length <= SHORT_UNITS) {
    for (; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 127) break;
      target[start + n] = unit;
    }
    if (n === text.length) return start + n;
  }
  // All before `n` is ASCII, so no surrogate pair is split there.
  const rest = n === 0 ? text : text.slice(n);
  const free = target.subarray(start + n);
  return start + n + ENCODER.encodeInto(rest, free).written;
}

/** Small writes that leave as one. It fills a Linux pipe with one write. */
class Batch {
  readonly #buffer = new Uint8Array(PIPE_BYTES);
  used = 0;

  /** What was collected: a view. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.used);
  }

  /** Whether this many more bytes have room. */
  fits(count: number): boolean {
    return this.used + count <= PIPE_BYTES;
  }

  /** Copies bytes. There must be room. */
  add(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Encodes text. There must be room for 3 bytes per UTF-16 unit. */
  addText(text: string): void {
    this.used = encodeInto(text, this.#buffer, this.used);
  }
}

interface Write {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  /** Its promise, made when it is first asked for: most are not. */
  settling: PromiseWithResolvers<void> | undefined;
  /** What is free again when the sink has accepted it. */
  readonly batch: Batch | undefined;
  next: Write | undefined;
}

const ignore = (): void => {};

/**
 * Gives writes to a sink in order, one at a time, until one fails. Small writes
 * are first collected in a batch.
 *
 * A batch is opened by the first small write. It is shipped (put into the
 * queue, after which there is no batch) when it is full, when something must
 * leave after it, or at the end of the event loop's turn. If another write is
 * pending then, the batch stays open and is shipped when that one has settled.
 */
export class WriteQueue {
  readonly #sink: Sink;
  readonly #onBreak: (error: Error) => void;
  #batch: Batch | undefined;
  /** A batch that is free to be used again. */
  #spare: Batch | undefined;
  #isScheduled = false;
  #turn: ReturnType<typeof setImmediate> | undefined;
  /** The write that is pending; the others follow it. */
  #first: Write | undefined;
  #end: Write | undefined;
  #queuedBytes = 0;
  /** How the last write that is over has settled. */
  #settled = DONE;
  #error: Error | undefined;

  /** `onBreak` is called once, before any promise of a write rejects. */
  constructor(sink: Sink, onBreak: (error: Error) => void) {
    this.#sink = sink;
    this.#onBreak = onBreak;
    sink.closed?.catch((error) => this.break(error));
  }

  /** Why the sink takes no more; a `BrokenPipeError` if its reader has gone. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** How many bytes the sink has not accepted so far. */
  get queuedBytes(): number {
    return this.#queuedBytes + (this.#batch?.used ?? 0);
  }

  /** Whether a write is pending. */
  get isBusy(): boolean {
    return this.#first !== undefined;
  }

  /** Settles as the last write does that is in the queue now. */
  get last(): Promise<void> {
    const write = this.#end;
    if (write === undefined) return this.#settled;
    write.settling ??= Promise.withResolvers();
    return write.settling.promise;
  }

  /** Whether the open batch has room for this many bytes. */
  fits(count: number): boolean {
    return this.#batch !== undefined && this.#batch.fits(count);
  }

  /** Copies bytes into the open batch; `false` if there is none, or no room. */
  add(bytes: Uint8Array): boolean {
    const batch = this.#batch;
    if (batch === undefined || !batch.fits(bytes.length)) return false;
    batch.add(bytes);
    return true;
  }

  /**
   * Encodes text, and what ends it, into the open batch; `false` if it might not
   * have room.
   */
  addText(text: string, ending: Uint8Array = NO_BYTES): boolean {
    const batch = this.#batch;
    const most = text.length * 3 + ending.length;
    if (batch === undefined || !batch.fits(most)) return false;
    batch.addText(text);
    batch.add(ending);
    return true;
  }

  /** Ships the batch, and opens an empty one. */
  open(): void {
    this.ship();
    this.#batch = this.#spare ?? new Batch();
    this.#spare = undefined;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turn = setImmediate(this.#leave);
  }

  readonly #leave = (): void => {
    this.#turn = undefined;
    if (this.isBusy && (this.#batch?.used ?? 0) > 0) {
      this.last.then(this.#leave, this.#leave);
      return;
    }
    this.#isScheduled = false;
    this.ship();
  };

  /** Puts the batch into the queue, if there is one. */
  ship(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    // Closed even when empty: only `open` schedules the next time to leave.
    this.#batch = undefined;
    if (this.#turn !== undefined) {
      // A flush that follows at once would wait for a turn with nothing to do.
      clearImmediate(this.#turn);
      this.#turn = undefined;
      this.#isScheduled = false;
    }
    if (batch.used === 0) this.#spare = batch;
    else this.#shipBatch(batch);
  }

  #shipBatch(batch: Batch): void {
    if (this.#sink.givesBack) {
      this.#append([batch.bytes], batch);
    } else if (batch.used * 2 > PIPE_BYTES) {
      this.#append([batch.bytes]);
    } else {
      // A copy: a stream that queues would hold 64 KiB for each small line.
      this.#append([batch.bytes.slice()]);
      this.#free(batch);
    }
  }

  #free(batch: Batch): void {
    batch.used = 0;
    this.#spare ??= batch;
  }

  /**
   * Writes a small text, or small bytes, now and as one write, if nothing is
   * queued. Nobody waits for it: it makes no promise, and no bytes.
   *
   * @returns Whether it was: `false` if something is queued, or it is not small.
   */
  tryNow(
    message: string | readonly Uint8Array[],
    ending: Uint8Array = NO_BYTES,
  ): boolean {
    if (
      this.#first !== undefined || this.#batch !== undefined ||
      this.#error !== undefined
    ) return false;
    const isText = typeof message === "string";
    // Of a text that short there is room for any characters.
    const size = isText ? message.length : sizeOf(message);
    if (size >= LARGE_BYTES) return false;
    const batch = this.#spare ?? new Batch();
    this.#spare = undefined;
    if (isText) batch.addText(message);
    else for (const piece of message) batch.add(piece);
    batch.add(ending);
    this.#shipBatch(batch);
    return true;
  }

  /** Appends a write; resolves when the sink has accepted all its pieces. */
  push(pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#append(pieces);
    return this.last;
  }

  #append(pieces: readonly Uint8Array[], batch?: Batch): void {
    const size = sizeOf(pieces);
    this.#queuedBytes += size;
    const write: Write = {
      pieces,
      size,
      settling: undefined,
      batch,
      next: undefined,
    };
    if (this.#end !== undefined) {
      this.#end = this.#end.next = write;
    } else {
      this.#first = this.#end = write;
      this.#start();
    }
  }

  /** Accepts no more; what is queued rejects. */
  break(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = asError(error);
    this.#batch = this.#spare = undefined;
    this.#onBreak(this.#error);
  }

  /**
   * Begins the first write. Callbacks, as a loop that awaits made a third of the
   * garbage of a small write.
   */
  #start(): void {
    try {
      Promise.resolve(this.#sink.write(this.#first!.pieces))
        .then(this.#accept, this.#refuse);
    } catch (error) {
      this.#refuse(error);
    }
  }

  readonly #accept = (): void => {
    const { size, batch, settling, next } = this.#first!;
    if (batch !== undefined) this.#free(batch);
    this.#queuedBytes -= size;
    this.#first = next;
    this.#settled = DONE;
    settling?.resolve();
    if (next === undefined) this.#end = undefined;
    else if (this.#error === undefined) this.#start();
    else this.#refuse(this.#error);
  };

  readonly #refuse = (error: unknown): void => {
    this.break(error);
    this.#settled = Promise.reject(this.#error);
    this.#settled.catch(ignore);
    for (let write = this.#first; write !== undefined; write = write.next) {
      this.#queuedBytes -= write.size;
      write.settling?.reject(this.#error);
    }
    this.#first = this.#end = undefined;
  };
}

/** How many bytes the pieces have in all. */
export function sizeOf(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  return size;
}

function asError(error: unknown): Error {
  if (error instanceof Deno.errors.BrokenPipe) {
    return new BrokenPipeError({ cause: error });
  }
  return error instanceof Error
    ? error
    : new Error("Cannot write as the stream has failed", { cause: error });
}
