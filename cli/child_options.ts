import { count, duration, text } from "./kinds.ts";
import { type Settings, valued } from "./option.ts";

/** The options of our own child: `child.ts` reads them, `main.ts` passes them on. */
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

/** What the options of our own child are. */
export type ChildSettings = Settings<typeof CHILD_OPTIONS>;

/** The arguments that carry `settings` to `child.ts`. */
export function childArguments(settings: ChildSettings): string[] {
  const args: string[] = [];
  for (const [name, option] of Object.entries(CHILD_OPTIONS)) {
    const value = settings[name as keyof ChildSettings];
    if (value === option.initial) continue;
    const { write } = option.kind as { write(value: unknown): string };
    args.push(`--${name}=${write(value)}`);
  }
  return args;
}
