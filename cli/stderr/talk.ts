import { isHidden } from "../../src/text_safety.ts";
import { settlesWithin } from "../../src/wait.ts";
import { stderrWriter } from "../../src/write/stdout.ts";

/** The name that stands in front of what the program says. */
export const PROGRAM_NAME = "basic-pipes";

/** How long a stderr that nobody reads may keep the program from going on. */
const PATIENCE_MS = 1000;

let stderr = stderrWriter();
/** Nobody has read for as long as we wait; what is said waits on. */
let isStuck = false;

/**
 * One line to the person at stderr: stdout is the product, stderr is the talk.
 * Plain, because a log file keeps what a terminal would colour.
 */
export function talk(sentence: string): Promise<void> {
  return show(`${PROGRAM_NAME}: ${safe(sentence)}\n`);
}

/** What it quotes, an argument or a child's bytes, must not act on a terminal. */
function safe(sentence: string): string {
  let shown = "";
  for (const character of sentence) {
    const codePoint = character.codePointAt(0) ?? 0;
    const acts = codePoint < 0x20 || codePoint === 0x7f || isHidden(codePoint);
    shown += acts ? `\\u{${codePoint.toString(16)}}` : character;
  }
  return shown;
}

/** Lines to the person at stderr, as they stand; resolves as {@linkcode flushed}. */
export function show(text: string): Promise<void> {
  // After a failure (a full disk, perhaps) each line is tried anew.
  if (stderr.broken !== undefined) stderr = stderrWriter();
  stderr.write(text);
  return flushed();
}

/**
 * Resolves when all that was said has left, or when stderr has taken nothing
 * for a second: one that nobody reads must not make the program unstoppable.
 * Never rejects: when stderr fails there is nowhere else to say so.
 */
export async function flushed(): Promise<void> {
  const left = stderr.flush();
  const resume = () => {
    isStuck = false;
  };
  left.then(resume, resume);
  while (!isStuck) {
    const before = stderr.queuedBytes;
    if (await settlesWithin(left, PATIENCE_MS)) return;
    isStuck = stderr.queuedBytes === before;
  }
}
