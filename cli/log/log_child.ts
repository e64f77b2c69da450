import { OutputDroppedError } from "../../src/errors.ts";
import { own } from "../../src/process/spawn.ts";
import { holdSignals } from "../../src/process/signals.ts";
import type { Started } from "../../src/process/start.ts";
import type { PassedBytes } from "../../src/recording/event.ts";
import type { Recorder } from "../../src/recording/recorder.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import type { Clock, Stream } from "../arrival.ts";
import { type End, exitStatusOf, waitForEnd } from "./wait_for_end.ts";
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
  if (settings.tty) {
    const { enterTerminal } = await import("./terminal.ts");
    await enterTerminal(started, line.command![0]);
  }
  const recorder = await createRecorder(started, line);
  // Never released: until the program ends, no signal cuts the end of the log or
  // of what is said.
  holdSignals();
  // Now that all is loaded: what fails before this leaves the child to `using`.
  const child = own(started);
  const say = async (sentence: string) => {
    await reporter?.hide();
    await talk(sentence);
  };
  const full = Promise.withResolvers<void>();
  const isShared = settings.stderr === "log";
  const follow = async (reader: PipeReader, stream: Stream) => {
    const options = { stream, clock, observer: reporter, recorder, isShared };
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
    else recorder?.end(stream);
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
  recorder?.status(end.status, {
    out: passed(child.stdout),
    ...isShared && { err: passed(child.stderr) },
  });
  await recorder?.finish();
  await reporter?.printSummary(clock, end.stoppedFor ?? end.status);
  for (const sentence of lastSentences(end, settings)) await say(sentence);
  // What was said on the way has to leave as well.
  await flushed();
  return await exitStatusOf(end);
}

/** What is said about the end on stderr. */
function lastSentences(
  { status, stoppedFor, logIncomplete }: End,
  { quiet, summary, timeout, idle }: ParentLine["settings"],
): string[] {
  const sentences: string[] = [];
  // The summary says how the command ended.
  if (!quiet && !summary && stoppedFor === null) {
    if (status.reason === "timeout") {
      sentences.push(
        `the command was stopped after ${seconds(timeout)} (--timeout)`,
      );
    } else if (status.reason === "idle") {
      sentences.push(
        `the command was stopped: nothing came from it for ${
          seconds(idle)
        } (--idle)`,
      );
    } else if (!status.drained) {
      sentences.push(
        "the command has ended, and a process that it started still holds " +
          "its pipe: what that one writes is not logged",
      );
    }
  }
  if (logIncomplete) {
    sentences.push(
      "the log is incomplete: after a stop its reader has 1 s for the rest " +
        "of it, and did not take all",
    );
  }
  return sentences;
}

function seconds(ms: number | null): string {
  return `${(ms ?? 0) / 1000} s`;
}

/** Loads what tells more than the log, if more is asked for. */
async function createReporter(line: ParentLine): Promise<Reporter | null> {
  const { command, output, settings } = line;
  const { summary, progress, label, frame, slice, fill, count } = settings;
  if (!summary && !progress) return null;
  const [{ Reporter }, { SliceCount }] = await Promise.all([
    import("../stderr/reporter.ts"),
    import("../summary/statistics.ts"),
  ]);
  return new Reporter({
    ...{ command, label, summary, progress },
    isOnTerminal: settings.tty,
    isToFile: output !== null,
    // Frames are no slices.
    slices: frame === "slice"
      ? new SliceCount({ sliceBytes: slice, fill, max: count ?? Infinity })
      : null,
  });
}

/** What has come from a pipe: all of it was for us. */
function passed({ bytesRead, buffered }: PipeReader): PassedBytes {
  const read = bytesRead + buffered;
  return { read, passed: read };
}

/** Begins the recording, if one is asked for. */
async function createRecorder(
  { startMs, settings: { command, args } }: Started,
  { settings: { frame }, record }: ParentLine,
): Promise<Recorder | null> {
  if (record === null) return null;
  const { startRecorder } = await import("../recording/record_file.ts");
  return startRecorder(Promise.resolve(record), {
    command: [command, ...args],
    startMs,
    // A slice is no message: its readers decide by what they find.
    frame: frame === "slice" ? "auto" : frame,
    say: talk,
  });
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
  const unfinishedMs = settings.unfinished || undefined;
  await followFrames(pipe, log, { rule, maxBytes, unfinishedMs, warn });
}
