import { OutputDroppedError } from "../../src/errors.ts";
import { holdSignals } from "../../src/process/signals.ts";
import { own } from "../../src/process/spawn.ts";
import type { Started } from "../../src/process/start.ts";
import type { Recorder } from "../../src/recording/recorder.ts";
import { settlesWithin } from "../../src/wait.ts";
import { stderrWriter } from "../../src/write/stdout.ts";
import {
  type End,
  exitStatusOf,
  lastOutputIsLate,
} from "../log/wait_for_end.ts";
import { PROGRAM_FAILED } from "../main/program.ts";
import { flushed, talk } from "../stderr/talk.ts";
import { Client } from "./client.ts";
import {
  openRecord,
  startRecorder,
  takenName,
} from "../recording/record_file.ts";
import type { TapLine } from "./tap_program.ts";
import type { PassedBytes, RecordedStream } from "../../src/recording/event.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import { copy } from "../../src/write/copy.ts";
import type { PipeWriter } from "../../src/write/writer.ts";

/** A stdout that has ended is closed unless the command ends within this time. */
const EXIT_MS = 50;

/** How long a stderr that nobody reads may hold up our end. */
const STDERR_MS = 1000;

/**
 * Stands between the client, which has our stdin and stdout, and a command that
 * was started, until that has ended; resolves to our exit status.
 *
 * ```text
 * client  -> our stdin  -> in  -> the command's stdin
 * client  <- our stdout <- out <- the command's stdout
 *            our stderr <- err <- the command's stderr
 * ```
 *
 * Each direction ends by itself. A side that stops reading is passed on as well:
 * the pipe in which the other side writes is closed, and its next write fails.
 */
export async function tapChild(
  started: Started,
  line: TapLine,
): Promise<number> {
  // Never released: no signal cuts the end of the recording.
  holdSignals();
  const child = own(started, { passesOn: true });
  const exited = started.process.status.catch(() => {});
  const client = new Client();
  const recorder = record(started, line);
  const pumps = {
    in: new Pump("in", recorder),
    out: new Pump("out", recorder),
    err: new Pump("err", recorder),
  };

  const passIn = async () => {
    await pumps.in.run(client.reader, child.stdin);
    if (pumps.in.hasLeft) await client.leaveInput();
  };
  const passOut = async () => {
    await pumps.out.run(child.stdout, client.writer);
    if (pumps.out.hasLeft) return;
    if (!await settlesWithin(exited, EXIT_MS)) await client.endOutput();
  };
  const passErr = () => pumps.err.run(child.stderr, stderrWriter());

  passIn();
  const errPassed = recorder === null ? exited : passErr();
  const isCut = await Promise.race([
    passOut().then(() => false),
    lastOutputIsLate(child).then(() => true),
  ]);
  const status = await child.status;
  await stalls(errPassed, () => pumps.err.bytes.passed);
  recorder?.status(status, {
    in: pumps.in.bytes,
    out: pumps.out.bytes,
    err: pumps.err.bytes,
  });
  await recorder?.finish();
  // Not before: it is no end of what the client writes.
  await client.reader.cancel();
  const end = { status, stoppedFor: null, logIncomplete: isCut };
  const sentences = [
    // What a command does that is being stopped is no trouble of ours.
    ...pumps.in.readTrouble,
    ...pumps.out.writeTrouble,
    ...lastSentences(end, pumps.out, line),
  ];
  for (const sentence of sentences) await talk(sentence);
  await flushed();
  // O_NONBLOCK must not stay with a pipe that others hold.
  await settlesWithin(client.writer.close(), EXIT_MS);
  const code = await exitStatusOf(end);
  // Bytes were lost: a success of the command is none of ours.
  const hasLost = pumps.out.writeTrouble.length > 0;
  return hasLost && code === 0 ? PROGRAM_FAILED : code;
}

/** Waits for a promise, or until nothing has moved for 1 s. */
async function stalls(
  promise: Promise<unknown>,
  moved: () => number,
): Promise<void> {
  for (let before = -1; before < moved();) {
    before = moved();
    if (await settlesWithin(promise, STDERR_MS)) return;
  }
}

