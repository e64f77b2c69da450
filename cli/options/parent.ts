import { LOG_START } from "../main/launch.ts";
import { CHILD_OPTIONS } from "../child/child_program.ts";
import {
  count,
  duration,
  file,
  flag,
  oneOf,
  PROGRAM_OPTIONS,
  type Settings,
  SHELLS,
  size,
  STDERR_WORDS,
  valued,
  withDefaults,
} from "./option.ts";
import { COMMAND_OPTIONS, LINE_OPTIONS } from "./shared.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

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
  ...LINE_OPTIONS,
  stderr: valued(oneOf("WHAT", STDERR_WORDS), "inherit", {
    group: "cut",
    help: "inherit: leave it as it is; log: log it beside stdout, in the " +
      "order of arrival; null: drop it",
  }),
  unfinished: valued(duration(0), 0, {
    group: "cut",
    help: "log what stands without an end of line after DURATION of silence, " +
      "marked; its rest follows as its own line, and a CR ends a line; 0: wait",
  }),
  output: valued(file("FILE"), null, {
    short: "o",
    group: "file",
    help: "append the log to FILE; needs --allow-write",
  }),
  record: valued(file("FILE"), null, {
    group: "file",
    help: "also record what passes, byte by byte with its times, in a new " +
      "FILE; %t is the start time, %p the process id",
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
  ...COMMAND_OPTIONS,
  tty: flag({
    group: "command",
    help: Deno.build.os === "windows"
      ? "not on Windows, which has no script(1)"
      : "give it a terminal of its own as stdout, by script(1), so that it " +
        "does not hold its output back",
  }),
  count: valued(count(1), null, {
    short: "n",
    group: "end",
    help: "stop after N slices or frames; status 0",
  }),
  idle: valued(duration(1), null, {
    group: "end",
    help: "stop the command after DURATION without output; status 124. An " +
      "inherited stderr does not count as output",
  }),
  summary: flag({
    group: "messages",
    help: "tell at the end what came when, in what pieces, and what is wrong",
  }),
  progress: flag({
    group: "messages",
    help: "show a live line of what comes, if stderr is a terminal and the " +
      "log is not",
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

/** The same of `main.ts log`, a log for people. */
export const LOG_OPTIONS: typeof PARENT_OPTIONS = withDefaults(PARENT_OPTIONS, {
  ...LOG_START,
  unfinished: 500,
  format: "text",
  time: "iso",
  ansi: "auto",
});

/** What the options of `main.ts` are. */
export type ParentSettings = Settings<typeof PARENT_OPTIONS>;
