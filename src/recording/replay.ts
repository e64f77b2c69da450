import {
  checkKeys,
  checkList,
  checkOneOf,
  checkType,
  shown,
} from "../check.ts";
import type { PipeReader } from "../read/reader.ts";
import type { Sink } from "../write/sink.ts";
import {
  RECORDED_STREAMS,
  type RecordedGap,
  type RecordedStream,
} from "./event.ts";
import {
  type Playable,
  PlayedChild,
  type RecordedChild,
  type RecordedEndOfChild,
  type Stage,
} from "./recorded_child.ts";
import { REAL_CLOCK, type ReplayClock, Schedule } from "./replay_clock.ts";

const PURPOSE = "replay a recording";

/** Options of {@linkcode replay}. */
export interface ReplayOptions {
  /**
   * The clock that says when a piece is due: a {@linkcode ManualClock} in tests.
   *
   * @default {performance.now} with a timer
   */
  clock?: ReplayClock;
  /**
   * Which streams are played. The others are skipped, and their pauses are not
   * waited for. `"in"` is what the client had written, and is read by
   * {@linkcode Replay.input}.
   *
   * @default {["out", "err"]}
   */
  streams?: readonly RecordedStream[];
  /**
   * How many times as fast as recorded: more than 0. `Infinity` does not wait.
   *
   * @default {1}
   */
  speed?: number;
  /**
   * The longest pause between two pieces, in recorded milliseconds: longer ones
   * are cut to it.
   *
   * @default {Infinity}
   */
  maxGapMs?: number;
  /** What came before is left out, in recorded milliseconds. @default {0} */
  fromMs?: number;
  /**
   * What came after is left out, in recorded milliseconds: the streams end at
   * that moment.
   *
   * @default {Infinity}
   */
  toMs?: number;
  /**
   * Gets each place where bytes of a stream that is played are missing in the
   * recording, and the stream goes on behind it. Without it the stream fails
   * there: bytes that are not one after the other would be taken for the output.
   */
  onGap?: (gap: RecordedGap) => void;
}

/** A recording that is being played: see {@linkcode replay}. */
export interface Replay extends RecordedChild {
  /**
   * What the client had written to the recorded command.
   *
   * @throws {TypeError} When `"in"` is none of the streams that are played.
   */
  readonly input: PipeReader;
}

const KEYS = [
  "clock",
  "streams",
  "speed",
  "maxGapMs",
  "fromMs",
  "toMs",
  "onGap",
];

/**
 * Plays a recording: the same pieces with the same pauses, and then the recorded
 * end, as a child whose process is not there.
 *
 * It begins at once. A piece never comes before its moment. Each moment counts
 * from the begin, so that nothing drifts: if the reader was slow, what is overdue
 * comes at once, and the recorded times hold again after that.
 *
 * Each read of a stream gives one piece as it was recorded, however slow the
 * reader is. A recording is played once: read it again to play it again.
 *
 * @param recording A recording, or a list of its events.
 * @param options The clock, the speed, and which part of it.
 * @returns The child; leaving the scope ends it.
 * @throws {RangeError | TypeError} At once, when an option is unusable.
 *
 * @example Code that takes a child, tested without a process
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Child, replay } from "@basic-pipes/basic-pipes";
 *
 * // What is to be tested: the first line of a child, and how it ended.
 * async function firstLine(child: Child): Promise<string> {
 *   const line = await child.stdout.readLine();
 *   const { code } = await child.wait({ rest: "drop" });
 *   return `${line}, then code ${code}`;
 * }
 *
 * const bytes = new TextEncoder().encode("ready\nmore\n");
 * await using child = replay([
 *   { kind: "piece", ms: 5, from: "out", offset: 0, bytes },
 *   {
 *     kind: "status",
 *     ms: 9,
 *     status: { code: 3, signal: null, reason: "exited" },
 *     bytes: {},
 *   },
 * ]);
 * assertEquals(await firstLine(child), "ready, then code 3");
 * ```
 */
