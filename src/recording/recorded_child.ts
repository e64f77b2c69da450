import { checkKeys, checkOneOf, shown } from "../check.ts";
import { ExitError, type ExitReason, type ExitStatus } from "../exit_status.ts";
import { COMMON_SIGNALS } from "../process/system_signals.ts";
import { PipeReader } from "../read/reader.ts";
import { Tail } from "../bytes.ts";
import { settlesWithin } from "../wait.ts";
import type { Sink } from "../write/sink.ts";
import { PipeWriter } from "../write/writer.ts";
import type {
  RecordedEvent,
  RecordedStatus,
  RecordedStream,
  RecordingHeader,
} from "./event.ts";
import type { ReplayClock } from "./replay_clock.ts";
import { ReplayedPipe } from "./replayed_pipe.ts";

/**
 * What can be played: a `Recording`, or the events of one in any other way, such
 * as a list that a test has written by hand.
 */
export type Playable =
  & (AsyncIterable<RecordedEvent> | Iterable<RecordedEvent>)
  & { readonly header?: RecordingHeader };

/**
 * A child that is a recording. It has all parts of a `Child`, so that code which
 * takes one can be tested without the process: `channelOf` takes it as well.
 *
 * There is no process behind it: `pid` is 0, and signals end the playing.
 *
 * Memory: 64 KiB and one piece for each stream. As with a process, a stream that
 * nobody reads holds up all of it when 64 KiB wait there, until the end is waited
 * for by `status`, `wait`, `check` or `stop`: then its first 64 KiB are kept, and
 * reading past them fails with an `OutputDroppedError`.
 *
 * @example How a failure of a child is told, without a child that fails
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { ExitError, replay } from "@basic-pipes/basic-pipes";
 *
 * const bytes = new TextEncoder().encode("no such host\n");
 * await using child = replay([
 *   { kind: "piece", ms: 0, from: "err", offset: 0, bytes },
 *   {
 *     kind: "status",
 *     ms: 1,
 *     status: { code: 7, signal: null, reason: "exited" },
 *     bytes: {},
 *   },
 * ]);
 * const error = await assertRejects(() => child.check(), ExitError);
 * assertEquals(error.message, '"recording" ended with code 7: no such host');
 * ```
 */
export interface RecordedChild extends AsyncDisposable {
  /** Always 0: there is no process. */
  readonly pid: number;
  /** The recorded command, or `recording` where the events have no header. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What a client writes to the command: counted in `bytesIn`. */
  readonly stdin: PipeWriter;
  /**
   * The recorded stdout.
   *
   * @throws {TypeError} When it is not played.
   */
  readonly stdout: PipeReader;
  /**
   * The recorded stderr.
   *
   * @throws {TypeError} When it is not played.
   */
  readonly stderr: PipeReader;
  /** Whether the recorded end has been reached, or it was stopped. */
  readonly hasExited: boolean;
  /**
   * How the recorded command ended, once that is played. Never rejects.
   *
   * `code`, `signal` and `reason` are the recorded ones; a recording without its
   * last line gives code 125 and the reason `"lost"`. The times are those of the
   * clock, the counts those of what was played.
   */
  readonly status: Promise<ExitStatus>;
  /** Always `null`: signals that this program receives do nothing here. */
  readonly receivedSignal: Deno.Signal | null;
  /**
   * Waits for the end, whatever it is.
   *
   * @param options `rest: "drop"`: output that was not read is dropped from now
   * on, and a reader finds the end. @default {"keep"}
   * @returns The status. Never rejects.
   * @throws {TypeError} When an option is unusable.
   */
  wait(options?: { rest?: "keep" | "drop" }): Promise<ExitStatus>;
  /**
   * Waits for the end, and refuses any but a success.
   *
   * @param options As those of {@linkcode wait}.
   * @returns The status, if the command ended by itself with code 0.
   * @throws {ExitError} Otherwise.
   */
  check(options?: { rest?: "keep" | "drop" }): Promise<ExitStatus>;
  /**
   * Ends the playing: SIGTERM and the reason `"stopped"`, unless it had ended.
   * What was played stays readable.
   *
   * @param options A ladder of a real child's stop, which does nothing here.
   * @returns Always `true`.
   */
  stop(options?: { ladder?: unknown }): Promise<boolean>;
  /**
   * Ends the playing as by a signal.
   *
   * @param signal The signal. @default {"SIGTERM"}
   * @returns `false` when it had ended before.
   * @throws {TypeError} When it is no signal's name.
   */
  kill(signal?: Deno.Signal): boolean;
}

/** How the recorded command ended; `null` if the recording does not say. */
export type RecordedEndOfChild = RecordedStatus["status"] | null;

/** Where a recording is played. */
export interface Stage {
  /** The recorded stdin. */
  readonly in: ReplayedPipe;
  /** The recorded stdout. */
  readonly out: ReplayedPipe;
  /** The recorded stderr. */
  readonly err: ReplayedPipe;
  /** Aborted when the playing is to end now. */
  readonly signal: AbortSignal;
}

/** What a recorded child is made of. */
export interface RecordedChildSettings {
  /** The recorded command. */
  header: RecordingHeader | undefined;
  /** The streams that are played. */
  streams: readonly RecordedStream[];
  /** The clock of `durationMs`. */
  clock: ReplayClock;
  /** Where the client's bytes go. */
  stdin: Sink & { readonly bytes: number };
  /** Plays it; resolves to the recorded end. */
  play(stage: Stage): Promise<RecordedEndOfChild>;
}

/** The code when the recording does not say how the command ended. */
const LOST: NonNullable<RecordedEndOfChild> = {
  code: 125,
  signal: null,
  reason: "lost",
};
/** How much of stderr a status has, as that of a process. */
const TAIL_BYTES = 8192;
/** How long the end of a scope waits for a recording that is not read on. */
const LEAVE_MS = 1000;

