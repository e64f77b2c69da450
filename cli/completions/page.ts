import type { Kind, Option, OptionTable } from "../options/option.ts";

/** What is completed: a command and its options. */
export interface CompletionPage {
  /** The name of the command. */
  readonly name: string;
  /** Its options. */
  readonly table: OptionTable;
}

/** What a completion needs of an option. */
export interface Completed {
  /** `--name` and, where there is one, `-n`. */
  readonly spellings: readonly [long: string, ...short: string[]];
  readonly help: string;
  /** The kind of its value; `null` for a flag. */
  readonly kind:
    | Pick<Kind<unknown>, "placeholder" | "words" | "completes">
    | null;
  readonly isRepeated: boolean;
}

/** The options of a page, in its order. */
export function completed({ table }: CompletionPage): Completed[] {
  return Object.entries(table).map(([name, option]: [string, Option]) => ({
    spellings: option.short === undefined
      ? [`--${name}`]
      : [`--${name}`, `-${option.short}`],
    help: option.help,
    kind: option.kind,
    isRepeated: "repeated" in option,
  }));
}

/** The name of a shell function for `name`, which may have a hyphen. */
export function functionName(name: string): string {
  return `_${name.replaceAll(/\W/g, "_")}`;
}
