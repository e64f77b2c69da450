import {
  KNOWN,
  type Known,
  LAUNCHERS,
  PYTHONS,
  UNBUFFERED,
} from "./known_programs.ts";
import { ownOptions } from "./own_options.ts";
import type { Program } from "./program_name.ts";

/** Whether pauses of this program's output can be its own holding back. */
export function canHoldBack(program: Program | null): boolean {
  if (program === null) return true;
  const known = find(program);
  return known === null
    ? !UNBUFFERED.has(program.name)
    : !writesAtOnce(known, program);
}

/** Whether it is a Python. */
export function isPython(program: Program | null): boolean {
  return program !== null && PYTHONS.includes(program.name);
}

/** How many bytes a well-known program holds back; `null` for any other. */
export function heldBytes(program: Program | null): number | null {
  const known = find(program);
  return known === null || writesAtOnce(known, program!) ? null : known.bytes;
}

/** A sentence that names what makes a program write at once that does not. */
export function remedy(program: Program | null): string {
  const known = find(program);
  if (known !== null) {
    return `To get it at once, ${
      known.remedy(short(program!.word), program!)
    }.`;
  }
  const word = program === null || LAUNCHERS.has(program.name)
    ? "CMD"
    : short(program.word);
  const terminal = `\`script -qefc '${word} …' /dev/null\``;
  return program === null || program.hasStdbuf
    ? `To get it at once, give it a terminal: ${terminal}.`
    : `To get it at once, try \`stdbuf -oL ${word}\`, or give it a terminal: ` +
      `${terminal}.`;
}

function find(program: Program | null): Known | null {
  if (program === null) return null;
  return KNOWN.find(({ names }) => names.includes(program.name)) ?? null;
}

/** Whether the program was told already not to hold back. */
function writesAtOnce(known: Known, program: Program): boolean {
  if (known.hasStdio && program.hasStdbuf) return true;
  if (known.variable && program.variable(known.variable)) return true;
  const { options, rest } = ownOptions(program.args, known.syntax);
  const texts = [...options.map(({ value }) => value), rest[0] ?? ""];
  return options.some(({ name }) => known.options?.includes(name)) ||
    texts.some((text) => known.text?.test(text));
}

/** A word of the command line, if it fits into a sentence and a shell. */
function short(word: string): string {
  return /^[\w./+@%:-]{1,24}$/.test(word) ? word : "CMD";
}
