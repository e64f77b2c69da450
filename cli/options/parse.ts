import {
  type Option,
  type OptionTable,
  type Settings,
  settingsOf,
  UsageError,
} from "./option.ts";
import type { ParsedArgs } from "./std.ts";

/** What a command line says. */
export interface CommandLine<T extends OptionTable> {
  /** Every option of the table, given or not. */
  settings: Settings<T>;
  /** The names of the options that were given, also with their default value. */
  given: ReadonlySet<keyof T>;
  /** The words after the first `--`, unchanged, or `null` without a `--`. */
  command: readonly [string, ...string[]] | null;
  /** The words that are no options, as many as the program takes; `-` is one. */
  operands: readonly string[];
}

/**
 * Reads `args` by `table`.
 *
 * Everything after the first `--` belongs to the command (POSIX utility syntax,
 * guideline 10), or is an operand of a program that takes `operands`, which are
 * given by their names, as `["FILE"]`. An option that is unknown, a value out of
 * range, a word too many or too few throws a {@linkcode UsageError}: no value is
 * corrected silently.
 */
export async function parse<T extends OptionTable>(
  args: readonly string[],
  table: T,
  operands: readonly string[] = [],
): Promise<CommandLine<T>> {
  const border = args.indexOf("--");
  const own = border === -1 ? args : args.slice(0, border);
  const words: string[] = [];
  const parsed = own.length === 0 ? {} : await sort(own, table, words);
  const settings: Record<string, unknown> = {};
  const given = new Set<keyof T>();
  for (const name of Object.keys(table)) {
    settings[name] = read(name, table, parsed[name]);
    if (isGiven(parsed[name])) given.add(name);
  }
  const rest = border === -1 ? null : args.slice(border + 1);
  if (operands.length > 0) words.push(...rest ?? []);
  // Help is given without the operands that are missing.
  const isHelp = given.has("help") || given.has("version");
  checkOperands(words, operands, table, isHelp);
  return {
    settings: settings as Settings<T>,
    given,
    command: rest === null || operands.length > 0 ? null : commandOf(rest),
    operands: words,
  };
}

function checkOperands(
  words: readonly string[],
  operands: readonly string[],
  table: OptionTable,
  isHelp: boolean,
): void {
  const extra = words[operands.length];
  if (extra !== undefined) throw extraWord(extra, operands, table);
  const missing = operands[words.length];
  if (missing === undefined || isHelp) return;
  // The programs that take a file take a recording.
  const what = missing === "FILE" ? ", the path of a recording" : "";
  throw new UsageError(
    `Cannot go on as ${missing} is missing${what}: see --help`,
  );
}

/** Sorts the arguments into options and `words`; refuses an unknown option. */
async function sort(
  own: readonly string[],
  table: OptionTable,
  words: string[],
): Promise<ParsedArgs> {
  // Not loaded without arguments: it would make the start slower.
  const { parseArgs } = await import("./std.ts");
  const names = Object.keys(table);
  const unknown: string[] = [];
  const parsed = parseArgs(lengthen(own, table, words), {
    boolean: names.filter((name) => table[name]?.kind === null),
    string: names.filter((name) => table[name]?.kind !== null),
    collect: names.filter((name) => isRepeated(table[name])),
    unknown: (argument) => unknown.push(argument) === 0,
  });
  const [first] = unknown;
  if (first !== undefined) throw await unknownOption(first, table);
  return parsed;
}

function commandOf(words: readonly string[]): readonly [string, ...string[]] {
  const [command, ...rest] = words;
  if (command === undefined) {
    throw new UsageError("Cannot start a command as none follows --");
  }
  return [command, ...rest];
}

/**
 * The options alone, with every value joined to its name and every short option
 * written out: `-qs 64K` as `--quiet --slice=64K`. All other words go to `words`.
 *
 * `parseArgs` reads joined letters as flags unless a number follows: it would
 * read `-s64K` as `-s -6 -4 -K`. It would take the word "false" after a flag as
 * its value.
 */
function lengthen(
  args: readonly string[],
  table: OptionTable,
  words: string[],
): string[] {
  const long: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    if (argument === "-" || !argument.startsWith("-")) {
      words.push(argument);
      continue;
    }
    const options = argument.startsWith("--")
      ? [lengthenLong(argument, args[index + 1], table)]
      : lengthenShort(argument, args[index + 1], table);
    for (const { text, takesNext } of options) {
      long.push(takesNext ? `${text}=${args[++index]}` : text);
    }
  }
  return long;
}

