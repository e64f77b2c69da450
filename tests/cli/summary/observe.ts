/** Feeds what a real child writes to the numbers, as the program does. */

import { fixture, isBlockedOnWrite, until } from "../../support/processes.ts";
import { diagnosis } from "../../../cli/summary/diagnosis.ts";
import type { Ending } from "../../../cli/words.ts";
import { Statistics } from "../../../cli/summary/statistics.ts";
import { type PipeReader, spawn } from "../../../mod.ts";

/** How a child is watched. */
export interface ObserveOptions {
  /** How long the log of one read takes. */
  pauseMs?: number;
  /** The log of one read takes until the pipe is full again as well. */
  untilFull?: boolean;
  /** Tell the child on its stdin, a line a read, how many bytes were read. */
  told?: boolean;
  /** When the child is stopped. */
  timeoutMs?: number;
  /** Do not tell when the reader waits. */
  silent?: boolean;
  stderr?: "null" | "piped";
}

/** A child that has been watched to its end. */
export interface Observed {
  command: string[];
  statistics: Statistics;
  ending: Ending;
}

/** Runs a command to its end; `@name` in its words is the path of a fixture. */
export async function observe(
  words: readonly string[],
  {
    pauseMs = 0,
    untilFull = false,
    told = false,
    timeoutMs,
    silent = false,
    stderr = "null",
  }: ObserveOptions = {},
): Promise<Observed> {
  const command = words.map((word) =>
    word.replaceAll(/@(\w+\.\w+)/g, (_, name) => fixture(name))
  );
  const startMs = performance.now();
  const now = () => performance.now() - startMs;
  const statistics = new Statistics();
  const child = spawn(command[0]!, command.slice(1), {
    stdin: told ? "piped" : "null",
    stdout: "piped",
    stderr,
    // Whoever runs the tests may have set it.
    env: { PYTHONUNBUFFERED: "" },
    timeoutMs,
  });

  async function follow(reader: PipeReader, stream: "out" | "err") {
    while (true) {
      if (!silent) statistics.ask(stream, now());
      const chunk = await reader.read(65536);
      if (chunk === null) return;
      const arrival = { wallMs: Date.now(), elapsedMs: now(), stream };
      statistics.take(chunk, Math.ceil(chunk.length / 32), arrival);
      if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
      if (untilFull) await until(() => isFullOrOver(child.pid), 20_000);
      // The child may have ended already.
      if (told) {
        await child.stdin.write(`${statistics.out.bytes}\n`).catch(() => {});
      }
    }
  }

  const following = [follow(child.stdout, "out")];
  if (stderr === "piped") following.push(follow(child.stderr, "err"));
  await Promise.all(following);
  const ending = await child.status;
  statistics.end(now());
  return { command, statistics, ending };
}

/** Whether a child waits for us to read, or has ended. */
function isFullOrOver(pid: number): boolean {
  try {
    return isBlockedOnWrite(pid);
  } catch {
    return true;
  }
}

/** The sentences on a child, with every length of time replaced by `T`. */
export function sentences(
  { statistics, ending, ...observed }: Observed,
  command: readonly string[] | null = observed.command,
): string[] {
  return diagnosis(statistics, ending, command).map((sentence) =>
    sentence.replace(/\b[\d.]+ (µs|ms|s)\b/g, "T")
  );
}
