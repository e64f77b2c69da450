// deno-lint-ignore-file no-import-prefix -- a remote entry reads no deno.json, so what it loads is named in full, here alone
/**
 * The parts of the Deno standard library that the program uses, typed.
 *
 * A program that is run from a URL reads no `deno.json`, so what it loads is
 * named here in full, and nowhere else.
 */
import * as untypedArgs from "npm:deno-std@1.4.0/cli/parse_args.js";

/** What `parseArgs` of `@std/cli` is told here. */
export interface ParseArgsOptions {
  /** Names that are true when given. */
  boolean: readonly string[];
  /** Names that take a value. */
  string: readonly string[];
  /** Names that may be given more than once. */
  collect: readonly string[];
  /** Called for what is none of them; `false` leaves it out. */
  unknown(argument: string): boolean;
}

/** What `parseArgs` of `@std/cli` gives back here. */
export type ParsedArgs = Record<string, string | string[] | boolean>;

/** `@std/cli`: sorts arguments into options. */
export const parseArgs = untypedArgs.parseArgs as (
  args: readonly string[],
  options: ParseArgsOptions,
) => ParsedArgs;

/**
 * `@std/text`: how many letters two words differ by. Loaded when it is needed:
 * a right command line needs none of it.
 */
export async function loadDistance(): Promise<
  (word: string, other: string) => number
> {
  const { levenshteinDistance } = await import(
    "npm:deno-std@1.4.0/text/levenshtein_distance.js"
  );
  return levenshteinDistance as (word: string, other: string) => number;
}
