/** The groups of `--help`, in their order. */
export type Group =
  | "cut"
  | "line"
  | "file"
  | "record"
  | "check"
  | "page"
  | "play"
  | "serve"
  | "command"
  | "end"
  | "messages"
  | "child";

/** What every option has, whatever its value. */
interface Described {
  /** The group of `--help` that lists it. */
  readonly group: Group;
  /** Its one letter, if it has one. */
  readonly short?: string;
  /** What it does, in one line of `--help`. */
  readonly help: string;
}

/** An option that takes no value. */
export interface Flag extends Described {
  readonly kind: null;
}

/** An option that takes a value, with its default. */
export interface Valued<T, D> extends Described {
  readonly kind: Kind<T>;
  readonly initial: D;
}

/** An option that can be given several times. */
export interface Repeated<T> extends Described {
  readonly kind: Kind<T>;
  readonly repeated: true;
}

/** Any entry of a table of options. */
// deno-lint-ignore no-explicit-any -- a table holds entries of every kind of value
export type Option = Flag | Valued<any, any> | Repeated<any>;

/** A table of options. Parsing, checks, help and completions all use it. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The value of each option of a table, after a command line was read. */
export type Settings<T extends OptionTable> = {
  -readonly [Name in keyof T]: T[Name] extends Repeated<infer V> ? readonly V[]
    : T[Name] extends Valued<infer V, infer D> ? V | D
    : boolean;
};

/** An entry without a value. */
export function flag(described: Described): Flag {
  return { ...described, kind: null };
}

/** An entry with a value. */
export function valued<T, const D>(
  kind: Kind<T>,
  initial: D,
  described: Described,
): Valued<T, D> {
  return { ...described, kind, initial };
}

/** An entry that can be given several times. */
export function repeated<T>(kind: Kind<T>, described: Described): Repeated<T> {
  return { ...described, kind, repeated: true };
}

/** The same options with the defaults of another program. */
export function withDefaults<T extends OptionTable>(
  table: T,
  defaults: Partial<Settings<T>>,
): T {
  const options = Object.entries(table).map(([name, option]) => [
    name,
    Object.hasOwn(defaults, name)
      ? { ...option, initial: defaults[name] }
      : option,
  ]);
  return Object.fromEntries(options) as T;
}

/** The options that have `word` among their values, as they are written. */
export function settingsOf(word: string, table: OptionTable): string[] {
  return Object.entries(table).flatMap(([name, { kind }]) =>
    kind?.words?.includes(word) ? [`--${name}=${word}`] : []
  );
}

/** A kind of value: how it is read and written. */
export interface Kind<T> {
  /** The word for the value in `--help`. */
  readonly placeholder: string;
  /** What is allowed: the end of the sentence "it takes …". */
  readonly rule: string;
  /** All values, if there are few: a shell completes them. */
  readonly words?: readonly string[];
  /** What a shell has completions for. */
  readonly completes?: "file" | "folder";
  /** `-` is a value, as of a file that is stdin or stdout. */
  readonly takesDash?: boolean;
  /** The value of `text`, or `undefined` if the rule does not allow it. */
  read(text: string): T | undefined;
  /** The text of `value`: `read` gives the value back. */
  write(value: T): string;
}

/** Bytes, for the bounds of sizes. */
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
const SIZE_UNITS: Record<string, number> = { K: 1024, M: MIB, G: GIB };

/** A size such as `32`, `64K` or `1M`, in bytes. */
export function size(minBytes: number, maxBytes: number): Kind<number> {
  return {
    placeholder: "SIZE",
    rule: `a size from ${writeSize(minBytes)} to ${
      writeSize(maxBytes)
    }, such as 32, 64K or 1M`,
    read(text) {
      const match = /^([0-9]{1,15})([KMG]?)$/.exec(text);
      if (match === null) return undefined;
      const bytes = Number(match[1]) * (SIZE_UNITS[match[2] ?? ""] ?? 1);
      return bytes >= minBytes && bytes <= maxBytes ? bytes : undefined;
    },
    write: writeSize,
  };
}

function writeSize(bytes: number): string {
  for (const unit of ["G", "M", "K"]) {
    const scale = SIZE_UNITS[unit] ?? 1;
    if (bytes >= scale && bytes % scale === 0) return `${bytes / scale}${unit}`;
  }
  return String(bytes);
}

const DURATION_UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest duration, in ms: a longer timer of the platform fires at once. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** A duration such as `500ms`, `2s` or `1.5m`, in ms; a bare number is seconds. */
export function duration(minMs: number): Kind<number> {
  return {
    placeholder: "DURATION",
    rule: `a duration from ${
      writeDuration(minMs)
    } to 596h, such as 500ms, 2s or 1.5m`,
    read(text) {
      const match = /^((?=\.?[0-9])[0-9]{0,12}(?:\.[0-9]{1,9})?)(ms|s|m|h)?$/
        .exec(text);
      if (match === null) return undefined;
      const ms = Number(match[1]) * (DURATION_UNITS[match[2] ?? "s"] ?? 1);
      return ms >= minMs && ms <= MAX_DURATION_MS ? ms : undefined;
    },
    write: writeDuration,
  };
}

