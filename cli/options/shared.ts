/** Options that several programs take; `withDefaults` gives them other defaults. */

import { GRACE_MS } from "../../src/wait.ts";
import {
  ANSI_WORDS,
  assignment,
  COLOR_WORDS,
  duration,
  flag,
  folder,
  FORMAT_NAMES,
  FRAME_RULES,
  FRAME_WORDS,
  GIB,
  type Kind,
  MIB,
  oneOf,
  repeated,
  size,
  text,
  TIME_KINDS,
  valued,
} from "./option.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** Names of JSON keys, with commas between. */
export function keys(example: string): Kind<readonly string[]> {
  return {
    placeholder: "NAME,…",
    rule: "names of JSON keys, without quotes, with commas between, as in " +
      example,
    read(text) {
      const names = text.split(",");
      return names.some((name) => name === "" || name.includes('"'))
        ? undefined
        : names;
    },
    write: (names) => names.join(","),
  };
}

/** Where a message ends, and what a log line looks like. */
export const LINE_OPTIONS = {
  frame: valued(oneOf("RULE", FRAME_WORDS), "slice", {
    group: "cut",
    help: `where one message ends: slice, ${FRAME_RULES.join(", ")}; auto: ` +
      "decided by the first bytes (Content-Length, a JSON line, else lines)",
  }),
  "max-frame": valued(size(1, GIB), MIB, {
    group: "cut",
    help: "split lines longer than SIZE; a longer frame breaks its rule",
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
  ansi: valued(oneOf("HOW", ANSI_WORDS), "show", {
    group: "line",
    help: "the command's own colours in text: show them escaped, keep them, " +
      "strip them; auto: keep on a terminal with colours, else strip",
  }),
  color: valued(oneOf("WHEN", COLOR_WORDS), "auto", {
    group: "line",
    help: "auto: on a terminal without NO_COLOR; always; never",
  }),
  label: valued(text("NAME"), null, {
    group: "line",
    help: "put NAME in front of each line, and of what is said on stderr",
  }),
};

/** How a command is started and stopped. */
export const COMMAND_OPTIONS = {
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
  timeout: valued(duration(1), null, {
    group: "end",
    help: "stop the command after DURATION; status 124",
  }),
  "kill-after": valued(duration(0), GRACE_MS, {
    short: "k",
    group: "end",
    help: IS_WINDOWS
      ? "no effect on Windows, where a stop ends a process at once"
      : "send SIGKILL this long after SIGTERM",
  }),
};
