import { CHILD_OPTIONS } from "./child_options.ts";
import { count, oneOf, size } from "./kinds.ts";
import { flag, type Settings, valued } from "./option.ts";
import { PROGRAM_OPTIONS } from "./program.ts";

/** The options of `main.ts`, in the order of `--help`. */
export const PARENT_OPTIONS = {
  slice: valued(size(1, 1024 ** 2), 32, {
    short: "s",
    group: "cut",
    help: "log slices of at most SIZE bytes, as soon as any arrived",
  }),
  fill: flag({
    group: "cut",
    help: "wait until a slice is full; the last may be short",
  }),
  format: valued(oneOf("NAME", ["seed", "raw"]), "seed", {
    short: "f",
    group: "line",
    help: "seed: the bytes as Python prints them; raw: unchanged",
  }),
  count: valued(count(1), null, {
    short: "n",
    group: "end",
    help: "end after N log lines and stop the child; status 0",
  }),
  ...PROGRAM_OPTIONS,
  ...CHILD_OPTIONS,
};

/** What the options of `main.ts` are. */
export type ParentSettings = Settings<typeof PARENT_OPTIONS>;
