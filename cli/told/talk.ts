const encoder = new TextEncoder();

/** The name that stands in front of what the program says. */
export const PROGRAM_NAME = "basic-pipes";

/**
 * One line to the person at stderr: stdout is the product, stderr is the talk.
 * Plain, because a log file keeps what a terminal would colour.
 */
export function talk(sentence: string): void {
  show(`${PROGRAM_NAME}: ${sentence}\n`);
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
