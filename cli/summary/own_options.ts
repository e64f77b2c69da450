/** How a program reads its own options. */
export interface OptionSyntax {
  /** Letters that take a value: the rest of their word, or the next word. */
  readonly valued?: string;
  /** Long options that take the next word if they have no `=`. */
  readonly valuedLong?: readonly string[];
  /** Letters that take a value behind which no option of its own stands. */
  readonly last?: string;
  /** Options may also stand behind operands, as GNU has it. */
  readonly anywhere?: true;
}

/** One option: `{ name: "o", value: "L" }` for `-oL`. */
export interface OwnOption {
  /** The letter alone, or the long name with its dashes. */
  readonly name: string;
  readonly value: string;
}

/** What a program takes for its own options, and what is left. */
export interface OwnOptions {
  readonly options: readonly OwnOption[];
  /** Its operands, and whatever is behind them. */
  readonly rest: readonly string[];
}

/**
 * The options of a program in `args`, read by its `syntax`: the `-run` in
 * `python3 slow.py -run` is the script's, and the `u` in `sed -e u` a value.
 */
export function ownOptions(
  args: readonly string[],
  { valued = "", valuedLong = [], last = "", anywhere }: OptionSyntax,
): OwnOptions {
  const options: OwnOption[] = [];
  const rest: string[] = [];
  const words = [...args];
  let isOver = false;
  for (let word; (word = words.shift()) !== undefined;) {
    if (isOver || word === "-" || !word.startsWith("-")) {
      rest.push(word);
      if (!anywhere) isOver = true;
    } else if (word === "--") {
      isOver = true;
    } else if (word.startsWith("--")) {
      const [, name = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
      const takesNext = value === undefined && valuedLong.includes(name);
      options.push({
        name,
        value: takesNext ? words.shift() ?? "" : value ?? "",
      });
    } else {
      for (let at = 1; at < word.length; at++) {
        const name = word[at]!;
        const takesValue = (valued + last).includes(name);
        if (!takesValue) {
          options.push({ name, value: "" });
          continue;
        }
        options.push({
          name,
          value: word.slice(at + 1) || words.shift() || "",
        });
        if (last.includes(name)) isOver = true;
        break;
      }
    }
  }
  return { options, rest };
}
