import type { ExitStatus } from "../../src/exit_status.ts";
import { stdinReader } from "../../src/read/stdin_reader.ts";
import type { RecordedGap } from "../../src/recording/event.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { replay } from "../../src/recording/replay.ts";
import { standIn } from "../../src/recording/stand_in.ts";
import { decodeText } from "../../src/bytes.ts";
import { quote } from "../../src/text_safety.ts";
import { copy } from "../../src/write/copy.ts";
import type { PipeWriter } from "../../src/write/writer.ts";
import { stderrWriter, stdoutWriter } from "../../src/write/stdout.ts";
import { exitStatusOf } from "../log/exit_status.ts";
import { flushed, talk } from "../stderr/talk.ts";
import type { ReplaySettings } from "./replay_program.ts";

/** The status when `--strict` was broken. */
const UNKNOWN = 1;
/** How many requests that were not in the recording are said one by one. */
const MAX_SAID = 20;
/** How much of a stray print of the client is quoted. */
const QUOTED_BYTES = 120;

/** Writes one stream of a recording to stdout; resolves to the exit status. */
export async function play(
  recording: Recording,
  { stream, speed, from, to, "max-gap": maxGap }: ReplaySettings,
): Promise<number> {
  const gaps: RecordedGap[] = [];
  await using child = replay(recording, {
    streams: [stream],
    speed,
    maxGapMs: maxGap ?? Infinity,
    fromMs: from ?? 0,
    toMs: to ?? Infinity,
    onGap(gap) {
      if (gaps.push(gap) === 1) void talk(gapSentence(gap));
    },
  });
  const reader = stream === "out"
    ? child.stdout
    : stream === "err"
    ? child.stderr
    : child.input;
  const stdout = stdoutWriter();
  await copy(reader, speed === Infinity ? joined(stdout) : stdout);
  // The reader of our output has left.
  if (stdout.broken !== undefined) return 0;
  if (gaps.length > 1) {
    const bytes = gaps.reduce((sum, gap) => sum + gap.bytes, 0);
    await talk(
      `${gaps.length} parts of "${stream}" are missing in the recording, ${bytes} bytes in all`,
    );
  }
  return await endAsRecorded(recording, await child.status);
}

/** Answers a client as the recorded server did; resolves to the exit status. */
export async function serve(
  recording: Recording,
  { speed, strict, ignore }: ReplaySettings,
): Promise<number> {
  let hasNoise = false;
  let unsaid = 0;
  let said = 0;
  await using server = await standIn(recording, {
    speed,
    ignore: ignore.flat(),
    onUnknown(sentence) {
      // Each line waits in memory for stderr, and a client may ask for ever.
      if (said === MAX_SAID) unsaid++;
      else {
        said++;
        void talk(sentence);
      }
    },
    onNoise(bytes) {
      if (hasNoise || bytes.length === 0) return;
      hasNoise = true;
      const start = decodeText(bytes.subarray(0, QUOTED_BYTES));
      void talk(
        `what the client wrote is no message: it begins with "${quote(start)}"`,
      );
    },
  });
  // Not awaited: the server may end while the client still holds stdin.
  copy(stdinReader(), server.stdin).catch((error) => talk(error.message));
  const stdout = stdoutWriter();
  const passed = copy(
    server.stdout,
    speed === Infinity ? joined(stdout) : stdout,
  );
  const all = Promise.all([passed, copy(server.stderr, stderrWriter())]);
  // Nobody reads the answers any more: a client may hold stdin for ever.
  await Promise.race([
    all,
    passed.then<unknown>(() => stdout.broken ?? all),
  ]);
  if (unsaid > 0) await talk(`and ${unsaid} more requests were not in it`);
  if (strict && server.unknown.length > 0) {
    await flushed();
    return UNKNOWN;
  }
  if (stdout.broken !== undefined) return 0;
  return await endAsRecorded(recording, await server.status);
}

/**
 * The same writer for what comes without pauses: pieces become one write, as the
 * pipe would join them. A write for each takes five times as long.
 */
function joined(
  writer: PipeWriter,
): Pick<PipeWriter, "writeNow" | "close" | "closed"> {
  return {
    closed: writer.closed,
    async writeNow(pieces) {
      for (const piece of pieces) await writer.write(piece);
    },
    close: () => writer.close(),
  };
}

async function endAsRecorded(
  { cut }: Recording,
  status: ExitStatus,
): Promise<number> {
  if (cut > 0) {
    await talk(
      `the last line of the recording is cut, and its ${cut} bytes are left out`,
    );
  }
  if (status.reason === "lost") {
    await talk(
      "the recording does not say how the command ended: this ends with 0",
    );
    return 0;
  }
  await flushed();
  const { SIGNAL_NUMBERS, signalCode } = await import(
    "../../src/process/system_signals.ts"
  );
  const { signal } = status;
  const isHere = typeof signal === "string" &&
    Object.hasOwn(SIGNAL_NUMBERS, signal);
  // A status has eight bits here: a failure of Windows must not end in 0.
  const isLost = status.code !== 0 && status.code % 256 === 0 &&
    Deno.build.os !== "windows";
  return await exitStatusOf({
    // A signal of another system cannot end this program.
    status: isHere
      ? { ...status, code: signalCode(signal) }
      : { ...status, signal: null, code: isLost ? 1 : status.code },
    stoppedFor: null,
    logIncomplete: false,
  });
}

function gapSentence({ from, bytes, why }: RecordedGap): string {
  return `a part of "${from}" is missing in the recording, ${bytes} bytes, as ${why}`;
}
