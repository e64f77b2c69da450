import type { Option, OptionTable, Settings } from "./option.ts";
import type { ParsedArgs } from "./std.ts";
import { UsageError } from "./usage_error.ts";

/** A command line, read. */
export interface CommandLine<T extends OptionTable> {
  /** Every option of the table, given or not. */
  settings: Settings<T>;
  /** What stands after the first `--`, untouched, or `null` without one. */
  command: readonly [string, ...string[]] | null;
}

/**
 * Reads `args` by `table`.
 *
 * Everything after the first `--` is the command's own (POSIX utility syntax,
 * guideline 10). What is unknown or out of range throws a
 * {@linkcode UsageError}; nothing is repaired.
 */
export async function parse<T extends OptionTable>(
  args: readonly string[],
  table: T,
): Promise<CommandLine<T>> {
  const border = args.indexOf("--");
  const own = border === -1 ? args : args.slice(0, border);
  const parsed = own.length === 0 ? {} : await sort(own, table);
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    settings[name] = read(name, option, parsed[name]);
  }
  return {
    settings: settings as Settings<T>,
    command: border === -1 ? null : commandOf(args.slice(border + 1)),
  };
}

/** Sorts the arguments into options, or throws for the first that is none. */
async function sort(
  own: readonly string[],
  table: OptionTable,
): Promise<ParsedArgs> {
  // Loaded here: without arguments the program starts without it.
  const { parseArgs } = await import("./std.ts");
  const names = Object.keys(table);
  const unknown: string[] = [];
  const parsed = parseArgs(lengthen(own, table, unknown), {
    boolean: names.filter((name) => table[name]?.kind === null),
    string: names.filter((name) => table[name]?.kind !== null),
    collect: names.filter((name) => isRepeated(table[name])),
    unknown: (argument) => unknown.push(argument) === 0,
  });
  const [first] = unknown;
  if (first !== undefined) throw await refusal(first, names);
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
 * The same arguments with every short option written out: `-qs64K` as
 * `--quiet --slice=64K`. `parseArgs` takes joined short options for flags
 * unless a number follows, so that `-s64K` would be read as `-s -6 -4 -K`.
 */
function lengthen(
  args: readonly string[],
  table: OptionTable,
  unknown: string[],
): string[] {
  const long: string[] = [];
  for (const [index, argument] of args.entries()) {
    if (/^-[^-]/.test(argument)) {
      long.push(...lengthenOne(argument, args[index + 1], table));
      continue;
    }
    const [, name = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    const next = args[index + 1];
    if (option?.kind === null) {
      // parseArgs takes `--fill=maybe` for true, and the word "false" after a
      // flag for its value: neither may pass in silence.
      if (value !== undefined) {
        throw new UsageError(
          `Cannot take --${name} as it has no value: current value is "${value}"`,
        );
      }
      if (next === "true" || next === "false") unknown.push(next);
    } else if (option !== undefined && value === undefined) {
      checkValueFollows(name, option, next);
    }
    long.push(argument);
  }
  return long;
}

function lengthenOne(
  argument: string,
  next: string | undefined,
  table: OptionTable,
): string[] {
  const long: string[] = [];
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at];
    const found = Object.entries(table).find(([, { short }]) =>
      short === letter
    );
    if (found === undefined) {
      throw new UsageError(
        `Cannot take "-${letter}" as there is no such option: see --help`,
      );
    }
    const [name, option] = found;
    if (option.kind === null) {
      long.push(`--${name}`);
      continue;
    }
    const value = argument.slice(at + 1).replace(/^=/, "");
    if (value === "") checkValueFollows(name, option, next);
    long.push(value === "" ? `--${name}` : `--${name}=${value}`);
    break;
  }
  return long;
}

async function refusal(
  argument: string,
  names: readonly string[],
): Promise<UsageError> {
  if (!argument.startsWith("--")) {
    return new UsageError(
      `Cannot take ${
        JSON.stringify(argument)
      } as it is no option: a command goes after --, as in: -- ${argument}`,
    );
  }
  const { nearest } = await import("./std.ts");
  const word = argument.slice(2).replace(/=.*$/s, "");
  const { near, distance } = await nearest(word, names);
  // Further than two letters or a third of the word, a guess would mislead.
  const isNear = distance <= Math.max(2, near.length / 3);
  const hint = isNear ? `did you mean --${near}?` : "see --help";
  return new UsageError(
    `Cannot take "--${word}" as there is no such option: ${hint}`,
  );
}

function read(
  name: string,
  option: Option,
  given: string | string[] | boolean | undefined,
): unknown {
  if (option.kind === null) return given === true;
  if ("repeated" in option) {
    return ((given ?? []) as string[]).map((text) =>
      readOne(name, option, text)
    );
  }
  if (given === undefined) return option.initial;
  return readOne(name, option, String(given));
}

function readOne(
  name: string,
  { kind }: Exclude<Option, { kind: null }>,
  text: string,
): unknown {
  if (text === "") throw needsValue(name, { kind });
  const value = kind.read(text);
  if (value === undefined) {
    throw new UsageError(
      `Cannot take --${name} as it takes ${kind.rule}: current value is ${
        JSON.stringify(text)
      }`,
    );
  }
  return value;
}

/** parseArgs would take an empty word, or one with a dash, for the next argument. */
function checkValueFollows(
  name: string,
  option: Option,
  next: string | undefined,
): void {
  if (!next || next.startsWith("-")) throw needsValue(name, option);
}

function needsValue(
  name: string,
  { kind }: Pick<Option, "kind">,
): UsageError {
  const { rule = "", placeholder = "" } = kind ?? {};
  return new UsageError(
    `Cannot take --${name} as it needs a value: it takes ${rule}, as in --${name}=${placeholder}`,
  );
}

function isRepeated(option: Option | undefined): boolean {
  return option !== undefined && "repeated" in option;
}
