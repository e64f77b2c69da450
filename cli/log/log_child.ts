import { type Child, endAs, type PipeReader } from "../../mod.ts";
import { Arrivals } from "./arrivals.ts";
import type { Clock } from "./clock.ts";
import { conclude, type Ending } from "./conclude.ts";
import { followFull, followSlices } from "./follow.ts";
import type { Arrival } from "../formats/format.ts";
import { createLog, type Log } from "./log.ts";
import type { ParentLine } from "../parent_program.ts";
import { talk } from "../told/talk.ts";
import type { Told } from "../told/told.ts";

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
  const follow = (source: PipeReader, stream: Arrival["stream"]) => {
    const arrivals = new Arrivals(source, stream, clock, told);
    return followPipe(arrivals, log, settings, say);
  };
  const pipes = [follow(child.stdout, "out")];
  if (settings.stderr === "log") pipes.push(follow(child.stderr, "err"));
  let ending: Ending;
  try {
    ending = await conclude(child, log, Promise.all(pipes));
  } finally {
    await told?.close();
  }
  const { status, isOurs } = ending;
  told?.sumUp(clock, isOurs ? null : status);
  if (isOurs) return 0;
  const { reason, drained } = status;
  if (reason === "timeout" || reason === "idle") return TIMED_OUT;
  // The summary has said so already.
  if (!drained && !settings.quiet && !settings.summary) {
    talk(
      "the command has ended, and a process that it started still holds " +
        "its pipe: what that one writes is not logged",
    );
  }
  return await endAs(status);
}

/** Loads what tells more than the log, if more is asked for. */
async function createTold(line: ParentLine): Promise<Told | null> {
  const { summary, progress } = line.settings;
  if (!summary && !progress) return null;
  const { Told } = await import("../told/told.ts");
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
