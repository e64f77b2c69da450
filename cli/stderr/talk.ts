import { settlesWithin } from "../../src/wait.ts";
import { errorLine } from "./error_line.ts";

/** How long a stderr that nobody reads may keep the program from going on. */
const PATIENCE_MS = 1000;
/** How long to wait for the reader of a descriptor that would block. */
const RETRY_MS = 1;

const encoder = new TextEncoder();
/** Settles when all lines have left. */
let last: Promise<void> = Promise.resolve();
/** How many writes stderr has taken. */
let taken = 0;
/** stderr took nothing for 1 s: it is not waited for until it takes a write. */
let isStuck = false;

/**
 * One line on stderr for the person: stdout has the log alone. It has no
 * colour, as a log file would keep the escapes. What it quotes, an argument or
 * a child's bytes, is escaped.
 */
export function talk(sentence: string): Promise<void> {
  return show(errorLine(sentence));
}

/** Lines on stderr, as they are; resolves as {@linkcode flushed}. */
export function show(text: string): Promise<void> {
  last = last.then(() => write(encoder.encode(text)));
  return flushed();
}

/**
 * Resolves when all lines have left, or when stderr has taken nothing for 1 s:
 * one that nobody reads must not make the program unstoppable. Never rejects.
 */
export async function flushed(): Promise<void> {
  while (!isStuck) {
    const before = taken;
    if (await settlesWithin(last, PATIENCE_MS)) return;
    isStuck = taken === before;
  }
}

/**
 * By hand, as `stderrWriter` takes ten modules to load, and the built-in child
 * loads this file at its start. Not by `writeSync`: while that waits for a
 * reader, no signal is received.
 */
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