function writeDuration(ms: number): string {
  for (const unit of ["h", "m", "s"]) {
    const scale = DURATION_UNITS[unit] ?? 1;
    if (ms >= scale && ms % scale === 0) return `${ms / scale}${unit}`;
  }
  return `${ms}ms`;
}

/** A whole number. */
export function count(
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): Kind<number> {
  return {
    placeholder: "N",
    rule: max === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${min} up`
      : `a whole number from ${min} to ${max}`,
    read(text) {
      if (!/^[0-9]{1,16}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
    write: String,
  };
}

/** One of a few words. */
export function oneOf<const W extends string>(
  placeholder: string,
  words: readonly W[],
): Kind<W> {
  return {
    placeholder,
    rule: `one of ${words.join(", ")}`,
    words,
    read: (text) => words.find((word) => word === text),
    write: (word) => word,
  };
}

/** Several of a few words, with commas between; each at most once counts. */
export function someOf<const W extends string>(
  words: readonly W[],
): Kind<readonly W[]> {
  return {
    placeholder: "WHAT,…",
    rule: `words of ${words.join(", ")}, with commas between`,
    words,
    read(text) {
      const given = text.split(",");
      const known = words.filter((word) => given.includes(word));
      return known.length === new Set(given).size ? known : undefined;
    },
    write: (value) => value.join(","),
  };
}

/** Any text that an argument can carry. */
export function text(placeholder: string): Kind<string> {
  return {
    placeholder,
    rule: "a text",
    read: (text) => text,
    write: (text) => text,
  };
}

/** A variable of the environment, as `env(1)` takes it. */
export function assignment(): Kind<readonly [name: string, value: string]> {
  return {
    placeholder: "NAME=VALUE",
    rule: "a variable and its value, as NAME=VALUE",
    read(text) {
      const match = /^([^=\0]+)=([^\0]*)$/s.exec(text);
      return match === null ? undefined : [match[1] ?? "", match[2] ?? ""];
    },
    write: ([name, value]) => `${name}=${value}`,
  };
}

/** The path of a file, which need not exist; `-`, where it has a meaning. */
export function file(
  placeholder: string,
  { takesDash = false } = {},
): Kind<string> {
  const { read, ...kind } = path(placeholder, "a file");
  return {
    ...kind,
    completes: "file",
    takesDash,
    // A path that ends like that of a folder is one, or a mistake.
    read: (text) =>
      /[/\\]$/.test(text) || (text === "-" && !takesDash)
        ? undefined
        : read(text),
  };
}

/** The path of a folder. */
export function folder(placeholder: string): Kind<string> {
  return { ...path(placeholder, "a folder"), completes: "folder" };
}

function path(placeholder: string, what: string): Kind<string> {
  return {
    placeholder,
    rule: `the path of ${what}`,
    // The system ends a path at a NUL byte: it would name another file.
    read: (text) => text.includes("\0") ? undefined : text,
    write: (text) => text,
  };
}

/** The options that both programs have. */
export const PROGRAM_OPTIONS = {
  help: flag({ short: "h", group: "messages", help: "print this help" }),
  version: flag({
    short: "V",
    group: "messages",
    help: "print the version",
  }),
};

/** A mistake on the command line: one line on stderr, and exit status 2. */
export class UsageError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "UsageError";
  /** The exit status for it. */
  readonly exitCode = 2;
}

/** The rules that say where one frame ends. */
export const FRAME_RULES = [
  "lines",
  "nul",
  "json",
  "length",
  "connection",
  "header",
] as const;

/** The name of a rule that says where one frame ends. */
export type FrameRule = typeof FRAME_RULES[number];

/** The words that `--frame` takes. */
export const FRAME_WORDS = ["slice", ...FRAME_RULES, "auto"] as const;

/** A rule by which a delimiter ends each frame. */
type DelimitedRule = "lines" | "nul" | "json";

/** A rule by which a header says how long each frame is. */
export type MeasuredRule = Exclude<FrameRule, DelimitedRule>;

/** Whether a delimiter ends each frame: then a broken frame ends there, too. */
export function isDelimited(rule: FrameRule): rule is DelimitedRule {
  return rule === "lines" || rule === "nul" || rule === "json";
}

/** The words that `--time` takes. */
export const TIME_KINDS = ["epoch", "iso", "elapsed", "delta", "none"] as const;

/** How the time of a log line is written; `none` leaves it out. */
export type TimeKind = typeof TIME_KINDS[number];

/** The words that `--stderr` takes. */
export const STDERR_WORDS = ["inherit", "log", "null"] as const;

/** The words that `--ansi` takes. */
export const ANSI_WORDS = ["show", "keep", "strip", "auto"] as const;

/** The words that `--color` takes. */
export const COLOR_WORDS = ["auto", "always", "never"] as const;

/** When our own decorations have colour. */
export type ColorWord = typeof COLOR_WORDS[number];

/** The names that `--format` takes. */
export const FORMAT_NAMES = ["seed", "text", "hex", "json", "raw"] as const;

/** The name of a format. */
export type FormatName = typeof FORMAT_NAMES[number];

/** The shells that have completions: the words that `--completions` takes. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The name of a shell that has completions. */
export type Shell = typeof SHELLS[number];
