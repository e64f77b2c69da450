import { isHidden } from "../../src/text_safety.ts";
import { settlesWithin } from "../../src/wait.ts";
import { stderrWriter } from "../../src/write/stdout.ts";

/** The name in front of each sentence of the program. */
export const PROGRAM_NAME = "basic-pipes";

/** How long the program waits for a stderr that nobody reads. */
const PATIENCE_MS = 1000;

let stderr = stderrWriter();
/** stderr was stuck for 1 s: do not wait for it again until a write succeeds. */
let isStuck = false;

/**
 * Writes one line to stderr, without colour: stderr may be a file. stdout is for
 * the log alone.
 */
export function talk(sentence: string): Promise<void> {
  return show(`${PROGRAM_NAME}: ${safe(sentence)}\n`);
}

/** It may quote an argument or a child's bytes, which must not act on a terminal. */
function safe(sentence: string): string {
  let shown = "";
  for (const character of sentence) {
    const codePoint = character.codePointAt(0) ?? 0;
    const acts = codePoint < 0x20 || codePoint === 0x7f || isHidden(codePoint);
    shown += acts ? `\\u{${codePoint.toString(16)}}` : character;
  }
  return shown;
}

/** Writes lines to stderr as they are; resolves as {@linkcode flushed} does. */
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
