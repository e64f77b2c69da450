/** What is known of a program that holds its output back in a pipe. */
interface Known {
  readonly names: readonly string[];
  /** How many bytes it holds back at most. */
  readonly bytes: number;
  /** What makes it write at once, as the end of `To get it at once, …`. */
  remedy(word: string): string;
}

/** Programs that hold their output back in a pipe, and the switch that helps. */
const KNOWN: readonly Known[] = [
  {
    names: ["python", "pypy"],
    bytes: 8192,
    remedy: (word) => `set PYTHONUNBUFFERED=1 or run \`${word} -u\``,
  },
  {
    names: ["grep", "egrep", "fgrep", "rg"],
    bytes: 4096,
    remedy: (word) => `run \`${word} --line-buffered\``,
  },
  {
    names: ["sed", "gsed"],
    bytes: 4096,
    remedy: (word) => `run \`${word} -u\``,
  },
  {
    names: ["jq"],
    bytes: 4096,
    remedy: (word) => `run \`${word} --unbuffered\``,
  },
  {
    names: ["awk", "gawk", "nawk"],
    bytes: 4096,
    remedy: () =>
      "call `fflush()` after each print in the awk program (in mawk, which " +
      "Debian calls awk, that does nothing: run `mawk -W interactive`)",
  },
  {
    names: ["mawk"],
    bytes: 4096,
    remedy: (word) => `run \`${word} -W interactive\``,
  },
  {
    names: ["perl"],
    bytes: 8192,
    remedy: () => "set `$| = 1` at the start of the Perl program",
  },
  {
    names: ["ruby"],
    bytes: 8192,
    remedy: () => "set `$stdout.sync = true` at the start of the Ruby program",
  },
  {
    names: ("tr cut uniq paste fold fmt nl rev join comm expand unexpand od " +
      "hexdump xxd strings").split(" "),
    bytes: 4096,
    remedy: (word) => `run \`stdbuf -oL ${word}\``,
  },
];

/**
 * Programs that hold nothing back: a pause of theirs is a pause of what they
 * read, or a block that they wrote on purpose.
 */
const UNBUFFERED: ReadonlySet<string> = new Set(
  ("node deno bun cat dd pv tee head tail socat nc ncat curl wget sleep " +
    "sort tac wc sum cksum md5sum sha256sum gzip xz zstd tar ffmpeg arecord " +
    "script unbuffer").split(" "),
);

/** Programs that run others: one of those holds its output back. */
const LAUNCHERS: ReadonlySet<string> = new Set(
  ("sh ash bash dash zsh fish ksh busybox ssh docker podman kubectl make npm " +
    "npx pnpm yarn xargs parallel sudo su env timeout nice nohup setsid stdbuf")
    .split(" "),
);

/** Without folder, version and `.exe`: `python` for `/usr/bin/python3.11`. */
function baseName(word: string): string {
  const file = word.slice(
    Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1,
  );
  return file.replace(/\.exe$/i, "").replace(/(?<=[a-z])[0-9][0-9.]*$/, "");
}

function find(word: string): Known | undefined {
  const name = baseName(word);
  return KNOWN.find(({ names }) => names.includes(name));
}

/** Whether pauses of this command's output can be its own holding back. */
export function canHoldBack(word: string): boolean {
  return !UNBUFFERED.has(baseName(word));
}

/** Whether it is a Python. */
export function isPython(word: string): boolean {
  return KNOWN[0]!.names.includes(baseName(word));
}

/** How many bytes a well-known program holds back; `null` for any other. */
export function heldBytes(word: string): number | null {
  return find(word)?.bytes ?? null;
}

/**
 * A sentence that names what makes a program write at once that does not.
 *
 * It is looked up by the first word of the command: what `sh -c` or `make`
 * runs is not read.
 */
export function remedy(word: string): string {
  const shown = short(word);
  const known = find(word);
  if (known) return `To get it at once, ${known.remedy(shown)}.`;
  if (LAUNCHERS.has(baseName(word))) {
    return "To see which of the programs that it runs holds back, start each " +
      "of them under this program, with a --label of its own.";
  }
  return `To get it at once, try \`stdbuf -oL ${shown}\`, or give it a ` +
    `terminal: \`script -qefc '${shown} …' /dev/null\`.`;
}

/** A word of the command line, if it fits into a sentence and a shell. */
function short(word: string): string {
  return /^[\w./+@%:-]{1,24}$/.test(word) ? word : "CMD";
}