/** Plays a recording as if it were a child. */
export class PlayedChild implements RecordedChild {
  readonly pid = 0;
  readonly command: string;
  readonly args: readonly string[];
  readonly stdin: PipeWriter;
  readonly receivedSignal = null;
  readonly #settings: RecordedChildSettings;
  readonly #pipes: Record<RecordedStream, ReplayedPipe>;
  readonly #readers: Record<RecordedStream, PipeReader>;
  readonly #stop = new AbortController();
  readonly #status = Promise.withResolvers<ExitStatus>();
  readonly #tail = new Tail(TAIL_BYTES);
  readonly #startMs: number;
  readonly #played: Promise<void>;
  #hasExited = false;

  constructor(settings: RecordedChildSettings) {
    const [command = "recording", ...args] = settings.header?.command ?? [];
    this.#settings = settings;
    this.command = command;
    this.args = args;
    this.stdin = new PipeWriter(settings.stdin);
    const err = new TailedPipe("stderr", this.#tail);
    const pipes = {
      in: new ReplayedPipe(),
      out: new ReplayedPipe("stdout"),
      err,
    };
    this.#pipes = pipes;
    this.#readers = {
      in: new PipeReader(pipes.in),
      out: new PipeReader(pipes.out),
      err: new PipeReader(err),
    };
    this.#startMs = settings.clock.now();
    this.#played = this.#play();
  }

  get stdout(): PipeReader {
    return this.#reader("out", "stdout");
  }

  get stderr(): PipeReader {
    return this.#reader("err", "stderr");
  }

  /** What the client had written to the recorded command. */
  get input(): PipeReader {
    return this.#reader("in", "input");
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  get status(): Promise<ExitStatus> {
    for (const pipe of Object.values(this.#pipes)) pipe.keepFlowing();
    return this.#status.promise;
  }

  async wait(options: { rest?: "keep" | "drop" } = {}): Promise<ExitStatus> {
    const purpose = "wait for the end of a recording";
    checkKeys(purpose, options, ["rest"]);
    checkOneOf(purpose, "rest", options.rest, ["keep", "drop"]);
    if (options.rest === "drop") {
      for (const pipe of Object.values(this.#pipes)) pipe.cancel();
    }
    return await this.status;
  }

  async check(options?: { rest?: "keep" | "drop" }): Promise<ExitStatus> {
    const status = await this.wait(options);
    if (status.success) return status;
    throw new ExitError(this.command, this.args, status);
  }

  stop(options: { ladder?: unknown } = {}): Promise<boolean> {
    checkKeys("stop a recording", options, ["ladder"]);
    this.#end({ code: null, signal: "SIGTERM", reason: "stopped" }, 1);
    return Promise.resolve(true);
  }

  kill(signal: Deno.Signal = "SIGTERM"): boolean {
    if (!/^SIG[A-Z0-9]+$/.test(signal)) {
      throw new TypeError(
        `Cannot end a recording as there is no such signal: current value is ${
          shown(signal)
        }`,
      );
    }
    if (this.#hasExited) return false;
    this.#end({ code: null, signal, reason: "signaled" });
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end({ code: null, signal: "SIGTERM", reason: "disposed" }, 1);
    for (const reader of Object.values(this.#readers)) await reader.cancel();
    await this.stdin.close();
    // A recording that still grows may have no next line for an hour.
    await settlesWithin(this.#played, LEAVE_MS);
  }

  #reader(stream: RecordedStream, name: string): PipeReader {
    const { streams } = this.#settings;
    if (streams.includes(stream)) return this.#readers[stream];
    throw new TypeError(
      `Cannot read ${name} as "${stream}" is none of the streams that are played: current value is ${
        streams.join(", ")
      }`,
    );
  }

  async #play(): Promise<void> {
    // First the caller goes on, and begins to read.
    await null;
    const { signal } = this.#stop;
    try {
      this.#end(
        await this.#settings.play({ ...this.#pipes, signal }) ?? LOST,
      );
    } catch (error) {
      for (const pipe of Object.values(this.#pipes)) pipe.fail(error);
      this.#end(LOST);
    }
  }

  /** The first end counts. */
  #end(end: NonNullable<RecordedEndOfChild>, stopSteps = 0): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    const { clock, stdin } = this.#settings;
    const { code, signal, reason } = end;
    const { out, err } = this.#pipes;
    this.#stop.abort();
    for (const pipe of Object.values(this.#pipes)) pipe.end();
    this.#status.resolve({
      code: code ?? 128 + numberOf(signal),
      signal: signal as Deno.Signal | null,
      success: code === 0 && reason === "exited",
      reason: reason as ExitReason,
      stopSteps,
      receivedSignal: null,
      durationMs: clock.now() - this.#startMs,
      bytesIn: stdin.bytes,
      bytesOut: out.bytes,
      bytesErr: err.bytes,
      stderrTail: this.#tail.text(),
      drained: true,
    });
  }
}

/** The number of a recorded signal; 0 if it is not the same on all systems. */
function numberOf(signal: string | null): number {
  const isKnown = signal !== null && Object.hasOwn(COMMON_SIGNALS, signal);
  return isKnown ? COMMON_SIGNALS[signal]! : 0;
}

/** A pipe that keeps the last bytes of what was given. */
class TailedPipe extends ReplayedPipe {
  readonly #tail: Tail;

  constructor(name: "stderr", tail: Tail) {
    super(name);
    this.#tail = tail;
  }

  override give(piece: Uint8Array): Promise<void> | undefined {
    if (!this.hasEnded) this.#tail.add(piece);
    return super.give(piece);
  }
}
