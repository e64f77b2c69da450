import { type Child, endAs, type PipeReader } from "../mod.ts";
import { Arrivals } from "./arrivals.ts";
import { Clock } from "./clock.ts";
import { conclude } from "./conclude.ts";
import { followFull, followSlices } from "./follow.ts";
import type { Arrival } from "./formats/format.ts";
import { createLog, type Log } from "./log.ts";
import type { ParentLine } from "./parent_program.ts";
import { talk } from "./talk.ts";

/** The exit status when we ended the child for its time, as `timeout(1)` has it. */
const TIMED_OUT = 124;

/** Logs the pipes of a child until its end; resolves to our exit status. */
export async function logChild(
  child: Child,
  { settings }: ParentLine,
): Promise<number> {
  const log = await createLog(settings);
  const clock = new Clock();
  const follow = (source: PipeReader, stream: Arrival["stream"]) =>
    followPipe(new Arrivals(source, stream, clock, () => {}), log, settings);
  const pipes = [follow(child.stdout, "out")];
  if (settings.stderr === "log") pipes.push(follow(child.stderr, "err"));
  const { status, isOurs } = await conclude(child, log, Promise.all(pipes));
  if (isOurs) return 0;
  const { reason, drained } = status;
  if (!drained && !settings.quiet) {
    talk(
      "the command has ended, and a process that it started still holds " +
        "its pipe: what that one writes is not logged",
    );
  }
  if (reason === "timeout" || reason === "idle") return TIMED_OUT;
  return await endAs(status);
}

/** Follows one pipe in the shape that was asked for. */
async function followPipe(
  arrivals: Arrivals,
  log: Log,
  settings: ParentLine["settings"],
): Promise<void> {
  const { frame, fill, slice } = settings;
  if (frame === "slice") {
    return await (fill
      ? followFull(arrivals, log, slice)
      : followSlices(arrivals, log));
  }
  const { followFrames } = await import("./follow_frames.ts");
  const maxBytes = settings["max-frame"];
  await followFrames(arrivals, log, { rule: frame, maxBytes, warn: talk });
}
