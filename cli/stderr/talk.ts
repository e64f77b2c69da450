import { isHidden } from "../../src/text_safety.ts";

/** The name that stands in front of what the program says. */
export const PROGRAM_NAME = "basic-pipes";

/** How long a stderr that nobody reads may keep the program from going on. */
const PATIENCE_MS = 1000;
/** How long to wait for the reader of a descriptor that would block. */
const RETRY_MS = 1;

const encoder = new TextEncoder();
/** Settles when all that was said has left. */
let last: Promise<void> = Promise.resolve();
/** How many writes stderr has taken. */
let taken = 0;
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
  last = last.then(() => write(encoder.encode(text)));
  return flushed();
}

/**
 * Resolves when all that was said has left, or when stderr has taken nothing
 * for a second: one that nobody reads must not make the program unstoppable.
 * Never rejects.
 */
export async function flushed(): Promise<void> {
  const hasLeft = last.then(() => true);
  while (!isStuck) {
    const before = taken;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), PATIENCE_MS);
    });
    const isOver = await Promise.race([hasLeft, late]);
    clearTimeout(timer);
    if (isOver) return;
    isStuck = taken === before;
  }
}

/** Not `writeSync`: while that waits for a reader, no signal is heard. */
async function write(bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    try {
      rest = rest.subarray(await Deno.stderr.write(rest));
      taken++;
      isStuck = false;
    } catch (error) {
      // Nobody reads stderr any more, and there is nowhere else to say so.
      if (!(error instanceof Deno.errors.WouldBlock)) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
