import { OutputDroppedError } from "../../src/errors.ts";
import { own } from "../../src/process/spawn.ts";
import type { Started } from "../../src/process/start.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import type { Clock, Stream } from "../arrival.ts";
import { type End, waitForEnd } from "./wait_for_end.ts";
import {
  followFrames,
  followFull,
  followSlices,
  LoggedPipe,
} from "./follow.ts";
import { createLog, type Log } from "./log.ts";
import type { ParentLine } from "../main/parent_program.ts";
import { flushed, talk } from "../stderr/talk.ts";
import type { Reporter } from "../stderr/reporter.ts";

/** The exit status when we ended the child for its time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/**
 * Owns a child that was started and logs its pipes until its end; resolves to
 * our exit status.
 */
export async function logChild(
  started: Started,
  line: ParentLine,
  clock: Clock,
): Promise<number> {
  const { settings, output } = line;
  const log = await createLog(settings, output);
  const reporter = await createReporter(line);
  // Now that all is loaded: what fails before this leaves the child to `using`.
  const child = own(started);
  const say = (sentence: string) => reporter?.say(sentence) ?? talk(sentence);
  const full = Promise.withResolvers<void>();
  const isShared = settings.stderr === "log";
  const follow = async (reader: PipeReader, stream: Stream) => {
    const options = { stream, clock, observer: reporter, isShared };
    const pipe = new LoggedPipe(reader, log, options);
    try {
      await followPipe(pipe, log, settings, say);
    } catch (error) {
      // The log's reader was stuck while the command was being stopped.
      if (!(error instanceof OutputDroppedError)) throw error;
      await say(
        "the log is incomplete: its reader stopped reading while the command " +
          `was being stopped, and ${error.droppedBytes} bytes were dropped`,
      );
    }
    // The log is full: do not wait for the other pipe.
    if (log.isFull) full.resolve();
  };
  const pipes = [follow(child.stdout, "out")];
  if (isShared) pipes.push(follow(child.stderr, "err"));
  let end: End;
  try {
    const all = Promise.all(pipes);
    end = await waitForEnd(child, log, Promise.race([all, full.promise]));
  } finally {
    await reporter?.close();
  }
  const { status, stoppedFor, logIncomplete } = end;
  await reporter?.printSummary(clock, stoppedFor ?? status);
  if (logIncomplete) {
    await talk(
      "the reader of the log has not taken all of it within a second: " +
        "what came last is not in it",
    );
  }
  const { reason, drained } = status;
  const isTimedOut = reason === "timeout" || reason === "idle";
  // The summary has said so already.
  if (
    !drained && stoppedFor === null && !isTimedOut && !settings.quiet &&
    !settings.summary
  ) {
    await talk(
      "the command has ended, and a process that it started still holds " +
        "its pipe: what that one writes is not logged",
    );
  }
  // What was said on the way has to leave as well.
  await flushed();
  if (stoppedFor !== null) return 0;
  if (isTimedOut) return TIMED_OUT;
  const { endAs } = await import("../../src/process/end_as.ts");
  return await endAs(status);
}

/** Loads what tells more than the log, if more is asked for. */
async function createReporter(line: ParentLine): Promise<Reporter | null> {
  const { summary, progress } = line.settings;
  if (!summary && !progress) return null;
  const { Reporter } = await import("../stderr/reporter.ts");
  return new Reporter(line);
}

/** Follows one pipe in the shape that was asked for. */
async function followPipe(
  pipe: LoggedPipe,
  log: Log,
  settings: ParentLine["settings"],
  warn: (sentence: string) => void,
): Promise<void> {
  const { frame, fill, slice } = settings;
  if (frame === "slice") {
    return await (fill
      ? followFull(pipe, log, slice)
      : followSlices(pipe, log));
  }
  // What is said on stderr beside frames is text, whatever frames they are.
  const rule = pipe.last.stream === "err" ? "lines" : frame;
  const maxBytes = settings["max-frame"];
  await followFrames(pipe, log, { rule, maxBytes, warn });
}
