import {
  FramingError,
  TooLongError,
  UnexpectedEndError,
} from "../../src/errors.ts";
import type { Framing } from "../../src/frame/framing.ts";
import { showBytes } from "../formats/escape.ts";
import { type FrameRule, isDelimited } from "../options/option.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Log } from "./log.ts";

/**
 * Logs all that a pipe gives in slices, until its end or until the log is full.
 *
 * Each read waits for the first byte and takes what has arrived by then.
 * Cutting into slices is the log's, so that the number of reads does not grow
 * with the number of slices.
 */
export async function followSlices(
  arrivals: Arrivals,
  log: Log,
): Promise<void> {
  while (!log.isFull) {
    const chunk = await arrivals.chunk();
    if (chunk === null) break;
    await log.slices(chunk, arrivals.last);
  }
  await log.end(arrivals.last);
}

/** The same in slices that are full, but for the last. */
export async function followFull(
  arrivals: Arrivals,
  log: Log,
  sliceBytes: number,
): Promise<void> {
  const { reader } = arrivals;
  while (!log.isFull) {
    await reader.peek(sliceBytes);
    const whole = Math.floor(reader.buffered / sliceBytes) * sliceBytes;
    const chunk = await reader.read(Math.max(whole, sliceBytes));
    if (chunk === null) break;
    await log.slices(chunk, arrivals.last);
  }
  await log.end(arrivals.last);
}

/** How a stream is followed frame by frame. */
export interface FrameOptions {
  /** Where one frame ends. */
  rule: FrameRule;
  /** The most bytes of a frame. */
  maxBytes: number;
  /** Told once of each way in which the stream breaks its rule. */
  warn(sentence: string): void;
}

/**
 * Logs a pipe frame by frame, until its end or until the log is full.
 *
 * A stream that breaks its rule is reported once and the log goes on: with a
 * length in front nobody knows where the next frame begins, so the rest comes
 * as slices; with a delimiter the frame is cut and the next begins after it. No
 * byte is missing from the log either way.
 */
export async function followFrames(
  arrivals: Arrivals,
  log: Log,
  { rule, maxBytes, warn }: FrameOptions,
): Promise<void> {
  // Loaded here: slices need no framings.
  const { framingOf } = await import("./framings.ts");
  const framing = framingOf(rule, maxBytes);
  const check = rule === "json" ? jsonCheck(warn) : () => {};
  const { reader } = arrivals;
  for (let hasCut = false; !log.isFull;) {
    const start = reader.bytesRead;
    try {
      const frame = await nextFrame(arrivals, log, framing);
      // The other pipe may have filled the log while this one was waited for.
      if (frame === null || log.isFull) break;
      check(frame);
      // A delimiter stands behind the payload, a header in front of it.
      const isAhead = isDelimited(rule);
      const offset = isAhead ? start : reader.bytesRead - frame.length;
      log.piece(frame, arrivals.last, offset);
    } catch (error) {
      if (!isBreach(error)) throw error;
      // It is our own stop of the child that ended the stream within a frame.
      if (!log.canLog) break;
      if (!(error instanceof TooLongError && isDelimited(rule))) {
        warn(`${error.message}; the rest is logged as slices`);
        log.seek(arrivals.last.stream, start);
        return await followSlices(arrivals, log);
      }
      if (!hasCut) warn(`${error.message}; it is cut there`);
      hasCut = true;
      log.piece(await reader.readExactly(maxBytes), arrivals.last, start);
    }
  }
  log.seek(arrivals.last.stream, reader.bytesRead);
  await log.end(arrivals.last);
}

/** The next frame; what is logged leaves first if there is none yet. */
async function nextFrame(
  { reader }: Arrivals,
  log: Log,
  framing: Framing,
): Promise<Uint8Array | null> {
  if (log.shouldSend) await log.send();
  const frame = reader.tryReadFrame(framing);
  if (frame !== undefined) return frame;
  await log.send();
  return await reader.readFrame(framing);
}

function isBreach(
  error: unknown,
): error is TooLongError | FramingError | UnexpectedEndError {
  return error instanceof TooLongError || error instanceof FramingError ||
    error instanceof UnexpectedEndError;
}

/** Reports the first line that is no JSON; it is logged as it is. */
function jsonCheck(warn: (sentence: string) => void): (f: Uint8Array) => void {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let hasWarned = false;
  return (frame) => {
    if (hasWarned) return;
    try {
      JSON.parse(decoder.decode(frame));
    } catch {
      hasWarned = true;
      const start = showBytes(frame, 40);
      warn(`Cannot take a line as JSON: it begins with ${start}`);
    }
  };
}
