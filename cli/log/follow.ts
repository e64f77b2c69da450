import { CR, LF, NO_BYTES, PIPE_BYTES } from "../../src/bytes.ts";
import { MAX_READ_BYTES } from "../../src/check.ts";
import {
  FramingError,
  TooLongError,
  UnexpectedEndError,
} from "../../src/errors.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import type { Arrival, Clock, Stream } from "../arrival.ts";
import { decodeAt, INCOMPLETE, INVALID, showBytes } from "../formats/escape.ts";
import { type FrameRule, isDelimited } from "../options/option.ts";
import type { Log } from "./log.ts";

/** Watches the reads of the pipes: when the log waits, and what each read gave. */
export interface ReadObserver {
  /** The log waits for bytes of a pipe from now on. */
  ask(arrival: Arrival): void;
  /** What a read gave, and when it arrived. */
  take(bytes: Uint8Array, arrival: Arrival): void;
  /** The log has bytes of a pipe to write, and does not wait for more of it. */
  resume(stream: Stream): void;
}

/** What {@linkcode LoggedPipe} needs beside its reader. */
export interface LoggedPipeOptions {
  /** Which pipe it is. */
  stream: Stream;
  /** Gives the time of each read. */
  clock: Clock;
  /** Watches the reads. Default: nobody. */
  observer?: ReadObserver | null;
  /** Another pipe goes into the same log, so that they must take turns. */
  isShared?: boolean;
}

/** One pipe of the child on its way into the log. */
export class LoggedPipe {
  /** When the last bytes arrived, or the end of the stream. */
  last: Arrival;
  readonly reader: PipeReader;
  readonly #log: Log;
  readonly #options: LoggedPipeOptions;
  #observer: ReadObserver | null;
  #isWaiting = false;

  /** Stamps each read of `reader` from now on. */
  constructor(reader: PipeReader, log: Log, options: LoggedPipeOptions) {
    this.reader = reader;
    this.#log = log;
    this.#options = options;
    const { stream, clock, observer = null } = options;
    this.#observer = observer;
    this.last = clock.now(stream);
    reader.onRead = (bytes, atMs) => {
      const arrival = this.last = clock.now(stream, atMs);
      this.#observe((observer) => {
        observer.take(bytes, arrival);
        // A frame can need several reads: the wait goes on until it is complete.
        if (this.#isWaiting) observer.ask(arrival);
      });
    };
  }

  /** Waits for a read of {@linkcode reader}. */
  wait<T>(read: () => Promise<T>): Promise<T> {
    return this.#observer === null ? read() : this.#observedWait(read);
  }

  async #observedWait<T>(read: () => Promise<T>): Promise<T> {
    const { clock, stream } = this.#options;
    this.#isWaiting = true;
    this.#observe((observer) => observer.ask(clock.now(stream)));
    try {
      const found = await read();
      // At the end of the stream the wait is not over: nothing came.
      if (found !== null) this.#observe((observer) => observer.resume(stream));
      return found;
    } finally {
      this.#isWaiting = false;
    }
  }

  /** An observer that fails is left out: the log does not depend on it. */
  #observe(tell: (observer: ReadObserver) => void): void {
    if (this.#observer === null) return;
    try {
      tell(this.#observer);
    } catch {
      this.#observer = null;
    }
  }

  /**
   * Logs what the last read gave. With two pipes, all of it is logged before
   * the turn of the other one.
   */
  turn(write: () => Promise<void>): Promise<void> {
    return this.#options.isShared ? this.#log.turn(write) : write();
  }

  /** The stream has ended: what is logged from now on has the time of its end. */
  end(): void {
    this.last = this.#options.clock.now(this.#options.stream);
  }
}

/**
 * Logs all that a pipe gives in slices, until its end or until the log is full.
 *
 * Each read waits for the first byte and takes what has arrived by then. The
 * log cuts it into slices: one read for each chunk, not for each slice.
 */
export async function followSlices(pipe: LoggedPipe, log: Log): Promise<void> {
  const { reader } = pipe;
  try {
    while (!log.isFull) {
      const chunk = await pipe.wait(() => reader.read(MAX_READ_BYTES));
      if (chunk === null) break;
      await pipe.turn(() => log.slices(chunk, pipe.last));
    }
  } finally {
    await endOf(pipe, log);
  }
}

/** The same in slices that are full. Only the last may be short. */
export async function followFull(
  pipe: LoggedPipe,
  log: Log,
  sliceBytes: number,
): Promise<void> {
  const { reader } = pipe;
  try {
    while (!log.isFull) {
      const first = await pipe.wait(() => reader.peek(sliceBytes));
      if (first === null || first.length < sliceBytes) break;
      const whole = Math.floor(reader.buffered / sliceBytes) * sliceBytes;
      const chunk = reader.tryRead(whole)!;
      await pipe.turn(() => log.slices(chunk, pipe.last));
    }
  } finally {
    await endOf(pipe, log);
  }
}

