/**
 * What a command runs: the program behind `env` or `timeout`, and the stages of
 * a pipeline that a shell is given.
 */
import { escapeText, shellWord } from "../../src/text_safety.ts";

/** Without its folder: `python3.11` for `/usr/bin/python3.11`. */
function fileName(word: string): string {
  return word.slice(
    Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1,
  );
}

/** Without folder, version and `.exe`: `python` for `/usr/bin/python3.11`. */
export function baseName(word: string): string {
  return fileName(word).replace(/\.exe$/i, "")
    .replace(/(?<=[a-z])[0-9][0-9.]*$/, "");
}

/** Programs that become another one: the options of each that take a value. */
const WRAPPERS: Readonly<Record<string, readonly string[]>> = {
  env: ["-u", "--unset", "-C", "--chdir"],
  timeout: ["-k", "--kill-after", "-s", "--signal"],
  nice: ["-n", "--adjustment"],
  nohup: [],
  setsid: [],
  stdbuf: ["-i", "-o", "-e"],
};

/**
 * Where in a command the program stands that does the work: behind `env A=1`,
 * `timeout 5`, `nice -n 5`, `nohup`, `setsid` and `stdbuf -oL`.
 */
export function programAt(command: readonly string[]): number {
  let at = 0;
  for (;;) {
    const name = baseName(command[at] ?? "");
    const valued = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    if (valued === undefined) return at;
    let next = at + 1;
    while (command[next]?.startsWith("-")) {
      next += valued.includes(command[next]!) ? 2 : 1;
    }
    if (name === "env") { while (command[next]?.includes("=")) next++; }
    if (name === "timeout") next++;
    // `env` alone, or something of it that is not known here.
    if (next >= command.length) return at;
    at = next;
  }
}

const SHELLS = new Set("sh ash bash dash zsh ksh".split(" "));
/** What makes more of a line of shell than a pipeline of programs. */
const MORE = /[;&()`\n]|\|\||\$\(|<</;
/** Words of the shell's own at which no program can stand. */
const KEYWORDS = new Set(
  ("! { } if then else elif fi while until for do done case esac in select " +
    "function time cd read exec eval set export . source trap wait")
    .split(" "),
);

/**
 * The command with each stage of its pipeline under `prefix(name)`; `null`
 * if it is no shell with a plain pipeline: where a loop or a list is, nobody
 * but the shell can tell what a stage is.
 */
export function eachStage(
  command: readonly string[],
  prefix: (name: string) => string,
): string[] | null {
  const at = programAt(command);
  const isShell = SHELLS.has(baseName(command[at]!));
  const script = command[at + 2];
  const isLine = isShell && /^-[a-z]*c$/.test(command[at + 1] ?? "");
  if (!isLine || script === undefined) return null;
  const stages = split(script);
  if (stages === null) return null;
  const names = new Map<string, number>();
  const put: string[] = [];
  for (const stage of stages) {
    // Variables that are set for this stage stay in front.
    const [, before, word] =
      /^(\s*(?:[A-Za-z_]\w*=(?:[^\s'"\\]|'[^']*')*\s+)*)([\w./+@%:-]+)(?=\s|$)/
        .exec(stage) ?? [];
    if (before === undefined || word === undefined) return null;
    if (KEYWORDS.has(word)) return null;
    const name = fileName(word);
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    const label = count === 1 ? name : `${name}-${count}`;
    put.push(`${before}${prefix(label)} ${stage.slice(before.length)}`);
  }
  return [...command.slice(0, at + 2), put.join("|"), ...command.slice(at + 3)];
}

/** A script at its pipes; `null` if it is more than a pipeline. */
function split(script: string): string[] | null {
  const stages = [""];
  let plain = "";
  // Quoted text, a character behind a backslash, or any one character.
  for (
    const [piece] of script.matchAll(
      /'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^]/gs,
    )
  ) {
    if (piece === "'" || piece === '"') return null;
    if (piece.length === 1) plain += piece;
    else if (piece.startsWith('"') && /`|\$\(/.test(piece)) return null;
    if (piece === "|") stages.push("");
    else stages[stages.length - 1] += piece;
  }
  // `2>&1` is one of a stage.
  return MORE.test(plain.replaceAll(/[<>]&\d/g, "")) ? null : stages;
}

/**
 * A command as a line for bash and zsh: what could act on a terminal is spelled
 * as those read it, in `$'…'`.
 */
export function shellLine(command: readonly string[]): string {
  return command.map((word) =>
    escapeText(word) === word ? shellWord(word) : `$'${spell(word)}'`
  ).join(" ");
}

function spell(word: string): string {
  return [...word].map((character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    if (escapeText(character) === character) return character;
    const codePoint = character.codePointAt(0)!;
    const hex = codePoint.toString(16);
    if (codePoint < 0x80) return escapeText(character);
    return codePoint < 0x10000
      ? `\\u${hex.padStart(4, "0")}`
      : `\\U${hex.padStart(8, "0")}`;
  }).join("");
}
