import { GRACE_MS } from "../../src/process/times.ts";
import { CHILD_OPTIONS } from "../child/child_program.ts";
import {
  assignment,
  COLOR_WORDS,
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
  STDERR_WORDS,
  text,
  TIME_KINDS,
  valued,
} from "./option.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const IS_WINDOWS = Deno.build.os === "windows";

/** The options of `main.ts`, in the order of `--help`. */
export const PARENT_OPTIONS = {
  slice: valued(size(1, MIB), 32, {
    short: "s",
    group: "cut",
    help: "log slices of at most SIZE bytes, as soon as anything has arrived",
  }),
  fill: flag({
    group: "cut",
    help: "wait until a slice is full; the last may be short",
  }),
  lines: flag({
    short: "l",
    group: "cut",
    help: "write a log line for each line of output, as --frame=lines",
  }),
  frame: valued(oneOf("RULE", ["slice", ...FRAME_RULES]), "slice", {
    group: "cut",
    help: `where one message ends: slice, ${FRAME_RULES.join(", ")}`,
  }),
  "max-frame": valued(size(1, GIB), MIB, {
    group: "cut",
    help: "split lines longer than SIZE; a longer frame breaks its rule",
  }),
  stderr: valued(oneOf("WHAT", STDERR_WORDS), "inherit", {
    group: "cut",
    help: "inherit: leave it as it is; log: log it beside stdout, in the " +
      "order of arrival; null: drop it",
  }),
  format: valued(oneOf("NAME", FORMAT_NAMES), "seed", {
    short: "f",
    group: "line",
    help: "seed: as Python prints bytes; text: readable and safe; hex: as " +
      "hexdump; json: an object a line; raw: unchanged",
  }),
  time: valued(oneOf("KIND", TIME_KINDS), "epoch", {
    short: "t",
    group: "line",
    help: "epoch: seconds since 1970; iso: local time; elapsed: since the " +
      "start; delta: since the line before; none",
  }),
  utc: flag({ group: "line", help: "write iso times in UTC" }),
  marks: flag({
    group: "line",
    help: "show which slices came from one read, which were full, and where " +
      "a character was cut",
  }),
  slow: valued(duration(1), null, {
    group: "line",
    help: "mark lines more than DURATION after the previous one",
  }),
  color: valued(oneOf("WHEN", COLOR_WORDS), "auto", {
    group: "line",
    help: "auto: on a terminal without NO_COLOR; always; never",
  }),
  label: valued(text("NAME"), null, {
    group: "line",
    help: "put NAME in front of each line",
  }),
  output: valued(file("FILE"), null, {
    short: "o",
    group: "file",
    help: "append the log to FILE; needs --allow-write",
  }),
  "max-size": valued(size(1, 1024 * GIB), null, {
    group: "file",
    help: "start a new FILE above SIZE, and rename the old one to FILE.1; " +
      "needs --allow-read as well",
  }),
  keep: valued(count(1, 999), 5, {
    group: "file",
    help: "keep N old files",
  }),
  cwd: valued(folder("DIR"), null, {
    short: "C",
    group: "command",
    help: "start the command in DIR",
  }),
  env: repeated(assignment(), {
    short: "E",
    group: "command",
    help: "set a variable of the command; can be repeated",
  }),
  group: flag({
    group: "command",
    help: IS_WINDOWS
      ? "not on Windows, which has no process groups"
      : "start it in its own process group, so that a stop reaches its " +
        "descendants",
  }),
  count: valued(count(1), null, {
    short: "n",
    group: "end",
    help: "stop after N slices or frames; status 0",
  }),
  timeout: valued(duration(1), null, {
    group: "end",
    help: "stop the command after DURATION; status 124",
  }),
  idle: valued(duration(1), null, {
    group: "end",
    help: "stop the command after DURATION without output; status 124. An " +
      "inherited stderr does not count as output",
  }),
  "kill-after": valued(duration(0), GRACE_MS, {
    short: "k",
    group: "end",
    help: IS_WINDOWS
      ? "no effect on Windows, where a stop ends a process at once"
      : "send SIGKILL this long after SIGTERM",
  }),
  summary: flag({
    group: "messages",
    help: "report at the end: sizes, gaps, silences, and what is wrong",
  }),
  progress: flag({
    group: "messages",
    help: "show a live line if stderr is a terminal and the log is not",
  }),
  quiet: flag({
    short: "q",
    group: "messages",
    help: "write only errors to stderr",
  }),
  ...PROGRAM_OPTIONS,
  completions: valued(oneOf("SHELL", SHELLS), null, {
    group: "messages",
    help: `print the completions for ${SHELLS.join(", ")}`,
  }),
  ...CHILD_OPTIONS,
};

/** What the options of `main.ts` are. */
export type ParentSettings = Settings<typeof PARENT_OPTIONS>;
