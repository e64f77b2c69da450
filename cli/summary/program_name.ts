import { unwrap, type Variable, type Wrapped } from "./wrappers.ts";

/** The command that really runs, and how it was asked to. */
export interface Program extends Omit<Wrapped, "words"> {
  /** Without folder, version and `.exe`: `python` for `/usr/bin/python3.11`. */
  readonly name: string;
  /** The word of the command line: `/usr/bin/python3.11`. */
  readonly word: string;
  /** What follows that word. */
  readonly args: readonly string[];
}

/**
 * The program of a command line, seen through `timeout 5`, `env A=B`, `sh -c`
 * with one simple command, and the like; `null` where that is not known.
 * `variable` is what the command line is started with.
 */
export function findProgram(
  command: readonly string[],
  variable: Variable = () => undefined,
): Program | null {
  let wrapped: Wrapped = { words: command, variable, hasStdbuf: false };
  while (true) {
    const { words: [word, ...args], ...rest } = wrapped;
    if (word === undefined) return null;
    const name = baseName(word);
    const inner = unwrap(name, wrapped);
    if (inner === undefined) return { name, word, args, ...rest };
    if (inner === null) return null;
    wrapped = inner;
  }
}

function baseName(word: string): string {
  const file = word.slice(
    Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1,
  );
  return file.replace(/\.exe$/i, "").replace(/(?<=[a-z])[0-9][0-9.]*$/, "");
}
