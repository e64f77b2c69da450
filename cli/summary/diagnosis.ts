import { PIPE_BYTES } from "../../src/bytes.ts";
import type { FullBuffers } from "./signs.ts";
import { canHoldBack, heldBytes, isPython, remedies } from "./remedy.ts";
import type { PipeStatistics, Statistics } from "./statistics.ts";
import {
  type Ending,
  formatBytes,
  formatCount,
  formatMs,
  isOurStop,
} from "../words.ts";

/** Fewer reads of a full pipe can be one burst. */
const MIN_FULL_READS = 32;
/** A log that took less time has delayed nobody. */
const MIN_SLOW_MS = 500;

/**
 * What is wrong with the pipe, in sentences, and what helps.
 *
 * It says only what the numbers show. Where they can have another cause there is
 * no sentence, or the sentence says "if". Each is plain text, safe for a terminal
 * and up to 250 characters long; the caller breaks the lines. Behind a newline
 * it has a command line to copy, which is not to be broken. `command` is `null`
 * for one that cannot hold its output back: the built-in child, or on a terminal.
 */
export function diagnosis(
  statistics: Statistics,
  ending: Ending,
  command: readonly string[] | null,
): string[] {
  const { out, err } = statistics;
  const sentences: string[] = [];
  if (out.reads === 0) {
    sentences.push(...describeNothing(statistics, ending, command));
  } else {
    if (command !== null) {
      sentences.push(...describeHeldBack(statistics, ending, command));
    }
    sentences.push(...describeSlowReader(out), ...describeJoined(out));
  }
  sentences.push(
    ...describeCut(out, "stdout"),
    ...describeCut(err, "stderr"),
    ...describeHeldPipe(ending),
  );
  return sentences;
}

function describeNothing(
  { durationMs, err }: Statistics,
  ending: Ending,
  command: readonly string[] | null,
): string[] {
  if (isOurStop(ending)) return [];
  const but = err.bytes > 0 ? `, but ${formatBytes(err.bytes)} on stderr` : "";
  const isByItself = ending.reason === "exited" || ending.reason === "lost";
  if (isByItself) return [`Nothing came on stdout${but}.`];
  const nothing = `Nothing came on stdout in ${formatMs(durationMs)}${but}, ` +
    "and then the child was ended.";
  const buffer = command === null ? null : heldBytes(command);
  if (command === null || buffer === null) return [nothing];
  return [
    `${nothing} If it had printed anything by then, that is lost: while ` +
    `stdout is a pipe, up to ${formatCount(buffer)} bytes are held back.`,
    ...remedies(command),
  ];
}

function describeSlowReader(out: PipeStatistics): string[] {
  const { busyMs, reads, firstMs, lastMs } = out;
  const full = out.exactly[65536];
  const share = busyMs / (lastMs - firstMs);
  if (full < MIN_FULL_READS || full < 0.9 * reads) return [];
  // `!(x > 0.5)` and not `x <= 0.5`: NaN (no `ask`) must return as well.
  if (!(share > 0.5) || lastMs - firstMs < MIN_SLOW_MS) return [];
  const percent = Math.min(99, Math.floor(share * 100));
  return [
    `The reader was the slow side: the pipe was full at ${formatCount(full)} ` +
    `of ${formatCount(reads)} reads, and ${percent} % of the time went into ` +
    "the log while the child had to wait.",
  ];
}

function describeJoined(
  { messages: { evidence }, reads }: PipeStatistics,
): string[] {
  if (evidence === null) return [];
  const { bytes, reads: several, areLines } = evidence;
  const remedy = areLines
    ? "--lines parts them."
    : "the child must mark where each ends (--frame).";
  return [
    `Messages came joined: ${formatCount(several)} of ${formatCount(reads)} ` +
    `reads had several of ${formatCount(bytes)} bytes. A read is not a ` +
    `message: ${remedy}`,
  ];
}