/** Logs what is left in the reader, also if the pipe has failed, and the end. */
async function endOf(pipe: LoggedPipe, log: Log): Promise<void> {
  pipe.end();
  const rest = log.canLog ? pipe.reader.tryRead(MAX_READ_BYTES) : undefined;
  if (rest !== undefined) await pipe.turn(() => log.slices(rest, pipe.last));
  await pipe.turn(() => log.end(pipe.last));
}

/** How a stream is followed frame by frame. */
export interface FrameOptions {
  /** Where one frame ends. */
  rule: FrameRule;
  /** The most bytes of a frame. */
  maxBytes: number;
  /** Called once for each way in which the stream breaks its rule. */
  warn(sentence: string): void;
}

/**
 * Logs a pipe frame by frame, until its end or until the log is full.
 *
 * A stream that breaks its rule is reported once and the log goes on, without
 * a missing byte. After a wrong length in front of a frame nobody knows where
 * the next one begins, so the rest is logged as slices. A frame with a
 * delimiter is cut, and the next one begins after the delimiter.
 */
export async function followFrames(
  pipe: LoggedPipe,
  log: Log,
  options: FrameOptions,
): Promise<void> {
  await (isDelimited(options.rule)
    ? followDelimited(pipe, log, options)
    : followMeasured(pipe, log, options));
}

/** Frames with a header in front. */
async function followMeasured(
  pipe: LoggedPipe,
  log: Log,
  { rule, maxBytes, warn }: FrameOptions,
): Promise<void> {
  // Loaded here: nothing else needs framings.
  const { framingOf } = await import("./framings.ts");
  const framing = framingOf(rule, maxBytes);
  const { reader } = pipe;
  let breach: Breach | undefined;
  /** Logs a frame and all others that are here. */
  const take = async (first: Uint8Array) => {
    for (let frame: Uint8Array | undefined = first; frame !== undefined;) {
      // The other pipe may have filled the log during the wait.
      if (!log.canLog) return;
      const { length } = frame;
      log.piece(frame, 0, length, pipe.last, reader.bytesRead - length);
      if (log.shouldSend) await log.send();
      try {
        frame = reader.tryReadFrame(framing);
      } catch (error) {
        if (!isBreach(error)) throw error;
        breach = error;
        break;
      }
    }
    await log.send();
  };
  while (breach === undefined && log.canLog) {
    try {
      const frame = await pipe.wait(() => reader.readFrame(framing));
      if (frame === null) break;
      await pipe.turn(() => take(frame));
    } catch (error) {
      if (!isBreach(error)) {
        log.seek(pipe.last.stream, reader.bytesRead);
        await endOf(pipe, log);
        throw error;
      }
      breach = error;
    }
  }
  // Our own stop of the child can end the stream within a frame.
  if (breach === undefined || !log.canLog) return await endOf(pipe, log);
  warn(`${breach.message}; the rest is logged as slices`);
  if (breach instanceof UnexpectedEndError) pipe.end();
  log.seek(pipe.last.stream, reader.bytesRead);
  await followSlices(pipe, log);
}

type Breach = TooLongError | FramingError | UnexpectedEndError;

/** Whether the stream has broken its rule. */
function isBreach(error: unknown): error is Breach {
  return error instanceof TooLongError || error instanceof FramingError ||
    error instanceof UnexpectedEndError;
}

/**
 * Frames with a delimiter.
 *
 * They are cut here and not by `readFrame`: a frame that came with one read is
 * formatted where it stands, and a frame above the limit is cut without an
 * error for each cut.
 */
async function followDelimited(
  pipe: LoggedPipe,
  log: Log,
  options: FrameOptions,
): Promise<void> {
  const { reader } = pipe;
  const cutter = new DelimitedCutter(pipe, log, options);
  try {
    while (log.canLog) {
      const chunk = await pipe.wait(() => reader.read(PIPE_BYTES));
      if (chunk === null) break;
      const offset = reader.bytesRead - chunk.length;
      await pipe.turn(() => cutter.take(chunk, offset));
    }
  } finally {
    // Also if the pipe has failed: what it gave before is in the log.
    pipe.end();
    await pipe.turn(() => cutter.end(reader.bytesRead));
  }
}

/** What ends a frame: its delimiter, the end of the stream, or nothing so far. */
type Ending = "delimiter" | "stream" | null;

/** Cuts chunks at a delimiter, and logs the frames. */
class DelimitedCutter {
  readonly #pipe: LoggedPipe;
  readonly #log: Log;
  readonly #options: FrameOptions;
  readonly #delimiter: number;
  readonly #isText: boolean;
  /** Whether each line must be JSON. The first that is not is reported. */
  #checksJson: boolean;
  /** The start of a frame whose end has not arrived. */
  #held: Uint8Array = NO_BYTES;
  #heldBytes = 0;
  /** A part of the frame was logged already. */
  #isCut = false;
  #hasReported = false;

  constructor(pipe: LoggedPipe, log: Log, options: FrameOptions) {
    this.#pipe = pipe;
    this.#log = log;
    this.#options = options;
    this.#isText = options.rule !== "nul";
    this.#delimiter = this.#isText ? LF : 0;
    this.#checksJson = options.rule === "json";
  }

