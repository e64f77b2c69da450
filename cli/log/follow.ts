import { NO_BYTES } from "../../src/bytes.ts";
import { MAX_READ_BYTES } from "../../src/check.ts";
import {
  FramingError,
  TooLongError,
  UnexpectedEndError,
} from "../../src/errors.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import type { Recorder } from "../../src/recording/recorder.ts";
import type { Arrival, Clock, Stream } from "../arrival.ts";
import {
  type FrameRule,
  isDelimited,
  type MeasuredRule,
} from "../options/option.ts";
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
  /** Records what each read gave. Default: nobody. */
  recorder?: Pick<Recorder, "piece"> | null;
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
    const { stream, clock, observer = null, recorder } = options;
    this.#observer = observer;
    this.last = clock.now(stream);
    reader.onRead = (bytes, atMs) => {
      recorder?.piece(stream, bytes, atMs);
      const arrival = this.last = clock.now(stream, atMs);
      this.#observe((observer) => {
        observer.take(bytes, arrival);
        // A frame can need several reads: the wait goes on until it is complete.
        if (this.#isWaiting) observer.ask(arrival);
      });
    };
  }

  /** Milliseconds since the start, by the clock of {@linkcode last}. */
  get elapsedMs(): number {
    return this.#options.clock.now(this.#options.stream).elapsedMs;
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
  /** Where one frame ends; `auto`: the first bytes say it. */
  rule: FrameRule | "auto";
  /** The most bytes of a frame. */
  maxBytes: number;
  /**
   * Lines for a person: what stands without an end for so many milliseconds is
   * logged, and a CR ends a line. Default: a line is whole, and LF ends it.
   */
  unfinishedMs?: number;
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
  const rule = options.rule === "auto"
    ? await ruleOfStream(pipe, options.unfinishedMs)
    : options.rule;
  if (!isDelimited(rule)) {
    return await followMeasured(pipe, log, { ...options, rule });
  }
  // Loaded here: slices do not need it.
  const { followDelimited } = await import("./delimited_frames.ts");
  // Half a JSON value is nothing to look at.
  const unfinishedMs = rule === "lines" ? options.unfinishedMs : undefined;
  await followDelimited(pipe, log, { ...options, rule, unfinishedMs });
}

async function ruleOfStream(
  pipe: LoggedPipe,
  timeoutMs: number | undefined,
): Promise<FrameRule> {
  const { guessOfHead } = await import("../../src/recording/frame_ends.ts");
  const { reader } = pipe;
  try {
    for (;;) {
      const size = reader.buffered + 1;
      await pipe.wait(() => reader.peek(size, { timeoutMs }));
      const { buffered } = reader;
      const head = buffered === 0 ? NO_BYTES : await reader.peek(buffered);
      const rule = guessOfHead(head!, buffered < size);
      if (rule !== null) return rule;
    }
  } catch {
    // A prompt of half a line, or a pipe that fails: its bytes are still there.
    return "lines";
  }
}

/** Frames with a header in front. */
async function followMeasured(
  pipe: LoggedPipe,
  log: Log,
  { rule, maxBytes, warn }: FrameOptions & { rule: MeasuredRule },
): Promise<void> {
  // Loaded here: nothing else needs framings.
  const { MEASURED } = await import("../../src/recording/frame_ends.ts");
  const framing = MEASURED[rule]({ maxBytes });
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
