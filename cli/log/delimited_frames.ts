import { CR, LF, NO_BYTES, PIPE_BYTES } from "../../src/bytes.ts";
import { TooLongError, UnexpectedEndError } from "../../src/errors.ts";
import { lookAgain } from "../../src/wait.ts";
import { ESC, MAX_SGR_BYTES, sgrLength } from "../formats/ansi.ts";
import { decodeAt, INCOMPLETE, INVALID, showBytes } from "../formats/escape.ts";
import type { Arrival } from "../arrival.ts";
import type { FrameOptions, LoggedPipe } from "./follow.ts";
import type { Log } from "./log.ts";

/**
 * Frames with a delimiter.
 *
 * They are cut here and not by `readFrame`: a frame that came with one read is
 * formatted where it stands, and a frame above the limit is cut without an
 * error for each cut.
 */
export async function followDelimited(
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
      await cutter.turn(() => cutter.take(chunk, offset));
    }
  } finally {
    // Also if the pipe has failed: what it gave before is in the log.
    pipe.end();
    await cutter.turn(() => cutter.end(reader.bytesRead));
  }
}

/** What ends a frame: its delimiter, the end of the stream, or nothing so far. */
type Ending = "delimiter" | "stream" | null;

/**
 * Cuts chunks at a delimiter, and logs the frames.
 *
 * With `unfinishedMs` the lines are for a person. What stands without an end for
 * so long is logged, marked, and its rest is a line of its own, unless it is
 * empty. A CR ends a line as well, at once: a progress bar moves, and an LF that
 * comes with the next read still belongs to the same end. A CR with nothing in
 * front of it ends nothing.
 */
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
  /** What stands was logged as unfinished: nothing of it is an empty line. */
  #isRest = false;
  /** A CR has ended the line: an LF behind it belongs to the same end. */
  #isAfterReturn = false;
  /** When the last bytes of what is held came. */
  #heldAt: Arrival | undefined;
  #endSilence: (() => void) | undefined;

  constructor(pipe: LoggedPipe, log: Log, options: FrameOptions) {
    this.#pipe = pipe;
    this.#log = log;
    this.#options = options;
    this.#isText = options.rule !== "nul";
    this.#delimiter = this.#isText ? LF : 0;
    this.#checksJson = options.rule === "json";
  }

  /** Runs `write` when nothing else is being logged that it must not cut. */
  turn(write: () => Promise<void>): Promise<void> {
    // An unfinished line is logged by a timer, between two reads of one pipe.
    return this.#options.unfinishedMs === undefined
      ? this.#pipe.turn(write)
      : this.#log.turn(write);
  }

  /** Logs the frames that end in `chunk`, which begins at `offset`. */
  async take(chunk: Uint8Array, offset: number): Promise<void> {
    const isForPerson = this.#options.unfinishedMs !== undefined;
    const arrival = this.#pipe.last;
    // Each is looked for again only when it was passed: a chunk of CR alone would
    // be searched for LF at each of its bytes otherwise.
    let found = -1;
    let nextReturn = -1;
    for (let from = 0; from < chunk.length && this.#log.canLog;) {
      if (found < from) found = placeOf(chunk, this.#delimiter, from);
      if (isForPerson && nextReturn < from) {
        nextReturn = placeOf(chunk, CR, from);
      }
      const isReturn = isForPerson && nextReturn < found;
      const end = isReturn ? nextReturn : found;
      const ending = end === chunk.length ? null : "delimiter";
      const isEmpty = end === from && this.#heldBytes === 0;
      if (isEmpty && isForPerson && this.#endsNothing(isReturn)) {
        // Nothing to log.
      } else if (this.#heldBytes === 0) {
        const start = this.#write(chunk, from, end, ending, offset);
        this.#hold(chunk, start, end);
      } else {
        this.#hold(chunk, from, end);
        this.#writeHeld(ending, offset + end);
      }
      if (!isEmpty) this.#isAfterReturn = isReturn;
      if (ending !== null) this.#isRest = false;
      from = end + 1;
      if (this.#log.shouldSend) await this.#log.send();
    }
    this.#heldAt = arrival;
    this.#watch(this.#options.unfinishedMs);
    await this.#log.send();
  }

  /** Whether a CR or LF with nothing in front of it ends no line. */
  #endsNothing(isReturn: boolean): boolean {
    if (isReturn) {
      this.#isAfterReturn ||= this.#isRest;
      return true;
    }
    const wasEnded = this.#isAfterReturn || this.#isRest;
    this.#isAfterReturn = false;
    return wasEnded;
  }

  /** Looks after `waitMs` whether what is held is still unfinished. */
  #watch(waitMs: number | undefined): void {
    const { unfinishedMs } = this.#options;
    if (unfinishedMs === undefined || waitMs === undefined) return;
    if (this.#heldBytes === 0 || this.#endSilence !== undefined) return;
    this.#endSilence = lookAgain(waitMs, () => {
      this.#endSilence = undefined;
      // A log that cannot be written tells of it by `failure`.
      this.turn(() => this.#logUnfinished(unfinishedMs)).catch(() => {});
    });
  }

  async #logUnfinished(unfinishedMs: number): Promise<void> {
    const heldAt = this.#heldAt;
    // More has arrived, and its turn is next; or the stream has ended.
    if (heldAt === undefined || heldAt !== this.#pipe.last) return;
    const leftMs = heldAt.elapsedMs + unfinishedMs - this.#pipe.elapsedMs;
    if (leftMs > 0) return this.#watch(leftMs);
    const size = this.#heldBytes;
    const end = wholeEnd(this.#held, 0, size, size);
    if (end === 0 || !this.#log.canLog) return;
    const offset = this.#pipe.reader.bytesRead - size;
    this.#log.piece(this.#held, 0, end, heldAt, offset, true);
    this.#held.copyWithin(0, end, size);
    this.#heldBytes = size - end;
    this.#isRest = true;
    await this.#log.send();
  }

  /** The stream has ended at `offset`: logs what is left. */
  async end(offset: number): Promise<void> {
    this.#endSilence?.();
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
      const most = from + maxBytes;
      const whole = wholeEnd(bytes, from, most, end);
      const to = whole === from ? most : whole;
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

/** Where `byte` stands from `from` on; the end of `bytes` if nowhere. */
function placeOf(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found < 0 ? bytes.length : found;
}

/**
 * Where to cut `bytes[start, …)` at `to` or before it, so that no character and
 * no colour is cut. `end` is where the known bytes end.
 */
function wholeEnd(
  bytes: Uint8Array,
  start: number,
  to: number,
  end: number,
): number {
  const escape = bytes.lastIndexOf(ESC, to - 1);
  if (escape >= start && sgrLength(bytes, escape, to) === INCOMPLETE) {
    const known = Math.min(escape + MAX_SGR_BYTES, end);
    if (sgrLength(bytes, escape, known) !== INVALID) return escape;
  }
  for (let at = to - 1; at >= start && at >= to - 3; at--) {
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