export function replay(
  recording: Playable,
  options: ReplayOptions = {},
): Replay {
  const settings = settingsOf(options);
  return new PlayedChild({
    header: recording.header,
    streams: settings.streams,
    clock: settings.clock,
    stdin: new CountingSink(),
    play: (stage) => play(recording, settings, stage),
  });
}

type Settings = Required<Omit<ReplayOptions, "onGap">> & {
  onGap: ReplayOptions["onGap"];
};

function settingsOf(options: ReplayOptions): Settings {
  checkKeys(PURPOSE, options, KEYS);
  const {
    clock = REAL_CLOCK,
    streams = ["out", "err"],
    speed = 1,
    maxGapMs = Infinity,
    fromMs = 0,
    toMs = Infinity,
    onGap,
  } = options;
  checkList(PURPOSE, "streams", streams);
  for (const stream of streams) {
    checkOneOf(PURPOSE, "a stream", stream, RECORDED_STREAMS);
  }
  checkNumber("speed", speed, speed > 0, "more than 0");
  checkNumber("maxGapMs", maxGapMs, maxGapMs >= 0, "0 or more");
  checkNumber("fromMs", fromMs, fromMs >= 0 && fromMs < Infinity, "0 or more");
  checkNumber("toMs", toMs, toMs >= fromMs, "fromMs or more");
  checkType(PURPOSE, "onGap", onGap, "function");
  checkClock(clock);
  return { clock, streams, speed, maxGapMs, fromMs, toMs, onGap };
}

function checkNumber(
  name: string,
  value: number,
  holds: boolean,
  rule: string,
): void {
  // "2" compares as 2 does, and is joined to another text later.
  if (typeof value === "number" && holds) return;
  throw new RangeError(
    `Cannot ${PURPOSE} as ${name} must be ${rule}: current value is ${
      shown(value)
    }`,
  );
}

/** Refuses what is no clock. */
export function checkClock(clock: ReplayClock): void {
  const { now, sleep } = Object(clock);
  if (typeof now === "function" && typeof sleep === "function") return;
  throw new TypeError(
    `Cannot ${PURPOSE} as clock must have now and sleep: current value is ${
      shown(clock)
    }`,
  );
}

async function play(
  recording: Playable,
  settings: Settings,
  { signal, ...pipes }: Stage,
): Promise<RecordedEndOfChild> {
  const { clock, streams, fromMs, toMs } = settings;
  const schedule = new Schedule(clock, settings);
  let hasEnded = false;
  for await (const event of recording) {
    if (signal.aborted) break;
    if (!hasEnded && event.ms > toMs) {
      // What follows is looked through for the status alone.
      hasEnded = true;
      await schedule.reach(toMs, signal);
      for (const pipe of Object.values(pipes)) pipe.end();
    }
    if (event.kind === "status") {
      if (!hasEnded) await schedule.reach(event.ms, signal);
      return event.status;
    }
    if (hasEnded || !streams.includes(event.from)) continue;
    const pipe = pipes[event.from];
    if (event.kind === "end") {
      await schedule.reach(event.ms, signal);
      pipe.end();
    } else if (event.ms < fromMs) continue;
    else if (event.kind === "piece") {
      const due = schedule.reach(event.ms, signal);
      if (due !== undefined) await due;
      const room = pipe.give(event.bytes);
      if (room !== undefined) await room;
    } else if (settings.onGap !== undefined) settings.onGap(event);
    else pipe.fail(gapError(event));
  }
  return null;
}

function gapError({ from, bytes, why }: RecordedGap): RangeError {
  return new RangeError(
    `Cannot replay all of "${from}" as a part of it was not recorded: ` +
      `current value is ${bytes} bytes missing, as ${why}`,
  );
}

/** Takes everything and keeps nothing. */
class CountingSink implements Sink {
  readonly givesBack = true;
  bytes = 0;

  write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) this.bytes += piece.length;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
