import type { OptionSyntax } from "./own_options.ts";
import type { Program } from "./program_name.ts";

/** What is known of a program that holds its output back in a pipe. */
export interface Known {
  readonly names: readonly string[];
  /** How many bytes it holds back at most. */
  readonly bytes: number;
  /** What makes it write at once, as the end of `To get it at once, …`. */
  remedy(word: string, program: Program): string;
  /** How its own options are read. */
  readonly syntax: OptionSyntax;
  /** The options by which it writes at once. */
  readonly options?: readonly string[];
  /** The variable by which it does, if it is not empty. */
  readonly variable?: string;
  /** What its program text says then: the first operand, or an option's value. */
  readonly text?: RegExp;
  /** Whether it is written with C's stdio, which stdbuf(1) governs. */
  readonly hasStdio?: true;
}

/** The names of Python. */
export const PYTHONS: readonly string[] = ["python", "pypy"];

const PYTHON: Known = {
  names: PYTHONS,
  bytes: 8192,
  remedy(word, { variable }) {
    const ifUnset = variable("PYTHONUNBUFFERED") === undefined
      ? " (if unset)"
      : "";
    return `set PYTHONUNBUFFERED=1${ifUnset} or run \`${word} -u\``;
  },
  syntax: {
    valued: "WX",
    valuedLong: ["--check-hash-based-pycs"],
    last: "cm",
  },
  options: ["u"],
  variable: "PYTHONUNBUFFERED",
};

const RIPGREP: Known = {
  names: ["rg"],
  bytes: 4096,
  remedy: (word) => `run \`${word} --line-buffered\``,
  syntax: { valued: "efmABCDd", anywhere: true },
  options: ["--line-buffered"],
};

const AWK: Known = {
  names: ["awk", "mawk", "nawk"],
  bytes: 4096,
  remedy: () => "call `fflush()` after each print in the awk program",
  syntax: { valued: "Fvfeil" },
  text: /fflush/,
};

/** What is known of well-known programs. */
export const KNOWN: readonly Known[] = [
  PYTHON,
  RIPGREP,
  { ...RIPGREP, names: ["grep", "egrep", "fgrep"], hasStdio: true },
  {
    names: ["sed", "gsed"],
    bytes: 4096,
    remedy: (word) => `run \`${word} -u\``,
    syntax: { valued: "efl", anywhere: true },
    options: ["u", "--unbuffered", "--line-buffered"],
    hasStdio: true,
  },
  {
    names: ["jq"],
    bytes: 4096,
    remedy: (word) => `run \`${word} --unbuffered\``,
    syntax: { anywhere: true },
    options: ["--unbuffered"],
    hasStdio: true,
  },
  AWK,
  { ...AWK, names: ["gawk"], hasStdio: true },
  {
    names: ["perl"],
    bytes: 8192,
    remedy: () => "set `$| = 1` at the start of the Perl program",
    syntax: { valued: "eEIMm" },
    text: /\$\|/,
  },
  {
    names: ["ruby"],
    bytes: 8192,
    remedy: () => "set `$stdout.sync = true` at the start of the Ruby program",
    syntax: { valued: "eIrCE" },
    text: /\.sync\s*=\s*true/,
  },
  {
    names: ("tr cut uniq paste fold fmt nl rev join comm expand unexpand od " +
      "hexdump xxd strings").split(" "),
    bytes: 4096,
    remedy: (word) => `run \`stdbuf -oL ${word}\``,
    syntax: {},
    hasStdio: true,
  },
];

/**
 * Programs that hold nothing back: a pause of theirs is a pause of what they
 * read, or a block that they wrote on purpose.
 */
export const UNBUFFERED: ReadonlySet<string> = new Set(
  ("node deno bun cat dd pv tee head tail socat nc ncat curl wget sleep " +
    "sort tac wc sum cksum md5sum sha256sum gzip xz zstd tar ffmpeg arecord " +
    "script unbuffer").split(" "),
);

/** Programs that run others: it is one of those that holds back. */
export const LAUNCHERS: ReadonlySet<string> = new Set(
  ("sh ash bash dash zsh fish ksh busybox ssh docker podman kubectl make npm " +
    "npx pnpm yarn xargs parallel sudo su").split(" "),
);
