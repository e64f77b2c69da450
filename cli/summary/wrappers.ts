import {
  type OptionSyntax,
  type OwnOptions,
  ownOptions,
} from "./own_options.ts";
import { simpleCommand } from "./simple_command.ts";

/** A variable: its value, `null` if it is not set, `undefined` if nobody knows. */
export type Variable = (name: string) => string | null | undefined;

/** A command line, and what it is started with. */
export interface Wrapped {
  readonly words: readonly string[];
  /** What its environment holds. */
  readonly variable: Variable;
  /** Whether stdbuf(1) told C's stdio to write each line, or all at once. */
  readonly hasStdbuf: boolean;
}

/** A program that starts another and leaves its output alone. */
interface Wrapper extends OptionSyntax {
  /** How many operands stand in front of the command. */
  readonly operands?: number;
  /** What else it does; `null` if the command is not known then. */
  readonly changes?: (
    inner: Wrapped,
    options: OwnOptions["options"],
  ) => Wrapped | null;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  env: {
    valued: "uCS",
    valuedLong: ["--unset", "--chdir", "--split-string"],
    changes: changeEnvironment,
  },
  exec: { valued: "a" },
  nice: { valued: "n", valuedLong: ["--adjustment"] },
  nohup: {},
  setsid: {},
  stdbuf: {
    valued: "ioe",
    valuedLong: ["--input", "--output", "--error"],
    changes(inner, options) {
      const modes = options.filter(({ name }) =>
        name === "o" || name === "--output"
      );
      return { ...inner, hasStdbuf: /^[L0]$/.test(modes.at(-1)?.value ?? "") };
    },
  },
  time: { valued: "fo", valuedLong: ["--format", "--output"] },
  timeout: {
    valued: "ks",
    valuedLong: ["--kill-after", "--signal"],
    operands: 1,
  },
};

const SHELLS = new Set(["sh", "ash", "bash", "dash", "ksh", "zsh"]);

/**
 * What the program `name` starts in turn: the command behind `timeout 5` or
 * `env A=B`, the simple command of `sh -c`. `undefined` if it is no wrapper,
 * `null` if it is not known which command it starts.
 */
export function unwrap(
  name: string,
  { words: [, ...args], ...outer }: Wrapped,
): Wrapped | null | undefined {
  if (SHELLS.has(name)) {
    const words = simpleCommand(textOf(args));
    return words === null ? undefined : assign({ ...outer, words });
  }
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return undefined;
  const { options, rest } = ownOptions(args, wrapper);
  const inner = { ...outer, words: rest.slice(wrapper.operands ?? 0) };
  return wrapper.changes === undefined
    ? inner
    : wrapper.changes(inner, options);
}

/** The text of `sh -c TEXT`, also behind other flags; empty without. */
function textOf(args: readonly string[]): string {
  const at = args.findIndex((word) => !/^-[a-z]*[abd-z]$/.test(word));
  return /^-[a-z]*c$/.test(args[at] ?? "") ? args[at + 1] ?? "" : "";
}

function changeEnvironment(
  inner: Wrapped,
  options: OwnOptions["options"],
): Wrapped | null {
  let { words, variable } = inner;
  const isBare = words[0] === "-" ||
    options.some(({ name }) => name === "i" || name === "--ignore-environment");
  if (isBare) variable = () => null;
  if (words[0] === "-") words = words.slice(1);
  for (const { name, value } of options) {
    // A command line in one word: too rare to be parted here.
    if (name === "S" || name === "--split-string") return null;
    if (name === "u" || name === "--unset") {
      variable = changed(variable, value, null);
    }
  }
  return assign({ ...inner, words, variable });
}

/** Takes `NAME=VALUE` from the front of the words. */
function assign({ words, variable, ...inner }: Wrapped): Wrapped {
  for (const [index, word] of words.entries()) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (match === null) {
      return { ...inner, words: words.slice(index), variable };
    }
    variable = changed(variable, match[1]!, match[2]!);
  }
  return { ...inner, words: [], variable };
}

function changed(
  variable: Variable,
  changedName: string,
  value: string | null,
): Variable {
  return (name) => name === changedName ? value : variable(name);
}
