import { stdoutWriter } from "../../src/write/stdout.ts";
import type { PipeWriter } from "../../src/write/writer.ts";
import {
  type Format,
  formatOptions,
  FORMATS,
  shouldColor,
} from "../formats/formats.ts";
import type { LineArrival, LineStream } from "../arrival.ts";
import { LineBuffer } from "../formats/store.ts";
import type { ParentSettings } from "../options/parent.ts";

/**
 * How many slices are formatted before they are written. A line can have 200
 * bytes more than its slice. A chunk in slices of one byte would need 200 times
 * its size otherwise.
 */
const SLICES_PER_WRITE = 4096;

/** Above this the lines are handed on before the next ones are formatted. */
const FULL_BYTES = 256 * 1024;

/** With 256 KiB the lines of `seed` leave the cache: a sixth more CPU time. */
const COLLECTED_BYTES = 128 * 1024;

/** For all that was handed on at once. */
const SENT: Promise<void> = Promise.resolve();

/** Where the lines of a log go. */
export type LogWriter = Pick<PipeWriter, "writeNow" | "close">;

/** How a log cuts, and when it is full. */
export interface LogOptions {
  /** The most bytes of a slice. */
  sliceBytes: number;
  /** The most lines. */
  maxLines: number;
}

/** Makes log lines of bytes, and writes them. */
export class Log {
  /** Lines logged so far. */
  lines = 0;
  readonly #format: Format;
  readonly #writer: LogWriter;
  readonly #sliceBytes: number;
  readonly #maxLines: number;
  // Two buffers: the lines of the next chunks are formatted in one while those
  // of earlier chunks are written from the other.
  #filling = new LineBuffer();
  #leaving = new LineBuffer();
  #written: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** Resolves when the turn that was asked for last has ended. */
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;
  #hasFailed = false;
  /** When the last slices came, for each stream that has not ended. */
  readonly #open = new Map<LineStream, LineArrival>();
  readonly #failure = Promise.withResolvers<never>();

  /** A log of `format`, to `writer`. */
  constructor(
    writer: LogWriter,
    format: Format,
    { sliceBytes, maxLines }: LogOptions,
  ) {
    this.#writer = writer;
    this.#format = format;
    this.#sliceBytes = sliceBytes;
    this.#maxLines = maxLines;
  }

  /** Rejects as soon as the log cannot be written; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Whether more lines can be logged: it is not full, and can be written. */
  get canLog(): boolean {
    return !this.isFull && !this.#hasFailed;
  }

  /** True once as many lines are logged as were asked for. */
  get isFull(): boolean {
    return this.lines >= this.#maxLines;
  }

  /**
   * Logs `chunk` in slices. Resolves when there is room for the next chunk;
   * rejects if the log can't be written.
   */
  async slices(chunk: Uint8Array, arrival: LineArrival): Promise<void> {
    const step = this.#sliceBytes * SLICES_PER_WRITE;
    for (let at = 0; at < chunk.length && !this.isFull; at += step) {
      this.#open.set(arrival.stream, arrival);
      const room = (this.#maxLines - this.lines) * this.#sliceBytes;
      const end = Math.min(at + step, at + room, chunk.length);
      this.lines += this.#format.slices(
        this.#filling,
        chunk,
        at,
        end,
        this.#sliceBytes,
        arrival,
      );
      await this.send();
    }
  }

  /** The next byte of `stream` that is logged stands at `offset` in it. */
  seek(stream: LineStream, offset: number): void {
    this.#format.seek?.(stream, offset);
  }

  /**
   * Adds `bytes[start, end)` as one line, which leaves with the next
   * {@linkcode send}. It begins at `offset` of its stream; `isUnfinished` says
   * that the rest of its line is still to come.
   */
  piece(
    bytes: Uint8Array,
    start: number,
    end: number,
    arrival: LineArrival,
    offset: number,
    isUnfinished = false,
  ): void {
    this.#format.seek?.(arrival.stream, offset);
    this.#format.piece(
      this.#filling,
      bytes,
      start,
      end,
      arrival,
      isUnfinished,
    );
    this.lines++;
  }

  /**
   * Runs `write` when all turns that were asked for before have ended: while it
   * waits for room, the other pipe of the child logs nothing.
   */
  async turn(write: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      await write();
    } finally {
      resolve();
    }
  }

  /** Adds what the format still holds back, at the end of a stream. */
  async end(arrival: LineArrival): Promise<void> {
    this.#end(arrival);
    await this.send();
  }

  #end(arrival: LineArrival): void {
    this.#open.delete(arrival.stream);
    // Bytes that the format holds back belong to lines that `--count` includes.
    if (!this.#isClosed && !(this.isFull && this.#format.endIsExtra)) {
      this.#format.end?.(this.#filling, arrival);
    }
  }

  /** Whether what was added should be written before more is. */
  get shouldSend(): boolean {
    return this.#filling.length >= FULL_BYTES;
  }

  /**
   * Hands on what was added. While what was handed on before is being written,
   * up to 128 KiB are collected, which leave together after it. With a write
   * for each read, `raw` into a pipe takes a third longer. Above that it waits.
   * Rejects if the log could not be written.
   */
  send(): Promise<void> {
    if (this.#mustWait) return this.#waitForRoom();
    if (!this.#isWriting) this.#sendNow();
    return SENT;
  }

  get #mustWait(): boolean {
    const isFull = this.#filling.length >= COLLECTED_BYTES;
    return this.#isWriting && (isFull || this.#hasFailed);
  }

  async #waitForRoom(): Promise<void> {
    // Both pipes may wait here: the first one that goes on can fill it again.
    while (this.#mustWait) await this.#written;
  }

  #sendNow(): void {
    if (this.#filling.length === 0) return;
    const lines = this.#filling;
    this.#filling = this.#leaving;
    this.#leaving = lines;
    this.#filling.reset();
    this.#isWriting = true;
    this.#written = this.#writer.writeNow([lines.written()]);
    this.#written.then(() => {
      this.#isWriting = false;
      this.#sendNow();
    }, (error) => {
      // Told at once: the next line may be long in coming.
      this.#hasFailed = true;
      this.#failure.reject(error);
    });
  }

  /** Resolves when all lines have been accepted by the pipe or file. */
  async flush(): Promise<void> {
    await this.send();
    while (this.#isWriting) await this.#written;
  }

  /**
   * The same, and gives the pipe or file up. Ends each stream that has not
   * ended: the lines of the other one may have filled the log.
   */
  async close(): Promise<void> {
    for (const arrival of this.#open.values()) this.#end(arrival);
    this.#isClosed = true;
    await this.flush();
    await this.#writer.close();
  }
}

/** The log that the options ask for, to `output` or else to stdout. */
export async function createLog(
  settings: ParentSettings,
  output: LogWriter | null,
): Promise<Log> {
  const LoadedFormat = await FORMATS[settings.format]();
  const color = shouldColor(settings.color, output === null);
  const streams = settings.stderr === "log";
  const format = new LoadedFormat(formatOptions(settings, { color, streams }));
  return new Log(output ?? stdoutWriter(), format, {
    sliceBytes: settings.slice,
    maxLines: settings.count ?? Infinity,
  });
}