/**
 * Begins to record, if that was asked for. The file may be slow to open, or
 * impossible: the client must not wait for it, or lose its server.
 */
function record(
  { startMs }: Started,
  { settings, command, record }: TapLine,
): Recorder | null {
  if (record === null) return null;
  const opening = openRecord(record);
  opening.then((file) => {
    const taken = takenName(file);
    if (taken !== null && !settings.quiet) talk(taken);
  }, ({ message }) => talk(`${message}; the command runs on, unrecorded`));
  return startRecorder(opening, {
    command,
    startMs,
    frame: settings.frame,
    redact: {
      names: settings.redact.flat(),
      patterns: settings["redact-pattern"],
    },
    maxBytes: settings["max-record"],
    say: talk,
  });
}

/** What is said about the end on stderr. */
function lastSentences(
  { status, logIncomplete }: End,
  { failure, hasLeft }: Pump,
  { settings: { quiet, timeout } }: TapLine,
): string[] {
  const sentences: string[] = [];
  if (!quiet && status.reason === "timeout") {
    sentences.push(
      `the command was stopped after ${(timeout ?? 0) / 1000} s (--timeout)`,
    );
  } else if (!quiet && !status.drained && !hasLeft) {
    sentences.push(
      "the command has ended, and a process that it started still holds its " +
        "pipe: what that one writes is not passed on",
    );
  }
  const lost = failure instanceof OutputDroppedError
    ? `${failure.droppedBytes} bytes were dropped`
    : "not all was taken";
  if (logIncomplete || failure instanceof OutputDroppedError) {
    sentences.push(
      "the client did not read all that the command wrote: it stopped reading " +
        `while the command was being stopped, and ${lost}`,
    );
  }
  return sentences;
}

/** One direction: passes on what one side writes, and tells the recorder. */
class Pump {
  /** Why the stream could not be read to its end, if it could not. */
  failure: unknown;
  /** Whether the other side stopped reading. */
  hasLeft = false;
  readonly #from: RecordedStream;
  readonly #recorder: Recorder | null;
  #read = 0;
  #passed = 0;

  /** A pump of a stream, which a recorder sees. */
  constructor(from: RecordedStream, recorder: Recorder | null) {
    this.#from = from;
    this.#recorder = recorder;
  }

  /** What has passed until now. */
  get bytes(): PassedBytes {
    return { read: this.#read, passed: this.#passed };
  }

  /** Why the stream could not be read to its end, in a sentence. */
  get readTrouble(): string[] {
    return this.hasLeft ? [] : sentenceOf(this.failure);
  }

  /** Why the other side could not be written to, where it has not just left. */
  get writeTrouble(): string[] {
    return this.hasLeft ? sentenceOf(this.failure) : [];
  }

  /**
   * Passes on until the stream has ended, or the other side has left. The end
   * closes the writer, a side that has left the reader.
   */
  async run(reader: PipeReader, writer: PipeWriter): Promise<void> {
    const [from, recorder] = [this.#from, this.#recorder];
    const onRead = (bytes: Uint8Array, atMs: number) => {
      this.#read += bytes.length;
      // It copies the bytes and returns: lines are made when they have left.
      recorder?.piece(from, bytes, atMs);
    };
    // Counted here: a copy that fails does not say how much was accepted.
    const writeNow = (pieces: readonly Uint8Array[]) => {
      const written = writer.writeNow(pieces);
      written.then(() => {
        for (const piece of pieces) this.#passed += piece.length;
      }, () => {});
      return written;
    };
    const counted = {
      writeNow,
      close: () => writer.close(),
      closed: writer.closed,
    };
    try {
      await copy(reader, counted, { onRead });
    } catch (error) {
      this.failure = error;
    }
    this.hasLeft = writer.broken !== undefined;
    if (!this.hasLeft) recorder?.end(from, performance.now());
  }
}

function sentenceOf(failure: unknown): string[] {
  return failure instanceof Error ? [failure.message] : [];
}
