import { settlesWithin } from "../../src/wait.ts";
import { stderrWriter, stdoutWriter } from "../../src/write/stdout.ts";
import { errorLine } from "./error_line.ts";

/** How long a stderr that nobody reads may keep the program from going on. */
const PATIENCE_MS = 1000;

let stderr = stderrWriter();
/** stderr took nothing for 1 s: it is not waited for until it takes a write. */
let isStuck = false;

/** In front of each sentence, so that two programs can be told apart. */
let prefix = "";

/** Puts the `--label` in front of each sentence from now on; `null` for none. */
export function talkAs(label: string | null): void {
  prefix = label === null ? "" : `${label}: `;
}

/**
 * One line on stderr for the person, with the label where there is one: stdout
 * has the log alone. It has no colour, as a log file would keep the escapes.
 * What it quotes, an argument or a child's bytes, is escaped.
 */
export function talk(sentence: string): Promise<void> {
  return show(errorLine(prefix + sentence));
}

/** Lines on stderr, as they are; resolves as {@linkcode flushed}. */
export function show(text: string): Promise<void> {
  // After a failure (a full disk, perhaps) each line is tried anew.
  if (stderr.broken !== undefined) stderr = stderrWriter();
  stderr.write(text);
  return flushed();
}

/**
 * Resolves when all lines have left, or when stderr has taken nothing for 1 s:
 * one that nobody reads must not make the program unstoppable. Never rejects:
 * when stderr fails there is nowhere else to say so.
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

/** A text on stdout, as it is: what was asked for, such as the help. */
export async function print(text: string): Promise<void> {
  await using stdout = stdoutWriter();
  await stdout.write(text);
  await stdout.flush();
}
