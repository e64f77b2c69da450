import { PROGRAM_NAME } from "../stderr/error_line.ts";
import { shellLine } from "../../src/text_safety.ts";

/** What is known of a program that holds its output back in a pipe. */
interface Known {
  readonly names: readonly string[];
  /** How many bytes it holds back at most. */
  readonly bytes: number;
  /** What makes it write at once. */
  readonly remedies: readonly Step[];
}

/** One way to make a program write at once. */
interface Step {
  /** The words in front of the command line, if not the usual ones. */
  readonly say?: string;
  /** The words of the program and its arguments that write at once. */
  command(words: readonly string[]): readonly string[];
}

/** Puts these words behind the first one. */
function switchOn(...words: string[]): Step {
  return { command: ([program = "", ...rest]) => [program, ...words, ...rest] };
}

/** Lets the C library of the program end each write with a line. */
const BY_STDBUF: Step = {
  command: (words) => ["stdbuf", "-oL", ...words],
};

function isByStdbuf(step: Step): boolean {
  return step.command === BY_STDBUF.command;
}

const RUBY = "$stdout.sync = true";

/** The code goes in front of that of `-e`, or loads the file. */
function syncRuby([program = "", ...rest]: readonly string[]): string[] {
  const hasCode = rest.some((word) => /^-[a-z]*e$/.test(word));
  const code = hasCode ? `BEGIN { ${RUBY} }` : `${RUBY}; load($0 = ARGV.shift)`;
  return [program, "-e", code, ...rest];
}

/** Programs that hold their output back in a pipe, and what helps. */
const KNOWN: readonly Known[] = [
  {
    names: ["python", "pypy"],
    bytes: 8192,
    remedies: [{
      ...switchOn("-u"),
      say: "To get it at once, set PYTHONUNBUFFERED=1, or run:",
    }],
  },
  {
    names: ["grep", "egrep", "fgrep", "rg"],
    bytes: 4096,
    remedies: [switchOn("--line-buffered")],
  },
  { names: ["sed", "gsed"], bytes: 4096, remedies: [switchOn("-u")] },
  { names: ["jq"], bytes: 4096, remedies: [switchOn("--unbuffered")] },
  {
    names: ["mawk"],
    bytes: 4096,
    remedies: [switchOn("-W", "interactive")],
  },
  { names: ["gawk"], bytes: 4096, remedies: [BY_STDBUF] },
  {
    // Which one it is can be seen by `awk -W version`.
    names: ["awk", "nawk"],
    bytes: 4096,
    remedies: [
      {
        ...switchOn("-W", "interactive"),
        say: "To get it at once where awk is mawk, as Debian has it, run:",
      },
      { ...BY_STDBUF, say: "Where it is gawk, run:" },
    ],
  },
  {
    names: ["perl"],
    bytes: 8192,
    remedies: [{
      ...switchOn("-M5;$|=1"),
      say: "To get it at once, put `$| = 1;` at the start of the Perl " +
        "program, or run:",
    }],
  },
  {
    names: ["ruby"],
    bytes: 8192,
    remedies: [{
      command: syncRuby,
      say: `To get it at once, put \`${RUBY}\` at the start of the Ruby ` +
        "program, or run:",
    }],
  },
  {
    names: ("tr cut uniq paste fold nl rev join comm expand unexpand od " +
      "hexdump xxd strings head").split(" "),
    bytes: 4096,
    remedies: [BY_STDBUF],
  },
];

/**
 * Programs that hold nothing back: a pause of theirs is a pause of what they
 * read, or a block that they wrote on purpose.
 */
const UNBUFFERED: ReadonlySet<string> = new Set(
  ("node deno bun cat dd pv tee tail socat nc ncat curl wget sleep sort tac " +
    "wc sum cksum md5sum sha256sum fmt column gzip xz zstd tar ffmpeg arecord " +
    "script unbuffer").split(" "),
);

/** Programs that run others: one of those holds its output back. */
const LAUNCHERS: ReadonlySet<string> = new Set(
  ("sh ash bash dash zsh fish ksh busybox ssh docker podman kubectl make npm " +
    "npx pnpm yarn xargs parallel sudo su find").split(" "),
);

