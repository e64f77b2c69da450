import { isHidden } from "../formats/hidden.ts";

const encoder = new TextEncoder();

/** The name that stands in front of what the program says. */
export const PROGRAM_NAME = "basic-pipes";

/**
 * One line to the person at stderr: stdout is the product, stderr is the talk.
 * Plain, because a log file keeps what a terminal would colour.
 */
export function talk(sentence: string): void {
  show(`${PROGRAM_NAME}: ${safe(sentence)}\n`);
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

/** Lines to the person at stderr, as they stand. */
export function show(text: string): void {
  let rest = encoder.encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch {
    // Nobody reads stderr any more, and there is nowhere else to say so.
  }
}
