import type { Kind } from "./kinds.ts";

/** The groups of `--help`, in their order. */
export type Group =
  | "cut"
  | "line"
  | "file"
  | "command"
  | "end"
  | "told"
  | "child";

/** What every option says of itself, whatever its value. */
interface Described {
  /** Where `--help` lists it. */
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

/** An option that takes a value, and what it is when it is not given. */
export interface Valued<T, D> extends Described {
  readonly kind: Kind<T>;
  readonly initial: D;
}

/** An option that may be given more than once. */
export interface Repeated<T> extends Described {
  readonly kind: Kind<T>;
  readonly repeated: true;
}

/** Any entry of a table of options. */
// deno-lint-ignore no-explicit-any -- a table holds entries of every kind of value
export type Option = Flag | Valued<any, any> | Repeated<any>;

/** A table of options: the one place from which parsing, checks and help follow. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What the options of a table are once a command line was read. */
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

/** An entry that may be given more than once. */
export function repeated<T>(kind: Kind<T>, described: Described): Repeated<T> {
  return { ...described, kind, repeated: true };
}

/** The options that take `word` as one of a few values, as they are written. */
export function settingsOf(word: string, table: OptionTable): string[] {
  return Object.entries(table).flatMap(([name, { kind }]) =>
    kind?.words?.includes(word) ? [`--${name}=${word}`] : []
  );
}