/** An option written out, and whether the next argument is its value. */
interface Lengthened {
  text: string;
  takesNext: boolean;
}

function lengthenLong(
  argument: string,
  next: string | undefined,
  table: OptionTable,
): Lengthened {
  const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
  const option = Object.hasOwn(table, name) ? table[name] : undefined;
  // parseArgs would read `--fill=maybe` as true.
  if (option?.kind === null && value !== undefined) {
    throw new UsageError(
      `Cannot take --${name} as it takes no value: current value is "${value}"`,
    );
  }
  const takesNext = option !== undefined && option.kind !== null &&
    value === undefined;
  if (takesNext) checkValueFollows(name, table, next);
  return { text: argument, takesNext };
}

function lengthenShort(
  argument: string,
  next: string | undefined,
  table: OptionTable,
): Lengthened[] {
  const long: Lengthened[] = [];
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at];
    const found = Object.entries(table).find(([, { short }]) =>
      short === letter
    );
    if (found === undefined) throw unknownLetter(letter!, table);
    const [name, option] = found;
    if (option.kind === null) {
      long.push({ text: `--${name}`, takesNext: false });
      continue;
    }
    const value = argument.slice(at + 1).replace(/^=/, "");
    const takesNext = value === "";
    if (takesNext) checkValueFollows(name, table, next);
    const text = takesNext ? `--${name}` : `--${name}=${value}`;
    long.push({ text, takesNext });
    break;
  }
  return long;
}

function extraWord(
  word: string,
  operands: readonly string[],
  table: OptionTable,
): UsageError {
  const hint = takesCommand(table)
    ? `it is not an option: a command goes after --, as in: -- ${word}`
    : operands.length === 0
    ? "this program takes only options: see --help"
    : `this program takes only ${operands.join(" and ")}: see --help`;
  return new UsageError(`Cannot take ${JSON.stringify(word)} as ${hint}`);
}

/** Refuses a short option; -v is -V in other programs. */
function unknownLetter(letter: string, table: OptionTable): UsageError {
  const upper = letter.toUpperCase();
  const other = letter === upper ? letter.toLowerCase() : upper;
  const isOther = Object.values(table).some(({ short }) => short === other);
  const hint = isOther
    ? ask([`-${other}`])
    : letter === "o" && Object.hasOwn(table, "record")
    ? ask(["--record"])
    : "see --help";
  return new UsageError(
    `Cannot take "-${letter}" as there is no such option: ${hint}`,
  );
}

async function unknownOption(
  argument: string,
  table: OptionTable,
): Promise<UsageError> {
  const word = argument.slice(2).replace(/=.*$/s, "");
  const guesses = await nearMisses(word, table);
  const hint = guesses.length > 0 ? ask(guesses) : "see --help";
  return new UsageError(
    `Cannot take "--${word}" as there is no such option: ${hint}`,
  );
}

/** Whether the program starts a command: then it has options for that. */
function takesCommand(table: OptionTable): boolean {
  return Object.values(table).some(({ group }) => group === "command");
}

/** Guesses as a question. */
function ask(guesses: readonly string[]): string {
  return `did you mean ${guesses.join(" or ")}?`;
}

/** Whether an option was given: if not, parseArgs has `false` or `[]` for it. */
function isGiven(parsed: ParsedArgs[string] | undefined): boolean {
  return Array.isArray(parsed)
    ? parsed.length > 0
    : parsed !== undefined && parsed !== false;
}

function read(
  name: string,
  table: OptionTable,
  parsed: ParsedArgs[string] | undefined,
): unknown {
  const option = table[name]!;
  if (option.kind === null) return parsed === true;
  if ("repeated" in option) {
    return ((parsed ?? []) as string[]).map((text) =>
      readOne(name, table, text)
    );
  }
  if (parsed === undefined) return option.initial;
  return readOne(name, table, String(parsed));
}

function readOne(name: string, table: OptionTable, text: string): unknown {
  if (text === "") throw needsValue(name, table);
  const kind = table[name]!.kind!;
  const value = kind.read(text);
  if (value === undefined) {
    throw new UsageError(
      `Cannot take --${name} as it takes ${kind.rule}: current value is ${
        JSON.stringify(text)
      }${valueHint(name, table, text)}`,
    );
  }
  return value;
}