/** A longer command line is not repeated. */
const MAX_SHOWN = 1000;

/** The program that a command runs, with its arguments. */
function wordsOf(command: readonly string[]): readonly string[] {
  return command.slice(programAt(command));
}

function find(command: readonly string[]): Known | undefined {
  const name = baseName(wordsOf(command)[0] ?? "");
  return KNOWN.find(({ names }) => names.includes(name));
}

/** Whether pauses of this command's output can be its own holding back. */
export function canHoldBack(command: readonly string[]): boolean {
  const words = wordsOf(command);
  return !UNBUFFERED.has(baseName(words[0] ?? "")) && !isCured(command);
}

/** Whether the command has what helps already. */
function isCured(command: readonly string[]): boolean {
  const [, ...args] = wordsOf(command);
  if (isPython(command)) {
    const end = args.findIndex((word) => !/^-[^cm]*$/.test(word));
    const options = args.slice(0, end < 0 ? undefined : end);
    return options.some((word) => /^-[a-zA-Z]*u/.test(word));
  }
  const known = find(command);
  return known?.remedies.some((step) => {
    if (isByStdbuf(step)) return baseName(command[0]!) === "stdbuf";
    const given = step.command([""]).slice(1);
    return given.every((word) => args.includes(word));
  }) ?? false;
}

/** Whether it is a Python. */
export function isPython(command: readonly string[]): boolean {
  return find(command) === KNOWN[0];
}

/**
 * How many bytes a well-known program holds back, or the first such one in a
 * pipeline of a shell; `null` for any other.
 */
export function heldBytes(command: readonly string[]): number | null {
  const known = find(command);
  if (known !== undefined) return known.bytes;
  const names: string[] = [];
  eachStage(command, (name) => {
    names.push(name);
    return "";
  });
  return names.map((name) => find([name])?.bytes).find((bytes) => bytes) ??
    null;
}

/**
 * What makes a command write at once that does not: sentences, each with the
 * command line in a line of its own, where there is one.
 */
export function remedies(command: readonly string[]): string[] {
  const at = programAt(command);
  const words = command.slice(at);
  const known = find(command)?.remedies.filter(isHere) ?? [];
  if (known.length > 0) {
    return known.map(({ say, command: cure }) => {
      const line = [...command.slice(0, at), ...cure(words)];
      return withLine(say ?? "To get it at once, run:", shellLine(line));
    });
  }
  if (LAUNCHERS.has(baseName(words[0] ?? ""))) return [tellStages(command)];
  return [
    Deno.build.os === "windows"
      ? "To get it at once, the program must flush its output itself."
      : "To get it at once, run it with --tty: most programs write at once " +
        "to a terminal.",
  ];
}

/** Whether this system has what a remedy needs: stdbuf(1) is GNU's and BSD's. */
function isHere(step: Step): boolean {
  return !isByStdbuf(step) || !["windows", "darwin"].includes(Deno.build.os);
}

/** How to look at each of the programs that a command runs. */
function tellStages(command: readonly string[]): string {
  const prefix = (name: string) =>
    `${PROGRAM_NAME} -f raw --summary --label=${name} --`;
  const staged = eachStage(command, prefix);
  const why = "To see which of the programs that it runs holds back, ";
  if (staged === null) {
    return withLine(`${why}put this in front of each:`, prefix("NAME"));
  }
  return withLine(`${why}look at each of them:`, shellLine(staged));
}

function withLine(sentence: string, line: string): string {
  return line.length <= MAX_SHOWN
    ? `${sentence}\n${line}`
    : `${sentence}\n${[...line].slice(0, MAX_SHOWN - 1).join("")}…`;
}

/** Without its folder: `python3.11` for `/usr/bin/python3.11`. */
function fileName(word: string): string {
  return word.slice(
    Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1,
  );
}

/** Without folder, version and `.exe`: `python` for `/usr/bin/python3.11`. */
function baseName(word: string): string {
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
function programAt(command: readonly string[]): number {
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
function eachStage(
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
