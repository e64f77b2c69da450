import type { Child } from "../../src/process/child.ts";
import { endAs } from "../../src/process/end_as.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import { Arrivals } from "./arrivals.ts";
import type { Clock } from "./clock.ts";
import { conclude, type Conclusion } from "./conclude.ts";
import { followFull, followSlices } from "./follow.ts";
import type { Arrival } from "../formats/format.ts";
import { createLog, type Log } from "./log.ts";
import type { ParentLine } from "../main/parent_program.ts";
import { said, talk } from "../stderr/talk.ts";
import type { Told } from "../stderr/told.ts";

/** The exit status when we ended the child for its time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/** Logs the pipes of a child until its end; resolves to our exit status. */
export async function logChild(
  child: Child,
  line: ParentLine,
  clock: Clock,
): Promise<number> {
  const { settings, output } = line;
  const log = createLog(settings, output);
  const told = await createTold(line);
  const say = (sentence: string) => told?.say(sentence) ?? talk(sentence);
  const full = Promise.withResolvers<void>();
  const follow = async (source: PipeReader, stream: Arrival["stream"]) => {
    const arrivals = new Arrivals(source, stream, clock, told);
    await followPipe(arrivals, log, settings, say);
    // Then nobody needs what the other pipe may still bring.
    if (log.isFull) full.resolve();
  };
  const pipes = [follow(child.stdout, "out")];
  if (settings.stderr === "log") pipes.push(follow(child.stderr, "err"));
  let conclusion: Conclusion;
  try {
    const all = Promise.all(pipes);
    conclusion = await conclude(child, log, Promise.race([all, full.promise]));
  } finally {
    await told?.close();
  }
  const { status, ours, isCut } = conclusion;
  await told?.sumUp(clock, ours ?? status);
  if (isCut) {
    await talk(
      "the reader of the log has not taken all of it within a second: " +
        "what came last is not in it",
    );
  }
  const { reason, drained } = status;
  const isTimedOut = reason === "timeout" || reason === "idle";
  // The summary has said so already.
  if (
    !drained && ours === null && !isTimedOut && !settings.quiet &&
    !settings.summary
  ) {
    await talk(
      "the command has ended, and a process that it started still holds " +
        "its pipe: what that one writes is not logged",
    );
  }
  // What was said on the way has to leave as well.
  await said();
  if (ours !== null) return 0;
  return isTimedOut ? TIMED_OUT : await endAs(status);
}

/** Loads what tells more than the log, if more is asked for. */
async function createTold(line: ParentLine): Promise<Told | null> {
  const { summary, progress } = line.settings;
  if (!summary && !progress) return null;
  const { Told } = await import("../stderr/told.ts");
  return new Told(line);
}

/** Follows one pipe in the shape that was asked for. */
async function followPipe(
  arrivals: Arrivals,
  log: Log,
  settings: ParentLine["settings"],
  warn: (sentence: string) => void,
): Promise<void> {
  const { frame, fill, slice } = settings;
  if (frame === "slice") {
    return await (fill
      ? followFull(arrivals, log, slice)
      : followSlices(arrivals, log));
  }
  const { followFrames } = await import("./follow_frames.ts");
  // What is said on stderr beside frames is text, whatever frames they are.
  const rule = arrivals.last.stream === "err" ? "lines" : frame;
  const maxBytes = settings["max-frame"];
  await followFrames(arrivals, log, { rule, maxBytes, warn });
}
