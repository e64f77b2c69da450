import {
  count,
  duration,
  flag,
  FRAME_RULES,
  type FrameRule,
  oneOf,
  PROGRAM_OPTIONS,
  text,
  UsageError,
  valued,
} from "../options/option.ts";
import { reportFailure, runProgram } from "../main/program.ts";
import { errorLine } from "../stderr/error_line.ts";

/** The options of the built-in child that `main.ts` takes and passes on. */
export const CHILD_OPTIONS = {
  messages: valued(count(1), null, {
    group: "child",
    help: "end after N messages",
  }),
  text: valued(text("TEXT"), "Spam", {
    group: "child",
    help: "the text of each message, followed by its number",
  }),
  tick: valued(duration(0), 1000, {
    group: "child",
    help: "the unit of its pauses: n ticks before message n",
  }),
  cycle: valued(count(1, 1_000_000), 5, {
    group: "child",
    help: "count from 0 to N-1, then from 0 again",
  }),
};

/** All options of `child.ts`, but those that every program has. */
export const CHILD_TABLE = {
  ...CHILD_OPTIONS,
  frame: valued(oneOf("RULE", FRAME_RULES), null, {
    group: "child",
    help: `write each message as a frame: ${FRAME_RULES.join(", ")}`,
  }),
  lifeline: flag({
    group: "child",
    help: "end when stdin ends, as it does when the parent ends",
  }),
};

/** What the options of the built-in child are. */
export interface ChildSettings {
  /** How many messages it writes; `null` for all that it can. */
  messages: number | null;
  /** The word in each message. */
  text: string;
  /** The unit of its pauses, in milliseconds. */
  tick: number;
  /** How many numbers it counts through. */
  cycle: number;
  /** The rule that its frames follow; `null` for messages as they are. */
  frame: FrameRule | null;
  /** Whether it ends when its stdin ends. */
  lifeline: boolean;
}

/** Says on stderr why the child failed; resolves to its exit status. */
export function reportChildFailure(error: unknown): Promise<number> {
  return reportFailure(error, say);
}

/** Writes a sentence to stderr. Nothing is left to do if nobody can read it. */
async function say(sentence: string): Promise<void> {
  const line = encoder.encode(errorLine(sentence));
  await writePart(Deno.stderr, line, false).catch(() => {});
}

/** Refuses a text with a line feed if each message is a line. */
export function checkText(
  { text, frame }: { text: string; frame: string | null },
): void {
  if (frame === "lines" && text.includes("\n")) {
    throw new UsageError(
      "Cannot take --text as a line has no line feed in it: " +
        `current value is ${JSON.stringify(text)}`,
    );
  }
}

const LF = 10;
/** The buffer of Rust's `LineWriter`, which is behind `Deno.stdout`. */
const LINE_WRITER_BYTES = 1024;
/** How long to wait for the reader of a pipe that would block. */
const RETRY_MS = 1;
const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

const PAGE = {
  usage: ["deno run child.ts [options]"],
  about: "Writes one message to stdout at every tick, until it is stopped.",
  examples: ["deno run child.ts --tick 100ms --messages 5"],
  table: { ...CHILD_TABLE, ...PROGRAM_OPTIONS },
  print: (text: string) => writeExactly(encoder.encode(text)),
  say,
};

/** Runs `child.ts` with the options that a person has given. */
export function runChildProgram(
  args: readonly string[],
  work: (
    settings: ChildSettings,
    write: (bytes: Uint8Array) => Promise<void>,
  ) => Promise<number>,
): Promise<number> {
  return runProgram(args, PAGE, ({ settings, command }) => {
    if (command !== null) {
      throw new UsageError("Cannot start a command as child.ts starts none");
    }
    checkText(settings);
    return work(settings, writeExactly);
  });
}

/**
 * Writes to any stdout, without the writer of the library and its modules.
 *
 * If another process has set stdout to non-blocking, a write can fail after Deno
 * has kept its last bytes: up to 1,023 after the last line feed. To write them
 * again would double them. So the two parts are written one after the other.
 */
async function writeExactly(bytes: Uint8Array): Promise<void> {
  const lines = bytes.lastIndexOf(LF) + 1;
  await writePart(Deno.stdout, bytes.subarray(0, lines), false);
  const rest = bytes.subarray(lines);
  await writePart(Deno.stdout, rest, rest.length < LINE_WRITER_BYTES);
}

async function writePart(
  to: typeof Deno.stdout | typeof Deno.stderr,
  part: Uint8Array,
  isKept: boolean,
): Promise<void> {
  for (let rest = part; rest.length > 0;) {
    try {
      rest = rest.subarray(await to.write(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      if (!isKept) continue;
      await flushKept();
      return;
    }
  }
}

/** Waits until the bytes that Deno has kept are written: empty writes do it. */
async function flushKept(): Promise<void> {
  for (;;) {
    try {
      await Deno.stdout.write(NO_BYTES);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
