/** Programs that start another and leave its output alone. */
const WRAPPERS = new Set(["env", "exec", "nice", "nohup", "setsid", "time"]);

/** The command that really runs, and how it was asked to. */
export interface Program {
  /** Without folder, version and `.exe`: `python` for `/usr/bin/python3.11`. */
  readonly name: string;
  /** The word of the command line: `/usr/bin/python3.11`. */
  readonly word: string;
  /** What follows that word. */
  readonly args: readonly string[];
  /** The words in front of it. */
  readonly before: readonly string[];
}

/**
 * The program of a command line, seen through `env A=B`, `nohup` and the like;
 * `null` where a wrapper has options of its own, whose meaning is not known
 * here.
 */
export function findProgram(command: readonly string[]): Program | null {
  for (const [index, word] of command.entries()) {
    const name = baseName(word);
    if (index > 0 && /^[A-Za-z_][A-Za-z0-9_]*=/.test(word)) continue;
    if (WRAPPERS.has(name)) continue;
    if (index > 0 && word.startsWith("-")) return null;
    return {
      name,
      word,
      args: command.slice(index + 1),
      before: command.slice(0, index),
    };
  }
  return null;
}

function baseName(word: string): string {
  const file = word.slice(
    Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1,
  );
  return file.replace(/\.exe$/i, "").replace(/(?<=[a-z])[0-9][0-9.]*$/, "");
}
