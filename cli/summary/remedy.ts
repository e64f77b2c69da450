import type { Program } from "./program_name.ts";

/** What is known of a program that holds its output back in a pipe. */
interface Known {
  readonly names: readonly string[];
  /** What makes it write at once, as the end of `To get it at once, …`. */
  readonly remedy: (word: string) => string;
  /** The words of a command line by which that was done already. */
  readonly done?: RegExp;
  /** How many bytes it holds back at most. */
  readonly bytes: number;
}

const PYTHONS = ["python", "pypy"];

const KNOWN: readonly Known[] = [
  {
    names: PYTHONS,
    remedy: (word) => `set PYTHONUNBUFFERED=1 or run \`${word} -u\``,
    done: /^(-[A-Za-z]*u[A-Za-z]*|PYTHONUNBUFFERED=.+)$/,
    bytes: 8192,
  },
  {
    names: ["grep", "egrep", "fgrep", "rg"],
    remedy: (word) => `run \`${word} --line-buffered\``,
    done: /^--line-buffered$/,
    bytes: 4096,
  },
  {
    names: ["sed", "gsed"],
    remedy: (word) => `run \`${word} -u\``,
    done: /^(-[A-Za-z]*u[A-Za-z]*|--unbuffered|--line-buffered)$/,
    bytes: 4096,
  },
  {
    names: ["jq"],
    remedy: (word) => `run \`${word} --unbuffered\``,
    done: /^--unbuffered$/,
    bytes: 4096,
  },
  {
    names: ["awk", "gawk", "mawk", "nawk"],
    remedy: () => "call `fflush()` after each print in the awk program",
    done: /fflush/,
    bytes: 4096,
  },
  {
    names: ["perl"],
    remedy: () => "set `$| = 1` at the start of the Perl program",
    done: /\$\|/,
    bytes: 8192,
  },
  {
    names: ["ruby"],
    remedy: () => "set `$stdout.sync = true` at the start of the Ruby program",
    done: /\.sync\s*=\s*true/,
    bytes: 8192,
  },
];

/**
 * Programs that hold nothing back: a pause of theirs is a pause of what they
 * read, or a block that they wrote on purpose.
 */
const UNBUFFERED = new Set(
  ("node deno bun cat dd pv tee head tail socat nc ncat curl wget sleep " +
    "sort tac wc sum cksum md5sum sha256sum gzip xz zstd tar ffmpeg arecord")
    .split(" "),
);

/** Programs that run others: it is one of those that holds back. */
const LAUNCHERS = new Set(
  ("sh bash dash zsh fish ksh busybox ssh docker podman kubectl make npm npx " +
    "pnpm yarn xargs parallel sudo su").split(" "),
);

/** Whether pauses of this program's output can be its own holding back. */
export function canHoldBack(program: Program | null): boolean {
  return program === null || !UNBUFFERED.has(program.name);
}

/** Whether it is a Python. */
export function isPython(program: Program | null): boolean {
  return program !== null && PYTHONS.includes(program.name);
}

/** How many bytes a well-known program holds back; `null` for any other. */
export function heldBytes(program: Program | null): number | null {
  const known = find(program);
  return known === null || isDone(known, program!) ? null : known.bytes;
}

/** A sentence that names what makes the program write at once. */
export function remedy(program: Program | null): string {
  const known = find(program);
  if (known !== null && !isDone(known, program!)) {
    return `To get it at once, ${known.remedy(short(program!.word))}.`;
  }
  const word = program === null || LAUNCHERS.has(program.name)
    ? "CMD"
    : short(program.word);
  const terminal = `\`script -qefc '${word} …' /dev/null\``;
  const isTried = program === null || known !== null ||
    program.name === "stdbuf";
  return isTried
    ? `To get it at once, give it a terminal: ${terminal}.`
    : `To get it at once, try \`stdbuf -oL ${word}\`, or give it a terminal: ` +
      `${terminal}.`;
}

function find(program: Program | null): Known | null {
  if (program === null) return null;
  return KNOWN.find(({ names }) => names.includes(program.name)) ?? null;
}

function isDone({ done }: Known, { before, args }: Program): boolean {
  return done !== undefined &&
    [...before, ...args].some((word) => done.test(word));
}

/** A word of the command line, if it fits into a sentence and a shell. */
function short(word: string): string {
  return /^[\w./+@%:-]{1,24}$/.test(word) ? word : "CMD";
}