  /** Logs the frames that end in `chunk`, which begins at `offset`. */
  async take(chunk: Uint8Array, offset: number): Promise<void> {
    for (let from = 0; from < chunk.length && this.#log.canLog;) {
      const found = chunk.indexOf(this.#delimiter, from);
      const end = found < 0 ? chunk.length : found;
      const ending = found < 0 ? null : "delimiter";
      if (this.#heldBytes === 0) {
        const start = this.#write(chunk, from, end, ending, offset);
        this.#hold(chunk, start, end);
      } else {
        this.#hold(chunk, from, end);
        this.#writeHeld(ending, offset + end);
      }
      from = end + 1;
      if (this.#log.shouldSend) await this.#log.send();
    }
    await this.#log.send();
  }

  /** The stream has ended at `offset`: logs what is left. */
  async end(offset: number): Promise<void> {
    const held = this.#held.subarray(0, this.#heldBytes);
    if (held.length > 0 && this.#log.canLog) {
      if (this.#isText) {
        this.#writeHeld("stream", offset);
      } else {
        const { message } = new UnexpectedEndError({
          expected: "a whole NUL-ended frame",
          partial: held,
        });
        this.#options.warn(`${message}; the rest is logged as slices`);
        this.#log.seek(this.#pipe.last.stream, offset - held.length);
        await this.#log.slices(held, this.#pipe.last);
      }
    }
    this.#log.seek(this.#pipe.last.stream, offset);
    await this.#log.end(this.#pipe.last);
  }

  /** The same as {@linkcode #write} for what is held, which ends at `offset`. */
  #writeHeld(ending: Ending, offset: number): void {
    const size = this.#heldBytes;
    const start = this.#write(this.#held, 0, size, ending, offset - size);
    this.#held.copyWithin(0, start, size);
    this.#heldBytes = size - start;
  }

  /**
   * Logs `bytes[start, end)`; without an ending only what is more than a frame
   * may have. Returns where the rest begins. `offset` is that of `bytes` in the
   * stream.
   */
  #write(
    bytes: Uint8Array,
    start: number,
    end: number,
    ending: Ending,
    offset: number,
  ): number {
    // A CR before LF is no byte of the line. The LF may still have to come.
    const hasReturn = this.#isText && ending !== "stream" && end > start &&
      bytes[end - 1] === CR;
    const last = hasReturn ? end - 1 : end;
    const { maxBytes } = this.#options;
    let from = start;
    while (last - from > maxBytes && this.#log.canLog) {
      if (!this.#isCut) this.#reportCut(bytes.subarray(from, last));
      const to = characterEnd(bytes, from, from + maxBytes, end);
      this.#log.piece(bytes, from, to, this.#pipe.last, offset + from);
      this.#isCut = true;
      from = to;
    }
    if (ending === null) return from;
    this.#writeFrame(bytes, from, last, offset + from);
    return end;
  }

  /** Logs one frame, or the rest of one that was cut. */
  #writeFrame(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
  ): void {
    if (!this.#log.canLog) return;
    if (this.#checksJson && !this.#isCut) {
      const frame = bytes.subarray(start, end);
      if (!isJson(frame, offset === 0)) {
        this.#checksJson = false;
        this.#options.warn(
          `Cannot take a line as JSON: it begins with ${showBytes(frame, 40)}`,
        );
      }
    }
    this.#isCut = false;
    this.#log.piece(bytes, start, end, this.#pipe.last, offset);
  }

  #reportCut(head: Uint8Array): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const { rule, maxBytes, warn } = this.#options;
    const what = rule === "nul" ? "NUL-ended frame" : "line";
    const { message } = new TooLongError({ what, maxBytes, head });
    warn(`${message}; it is cut there`);
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const size = this.#heldBytes + end - start;
    if (size > this.#held.length) {
      const grown = new Uint8Array(Math.max(size, this.#held.length * 2, 256));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldBytes);
    this.#heldBytes = size;
  }
}

/**
 * Where to cut `bytes[start, …)` at `to` or up to 3 bytes before it, so that no
 * character is cut. `end` is where the known bytes end.
 */
function characterEnd(
  bytes: Uint8Array,
  start: number,
  to: number,
  end: number,
): number {
  for (let at = to - 1; at > start && at >= to - 3; at--) {
    if (bytes[at]! < 0xc0) continue;
    const isCut = decodeAt(bytes, at, to) === INCOMPLETE &&
      decodeAt(bytes, at, Math.min(at + 4, end)) !== INVALID;
    return isCut ? at : to;
  }
  return to;
}

const jsonDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a line is JSON. A blank line is, and a BOM at the very start. */
function isJson(line: Uint8Array, isFirst: boolean): boolean {
  try {
    let text = jsonDecoder.decode(line);
    if (isFirst && text.startsWith("\ufeff")) text = text.slice(1);
    if (text.trim() !== "") JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
