import {
  count,
  duration,
  flag,
  FRAME_RULES,
  oneOf,
  type Settings,
  text,
  valued,
} from "./option.ts";

/** The options of our own child that `main.ts` takes and passes on. */
export const CHILD_OPTIONS = {
  messages: valued(count(1), null, {
    group: "child",
    help: "end after N messages",
  }),
  text: valued(text("TEXT"), "Spam", {
    group: "child",
    help: "the word in each message: TEXT n",
  }),
  tick: valued(duration(0), 1000, {
    group: "child",
    help: "the unit of the pause: message n is sent after n ticks",
  }),
  cycle: valued(count(1, 1_000_000), 5, {
    group: "child",
    help: "n runs 0, 1, … N-1 and starts again",
  }),
};

/** All options of `child.ts`, but those that every program has. */
export const CHILD_TABLE = {
  ...CHILD_OPTIONS,
  frame: valued(oneOf("RULE", FRAME_RULES), null, {
    group: "child",
    help: `each message as one frame: ${FRAME_RULES.join(", ")}`,
  }),
  lifeline: flag({
    group: "child",
    help: "end when stdin ends: the parent that holds it is gone",
  }),
};

/** What the options of our own child are. */
export type ChildSettings = Settings<typeof CHILD_TABLE>;

/** The arguments that carry `settings` to `child.ts`. */
export function childArguments(settings: ChildSettings): string[] {
  const args: string[] = [];
  for (const [name, { kind, ...option }] of Object.entries(CHILD_TABLE)) {
    const value = settings[name as keyof ChildSettings];
    if (kind === null) {
      if (value === true) args.push(`--${name}`);
    } else if ("initial" in option && value !== option.initial) {
      args.push(`--${name}=${(kind.write as (v: unknown) => string)(value)}`);
    }
  }
  return args;
}

/**
 * The settings that {@linkcode childArguments} wrote, or `null` for anything
 * else that a person may have typed. The child of `main.ts` starts with this
 * alone; the parser, and all that a refusal needs, take as long to load as
 * Deno itself.
 */
export function readChildArguments(
  args: readonly string[],
): ChildSettings | null {
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(CHILD_TABLE)) {
    settings[name] = option.kind === null ? false : option.initial;
  }
  for (const argument of args) {
    const [, name = "", text] = /^--([a-z]+)(?:=(.+))?$/s.exec(argument) ?? [];
    if (!Object.hasOwn(CHILD_TABLE, name)) return null;
    const { kind } = CHILD_TABLE[name as keyof typeof CHILD_TABLE];
    if ((kind === null) !== (text === undefined)) return null;
    const value = kind === null ? true : kind.read(text ?? "");
    if (value === undefined) return null;
    settings[name] = value;
  }
  return settings as ChildSettings;
}