function describeCut(
  { characters: { cut, isText, isInside }, reads }: PipeStatistics,
  name: string,
): string[] {
  if (!isText) return [];
  const sentences: string[] = [];
  if (cut > 0) {
    sentences.push(
      `${formatCount(cut)} of ${formatCount(reads)} reads of ${name} ended ` +
        "inside a UTF-8 character: decode the stream with one decoder, never " +
        "each read by itself.",
    );
  }
  if (isInside) {
    sentences.push(`The last character of ${name} is not complete.`);
  }
  return sentences;
}

function describeHeldPipe(ending: Ending): string[] {
  // After a signal to end, the program itself gives the pipe up.
  if (isOurStop(ending) || ending.drained || ending.receivedSignal !== null) {
    return [];
  }
  return [
    "The child had ended, but a process that it left behind still held the " +
    "pipe: what that wrote later is not in the log.",
  ];
}

/** Output that comes sooner was not held back for long enough to be noticed. */
const NOTICED_MS = 500;
/** The same for a program that is not known to hold anything back. */
const UNKNOWN_MS = 1000;
/** What the stdio of C holds back while stdout is a pipe. */
const STDIO_BYTES = 4096;
/** What a program writes at its end arrives at most this long before it. */
const AT_THE_END_MS = 200;

/** Whether the command kept its output in a buffer, and what helps. */
function describeHeldBack(
  statistics: Statistics,
  ending: Ending,
  command: readonly string[],
): string[] {
  const { out } = statistics;
  // Bytes that are no text are written in blocks on purpose.
  if (!canHoldBack(command) || !out.characters.isText) return [];
  const full = out.bursts.fullBuffers;
  if (full !== null && isEvidence(full, out, command)) {
    return [describeFull(full), ...remedies(command)];
  }
  const known = heldBytes(command);
  const buffer = known ?? STDIO_BYTES;
  if (!isAtOnceAtTheEnd(statistics, ending, buffer)) return [];
  // Nobody knows of another program whether it prints anything before its end.
  if (known === null && out.firstMs < UNKNOWN_MS) return [];
  const amount = formatBytes(out.bytes);
  const after = formatMs(out.firstMs);
  const why = known === null
    ? ", as by most programs while stdout is a pipe"
    : `: while stdout is a pipe, up to ${formatCount(buffer)} bytes are`;
  return [
    `Everything (${amount}) came at once as the child ended, after ${after} ` +
    `of silence. If it was printed before that, it was held back${why}.`,
    ...remedies(command),
  ];
}

/** A program may also write such blocks on purpose. */
function describeFull({ bytes, count, silentMs }: FullBuffers): string {
  const each = formatMs(silentMs / count);
  return `${formatCount(count)} times a full buffer of ${formatCount(bytes)} ` +
    `bytes came at once, after ${each} of silence on average. If it was ` +
    "printed bit by bit, it was held back, as stdout is a pipe.";
}

function isEvidence(
  { bytes, isExact }: FullBuffers,
  { busyMs }: PipeStatistics,
  command: readonly string[],
): boolean {
  // A pipe is full whenever its reader is slow. Only with `ask` is it known that
  // the silences were the child's.
  if (bytes >= PIPE_BYTES && Number.isNaN(busyMs)) return false;
  return isExact || isPython(command);
}

/**
 * A buffer that did not become full is written at the end, as one. Of more bytes
 * than the buffer holds, a part would have come before.
 */
function isAtOnceAtTheEnd(
  { out, durationMs }: Statistics,
  ending: Ending,
  buffer: number,
): boolean {
  if (isOurStop(ending) || ending.reason !== "exited") return false;
  // The end of the log may be later, where the machine has more to do. There the
  // command also needs longer to end: its silence says how much may be usual.
  const endMs = Math.min(durationMs, ending.durationMs);
  const atTheEndMs = Math.max(AT_THE_END_MS, out.firstMs / 3);
  return out.reads === 1 && out.lines > 1 && out.bytes <= buffer &&
    out.firstMs >= NOTICED_MS && endMs - out.firstMs <= atTheEndMs;
}
