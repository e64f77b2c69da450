import { formatBytes, formatCount, formatMs } from "./amounts.ts";
import type { Ending } from "./ending.ts";
import { PIPE_BYTES, type PipeStatistics } from "./pipe_statistics.ts";
import { findProgram, type Program } from "./program_name.ts";
import { canHoldBack, heldBytes, remedy } from "./remedy.ts";
import type { Statistics } from "./statistics.ts";

/** Output that is at hand sooner than this was not held back to be noticed. */
const NOTICED_MS = 500;
/** What a program writes as it ends is here at most this long before its end. */
const AT_THE_END_MS = 200;
/** Fewer reads of a full pipe than this may be one burst. */
const MIN_FULL_READS = 32;

/**
 * What is wrong with the pipe, in sentences, and what helps.
 *
 * Only what the numbers show: where they can have another cause there is no
 * sentence. Plain text, safe for a terminal, of any length: the caller breaks
 * the lines. `command` is `null` for the program's own child.
 */
export function diagnosis(
  statistics: Statistics,
  ending: Ending,
  command: readonly string[] | null,
): string[] {
  const { out, err, asRead } = statistics;
  const sentences: string[] = [];
  const program = command === null ? null : findProgram(command);
  if (out.reads === 0) {
    sentences.push(...nothingCame(statistics, ending, program));
  }
  if (asRead) {
    if (command !== null) {
      sentences.push(...heldBack(statistics, ending, program));
    }
    sentences.push(...slowReader(out), ...joined(out));
  }
  sentences.push(...cutCharacters(out, "stdout"));
  sentences.push(...cutCharacters(err, "stderr"));
  sentences.push(...heldPipe(ending));
  return sentences;
}

function nothingCame(
  { durationMs, err }: Statistics,
  ending: Ending,
  program: Program | null,
): string[] {
  if (ending === null) return [];
  const but = err.bytes > 0 ? `, but ${formatBytes(err.bytes)} on stderr` : "";
  const isByItself = ending.reason === "exited" || ending.reason === "lost";
  if (isByItself) return [`Nothing came on stdout${but}.`];
  const nothing =
    `Nothing came on stdout in ${formatMs(durationMs)}${but}, and then the ` +
    "child was ended.";
  const buffer = heldBytes(program);
  if (buffer === null) return [nothing];
  return [
    `${nothing} If it had printed anything by then, that is lost: while ` +
    `stdout is a pipe, up to ${formatCount(buffer)} bytes are held back.`,
    remedy(program),
  ];
}

function heldBack(
  { out, durationMs }: Statistics,
  ending: Ending,
  program: Program | null,
): string[] {
  if (!canHoldBack(program)) return [];
  const full = out.bursts.fullBuffers;
  // Of a full pipe only somebody who waited for it knows who was late.
  const isOwn = full !== null &&
    (full.bytes < PIPE_BYTES || !Number.isNaN(out.busyMs));
  if (isOwn && out.characters.isText) {
    const { bytes, count, silentMs } = full;
    return [
      `Output is held back while stdout is a pipe: ` +
      `${formatCount(count)} times a full buffer of ${
        formatCount(bytes)
      } bytes ` +
      `came at once, after ${
        formatMs(silentMs / count)
      } of silence on average.`,
      remedy(program),
    ];
  }
  const buffer = heldBytes(program);
  const isAtOnce = out.bursts.count === 1 && out.bursts.firstLines > 1 &&
    buffer !== null && out.bytes < buffer && out.characters.isText;
  const isAtEnd = ending !== null && ending.reason === "exited" &&
    out.firstMs >= NOTICED_MS && durationMs - out.firstMs <= AT_THE_END_MS;
  if (!isAtOnce || !isAtEnd) return [];
  return [
    `Everything (${formatBytes(out.bytes)}) came at once as the child ended, ` +
    `after ${
      formatMs(out.firstMs)
    } of silence. If it was printed before that, ` +
    `it was held back: while stdout is a pipe, up to ${formatCount(buffer)} ` +
    "bytes are.",
    remedy(program),
  ];
}

function slowReader(out: PipeStatistics): string[] {
  const { busyMs, reads, firstMs, lastMs } = out;
  const full = out.exactly[65536];
  const share = busyMs / (lastMs - firstMs);
  if (full < MIN_FULL_READS || full < 0.9 * reads) return [];
  // NaN, if nobody told when it waited, is not more than half.
  if (!(share > 0.5) || lastMs - firstMs < NOTICED_MS) return [];
  return [
    `The reader was the slow side: the pipe was full at ` +
    `${formatCount(full)} of ${formatCount(reads)} reads, and ` +
    `${Math.min(99, Math.floor(share * 100))} % of the time went into the ` +
    `log while the child had to wait.`,
  ];
}

function joined({ messages: { evidence }, reads }: PipeStatistics): string[] {
  if (evidence === null) return [];
  const { bytes, reads: several, areLines } = evidence;
  return [
    `Messages came joined: ${formatCount(several)} of ${formatCount(reads)} ` +
    `reads had several of ${formatCount(bytes)} bytes. A read is not a ` +
    `message: ${
      areLines
        ? "--lines parts them."
        : "the child must mark where each ends (--frame)."
    }`,
  ];
}

function cutCharacters(
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

function heldPipe(ending: Ending): string[] {
  // Told to end, the program lets the pipe go itself.
  if (ending === null || ending.drained || ending.receivedSignal !== null) {
    return [];
  }
  return [
    "The child had ended, but a process that it left behind still held the " +
    "pipe: what that wrote later is not in the log.",
  ];
}
