import { formatBytes, formatCount, formatMs } from "./amounts.ts";
import type { FullBuffers } from "./bursts.ts";
import { type Ending, isOurs } from "./ending.ts";
import { PIPE_BYTES, type PipeStatistics } from "./pipe_statistics.ts";
import { canHoldBack, heldBytes, isPython, remedy } from "./remedy.ts";
import type { Statistics } from "./statistics.ts";

/** Output that is at hand sooner than this was not held back to be noticed. */
const NOTICED_MS = 500;
/** What a program writes as it ends is here at most this long before its end. */
const AT_THE_END_MS = 200;

/** Whether the command kept its output in a buffer, and what helps. */
export function describeHeldBack(
  statistics: Statistics,
  ending: Ending,
  word: string,
): string[] {
  const { out } = statistics;
  // What is not text is written in blocks on purpose.
  if (!canHoldBack(word) || !out.characters.isText) return [];
  const full = out.bursts.fullBuffers;
  if (full !== null && isEvidence(full, out, word)) {
    return [describeFull(full), remedy(word)];
  }
  const buffer = heldBytes(word);
  if (buffer === null || !isAtOnceAtTheEnd(statistics, ending, buffer)) {
    return [];
  }
  const amount = formatBytes(out.bytes);
  const after = formatMs(out.firstMs);
  return [
    `Everything (${amount}) came at once as the child ended, after ${after} ` +
    "of silence. If it was printed before that, it was held back: while " +
    `stdout is a pipe, up to ${formatCount(buffer)} bytes are.`,
    remedy(word),
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
  word: string,
): boolean {
  // A pipe is full whenever its reader is late: only if somebody told when it
  // waited were the silences the child's.
  if (bytes >= PIPE_BYTES && Number.isNaN(busyMs)) return false;
  return isExact || isPython(word);
}

/**
 * A buffer that is not full is written at once, at the end. More bytes than
 * the buffer holds would have come in part before: those were made at once.
 */
function isAtOnceAtTheEnd(
  { out, durationMs }: Statistics,
  ending: Ending,
  buffer: number,
): boolean {
  return !isOurs(ending) && ending.reason === "exited" &&
    out.reads === 1 && out.lines > 1 && out.bytes <= buffer &&
    out.firstMs >= NOTICED_MS && durationMs - out.firstMs <= AT_THE_END_MS;
}
