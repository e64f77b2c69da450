/** Starts the programs of `parents/` and looks at what they leave behind. */

import { quote } from "./processes.ts";
import { onTerminal, TERMINAL_PROGRAM } from "./terminal.ts";

const OWNER = "owner.ts";

/** A hang costs so long, and no more. */
const HANG_MS = 30_000;

/** How a parent is started. */
export interface ParentOptions {
  /** Another program of `parents/` or a path, which takes the child alone. */
  program?: string;
  /** The `SpawnOptions` of its child. */
  options?: Record<string, unknown>;
  /** What it does once the child exists. */
  way?: string;
  /** The child: a command and its arguments. */
  child: readonly string[];
  /** Runs it on a terminal of its own. */
  terminal?: boolean;
  /** A redirection on that terminal. */
  redirection?: string;
  /** More flags of `deno run`. */
  flags?: readonly string[];
  /** Runs this in front of it: `["nohup"]`. */
  prefix?: readonly string[];
}

/** A parent that runs. */
export interface Parent {
  /** Its process id. */
  pid: number;
  /** The id of its child. */
  childPid: number;
  /** Waits until a line of its output begins with the text. */
  shows(text: string | RegExp): Promise<void>;
  /** Presses keys on its terminal. */
  press(keys: string): Promise<void>;
  /** Waits for its end; `output` is all that it and its child wrote. */
  end(): Promise<{ code: number; signal: string | null; output: string }>;
  /** Hangs its terminal up, or kills whatever of it is left. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a parent in a session of its own, with default signals. */
export async function startParent(
  {
    program = OWNER,
    options = {},
    way = "wait",
    child,
    terminal,
    redirection = "",
    flags = [],
    prefix = [],
  }: ParentOptions,
): Promise<Parent> {
  const words = [
    ...prefix,
    Deno.execPath(),
    ...["run", "--quiet", "--allow-run", "--no-prompt", ...flags],
    new URL(program, new URL("../parents/", import.meta.url)).href,
    ...(program === OWNER ? [JSON.stringify(options), way] : []),
    ...child,
  ];
  const [command = "", ...args] = terminal
    ? [
      TERMINAL_PROGRAM,
      ...onTerminal(`${words.map(quote).join(" ")} ${redirection}`),
    ]
    : words;
  const process = new Deno.Command(command, {
    args,
    stdin: terminal ? "piped" : "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const keys = terminal ? process.stdin.getWriter() : undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let output = "";
  const waiting = new Set<() => void>();
  (async () => {
    for await (
      const text of process.stdout.pipeThrough(new TextDecoderStream())
    ) {
      output += text;
      waiting.forEach((look) => look());
    }
    end();
    waiting.forEach((look) => look());
  })();
  let isOver = false;
  ended.then(() => isOver = true);

  async function shows(text: string | RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Not anywhere: "child 7" is also in "parent 698 child 701".
    const pattern = typeof text === "string"
      ? new RegExp(`^${text}`, "m")
      : text;
    const look = () => {
      if (pattern.test(output)) resolve();
      else if (isOver) reject(new Error(`ended without ${text}: ${output}`));
    };
    const timer = setTimeout(
      () => reject(new Error(`no ${text} after ${HANG_MS} ms: ${output}`)),
      HANG_MS,
    );
    waiting.add(look);
    ended.then(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      waiting.delete(look);
    }
  }

  /** Kills its whole group, and on a terminal the two in the other one. */
  function kill(): void {
    const ids = /parent (\d+) child (\d+)/.exec(output)?.slice(1) ?? [];
    for (const id of [-process.pid, ...ids.map(Number)]) {
      try {
        if (id < -1 || id > 1) Deno.kill(id, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }

  try {
    await shows(/parent \d+ child \d+\r?\n/);
  } catch (error) {
    kill();
    throw error;
  }
  const [, pid, childPid] = /parent (\d+) child (\d+)/.exec(output) ?? [];
  return {
    pid: Number(pid),
    childPid: Number(childPid),
    shows,
    press: async (text) => await keys?.write(new TextEncoder().encode(text)),
    end: async () => {
      const timer = setTimeout(kill, HANG_MS);
      const { code, signal } = await process.status;
      clearTimeout(timer);
      await keys?.close().catch(() => {});
      await ended;
      return { code, signal, output };
    },
    [Symbol.asyncDispose]: async () => {
      kill();
      await keys?.close().catch(() => {});
      await process.status;
      await ended;
    },
  };
}
