import { CHILD_OPTIONS } from "../child/child_program.ts";
import {
  assignment,
  count,
  duration,
  file,
  flag,
  folder,
  FORMAT_NAMES,
  FRAME_RULES,
  oneOf,
  PROGRAM_OPTIONS,
  repeated,
  type Settings,
  SHELLS,
  size,
  text,
  valued,
} from "./option.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** The options of `main.ts`, in the order of `--help`. */
export const PARENT_OPTIONS = {
  slice: valued(size(1, MIB), 32, {
    short: "s",
    group: "cut",
    help: "log slices of at most SIZE bytes, as soon as any arrived",
  }),
  fill: flag({
    group: "cut",
    help: "wait until a slice is full; the last may be short",
  }),
  lines: flag({
    short: "l",
    group: "cut",
    help: "one line of output a log line, as --frame=lines",
  }),
  frame: valued(oneOf("RULE", ["slice", ...FRAME_RULES]), "slice", {
    group: "cut",
    help: `slice, ${FRAME_RULES.join(", ")}`,
  }),
  "max-frame": valued(size(1, GIB), MIB, {
    group: "cut",
    help: "cut a longer frame there, and hold no more",
  }),
  stderr: valued(oneOf("WHAT", ["inherit", "log", "null"]), "inherit", {
    group: "cut",
    help: "inherit; null; log: beside stdout, as they arrive",
  }),
  format: valued(oneOf("NAME", FORMAT_NAMES), "seed", {
    short: "f",
    group: "line",
    help: `${FORMAT_NAMES.join(", ")}; seed: as Python prints bytes`,
  }),
  time: valued(
    oneOf("KIND", ["epoch", "iso", "elapsed", "delta", "none"]),
    "epoch",
    {
      short: "t",
      group: "line",
      help: "epoch, iso, elapsed, delta, none",
    },
  ),
  utc: flag({ group: "line", help: "iso in UTC" }),
  marks: flag({
    group: "line",
    help: "which slices were one read, full or not, characters cut",
  }),
  slow: valued(duration(1), null, {
    group: "line",
    help: "mark a line that came later than that after the last",
  }),
  color: valued(oneOf("WHEN", ["auto", "always", "never"]), "auto", {
    group: "line",
    help: "auto, always, never",
  }),
  label: valued(text("NAME"), null, {
    group: "line",
    help: "put NAME in front of each line",
  }),
  output: valued(file("FILE"), null, {
    short: "o",
    group: "file",
    help: "append the log to FILE instead of stdout",
  }),
  "max-size": valued(size(1, 1024 * GIB), null, {
    group: "file",
    help: "start FILE anew above SIZE; the old one is FILE.1",
  }),
  keep: valued(count(1, 999), 5, {
    group: "file",
    help: "how many old files are kept",
  }),
  cwd: valued(folder("DIR"), null, {
    short: "C",
    group: "command",
    help: "start it in DIR",
  }),
  env: repeated(assignment(), {
    short: "E",
    group: "command",
    help: "set a variable; can be repeated",
  }),
  group: flag({
    group: "command",
    help: "stop its descendants too (own process group)",
  }),
  count: valued(count(1), null, {
    short: "n",
    group: "end",
    help: "end after N slices or frames (hex: in rows); status 0",
  }),
  timeout: valued(duration(1), null, {
    group: "end",
    help: "stop it then; status 124",
  }),
  idle: valued(duration(1), null, {
    group: "end",
    help: "stop it when nothing came for so long; status 124",
  }),
  "kill-after": valued(duration(0), 5000, {
    short: "k",
    group: "end",
    help: "from SIGTERM to SIGKILL",
  }),
  summary: flag({
    group: "told",
    help: "at the end: sizes, gaps, silences, the diagnosis",
  }),
  progress: flag({
    group: "told",
    help: "a live line, if stderr is a terminal and the log is not",
  }),
  quiet: flag({
    short: "q",
    group: "told",
    help: "nothing on stderr but errors",
  }),
  ...PROGRAM_OPTIONS,
  completions: valued(oneOf("SHELL", SHELLS), null, {
    group: "told",
    help: `print completions for ${SHELLS.join(", ")}`,
  }),
  ...CHILD_OPTIONS,
};

/** What the options of `main.ts` are. */
export type ParentSettings = Settings<typeof PARENT_OPTIONS>;