/** What was probably meant by a value that is none, to follow the sentence. */
function valueHint(name: string, table: OptionTable, text: string): string {
  // As `tail -f FILE` has it.
  if (name === "format" && table.follow?.short === "F" && /[./\\]/.test(text)) {
    return "; -f is --format, and -F goes on while FILE grows";
  }
  const words = table[name]!.kind?.words ?? [];
  const guesses = text.split(",").flatMap((given) => {
    if (given === "" || words.includes(given)) return [];
    const longer = words.filter((word) => word.startsWith(given));
    // For `error` it is `errors`, and not `err`.
    return longer.length > 0
      ? longer
      : words.filter((word) => given.startsWith(word));
  });
  return guesses.length === 1 ? `; ${ask(guesses)}` : "";
}

/** Refuses an option without a value: parseArgs would use the next argument. */
function checkValueFollows(
  name: string,
  table: OptionTable,
  next: string | undefined,
): void {
  if (next === "-" && table[name]!.kind?.takesDash) return;
  if (!next || next.startsWith("-")) throw needsValue(name, table, next);
}

function needsValue(
  name: string,
  table: OptionTable,
  next = "",
): UsageError {
  const kind = table[name]!.kind!;
  // --text is an option of the child; text is also the name of a format.
  const guesses = settingsOf(name, table);
  const hint = next !== ""
    ? `, and ${JSON.stringify(next)} follows` +
      (kind.read(next) === undefined ? "" : `: write --${name}=${next}`)
    : guesses.length > 0
    ? `; ${ask(guesses)}`
    : "";
  return new UsageError(
    `Cannot take --${name} as it needs a value: it takes ${kind.rule}, ` +
      `as in --${name}=${kind.placeholder}${hint}`,
  );
}

function isRepeated(option: Option | undefined): boolean {
  return option !== undefined && "repeated" in option;
}

/** With more guesses than this, none is shown. */
const MAX_GUESSES = 3;

/**
 * The options that were probably meant by `word`, as they are written:
 * `--format=hex` for `hex`, `--summary` for `sum`, `--slice` for `slize`. Empty
 * if nothing is near enough.
 */
async function nearMisses(
  word: string,
  table: OptionTable,
): Promise<string[]> {
  const names = Object.keys(table);
  const settings = settingsOf(word, table);
  if (settings.length > 0) return settings;
  // What goes to a file is the recording, where there is one.
  if (word === "output" && Object.hasOwn(table, "record")) return ["--record"];
  const without = withoutOf(word, table);
  if (without !== undefined) return [without];
  const longer = names.filter((name) => name.startsWith(word));
  const shorter = names.filter((name) => word.startsWith(name));
  const guesses = longer.length > 0 ? longer : await nearestNames(word, names);
  // Last, so that --time-out gives --timeout, not --time. --environ gives --env.
  if (guesses.length === 0 && shorter.length > 0) {
    guesses.push(shorter.reduce((a, b) => b.length > a.length ? b : a));
  }
  return guesses.length > MAX_GUESSES ? [] : guesses.map((name) => `--${name}`);
}

/** What `no-color` and its like mean in other programs: `--color=never`. */
function withoutOf(word: string, table: OptionTable): string | undefined {
  const name = word.replace(/^no-/, "");
  if (name === word || !Object.hasOwn(table, name)) return undefined;
  const words = table[name]!.kind?.words;
  const off = words?.find((each) => NO_WORDS.includes(each));
  return off && `--${name}=${off}`;
}

/** Values that turn an option off. */
const NO_WORDS = ["never", "none", "null"];

/** The names that differ by the fewest letters, if these are few enough. */
async function nearestNames(
  word: string,
  names: readonly string[],
): Promise<string[]> {
  // At most a third of the letters: --pid is not --cwd, which is two away.
  const most = Math.min(2, Math.floor(word.length / 3));
  const { loadDistance } = await import("./std.ts");
  const distance = await loadDistance();
  const edits = names.map((name) => {
    const count = distance(word, name);
    return count === 2 && isShuffled(word, name) ? 1 : count;
  });
  const least = Math.min(...edits);
  return least > most ? [] : names.filter((_, index) => edits[index] === least);
}

/** Whether both have the same letters: then two edits are one swap. */
export function isShuffled(word: string, name: string): boolean {
  return [...word].sort().join() === [...name].sort().join();
}
