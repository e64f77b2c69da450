import { PipeReader } from "../read/reader.ts";
import { PipeWriter } from "../write/writer.ts";
import { ExitError } from "./exit_error.ts";
import type { Child, StopOptions } from "./child.ts";
import type { ExitReason, ExitStatus } from "./exit_status.ts";
import { settlesWithin } from "../wait.ts";
import { type Received, signals } from "./signals.ts";
import type { SpawnSettings } from "./spawn_options.ts";
import type { Owner, Started } from "./start.ts";
import { Inlet, type Input } from "./inlet.ts";
import { Outlet } from "./outlet.ts";
import { processEnd } from "./process_end.ts";
import { Tail } from "./tail.ts";
import {
  checkLadder,
  LAST_STEP,
  passedOn,
  type StopLadder,
  type Stoppable,
  Stopper,
  type StopRequest,
} from "./stop.ts";
import { checkSignal } from "./system_signals.ts";
import { watchTimes } from "./watch_times.ts";
import { watchUnread } from "./watch_unread.ts";

const TAIL_BYTES = 8192;

/** The one implementation of {@linkcode Child}. */
export class OwnedChild implements Child, Owner, Stoppable {
  readonly pid: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly group: boolean;
  readonly exited: Promise<unknown>;
  readonly #started: Started;
  readonly #own: SpawnSettings;
  readonly #tail = new Tail(TAIL_BYTES);
  readonly #in: Inlet | undefined;
  readonly #out: Outlet | undefined;
  readonly #err: Outlet | undefined;
  readonly #status: Promise<ExitStatus>;
  readonly #unwatch: () => void;
  readonly #unwatchUnread: () => void;
  readonly #stops = new Stopper(this);
  #stdin: PipeWriter | undefined;
  #stdout: PipeReader | undefined;
  #stderr: PipeReader | undefined;
  #isStatusAsked = false;
  #received: Deno.Signal | null = null;

  constructor(started: Started) {
    const { process, settings: own } = started;
    this.#started = started;
    this.pid = process.pid;
    this.command = own.command;
    this.args = own.args;
    this.group = own.group;
    this.#own = own;
    const { exitDelayMs } = own;
    if (own.stdout === "piped") {
      this.#out = new Outlet(process.stdout, { name: "stdout", exitDelayMs });
      this.#stdout = new PipeReader(this.#out.stream);
    }
    if (own.stderr === "piped" || own.stderr === "tail") {
      const onChunk = (chunk: Uint8Array) => this.#tail.add(chunk);
      this.#err = new Outlet(process.stderr, {
        name: "stderr",
        exitDelayMs,
        onChunk,
      });
      if (own.stderr === "piped") {
        this.#stderr = new PipeReader(this.#err.stream);
      } else this.#err.discard();
    }
    if (own.stdin !== "inherit" && own.stdin !== "null") {
      this.#in = new Inlet(process.stdin);
      if (own.stdin === "piped") this.#stdin = new PipeWriter(this.#in.stream);
      else this.#feed(this.#in, own.stdin);
    }
    this.#unwatch = watchTimes(this.#outlets, own, (reason, cause) => {
      this.#stop(reason, own.ladder, { cause });
    });
    this.#unwatchUnread = watchUnread(
      this.#outlets,
      () => this.#isStatusAsked || (this.#in?.isWriting ?? false),
    );
    const end = processEnd(process);
    this.exited = end;
    this.#status = this.#settle(end);
    // Last: a signal that this program has received already comes at once.
    started.own(this);
  }

  get stdin(): PipeWriter {
    return this.#stdin ?? notPiped("write to stdin", this.#own.stdin);
  }

  get stdout(): PipeReader {
    return this.#stdout ?? notPiped("read stdout", this.#own.stdout);
  }

  get stderr(): PipeReader {
    return this.#stderr ?? notPiped("read stderr", this.#own.stderr);
  }

  get status(): Promise<ExitStatus> {
    this.#isStatusAsked = true;
    return this.#status;
  }

  get receivedSignal(): Deno.Signal | null {
    return this.#received;
  }

  get hasExited(): boolean {
    return this.#started.hasExited;
  }

  get hasWritten(): boolean {
    return this.#outlets.some(({ bytes }) => bytes > 0);
  }

  async check(): Promise<ExitStatus> {
    const status = await this.status;
    if (status.success) return status;
    throw new ExitError(this.command, this.args, status, {
      cause: this.#stops.cause,
    });
  }

  stop(options: StopOptions = {}): Promise<boolean> {
    const { ladder } = options;
    if (ladder === undefined) return this.#stop("stopped", this.#own.ladder);
    checkLadder("stop a child", ladder);
    // The caller may change the steps while they are walked. A ladder that was
    // given for this time does not wait for a stop under way.
    const steps = ladder.map((step) => ({ ...step }));
    return this.#stop("stopped", steps, { atOnce: true });
  }

  kill(signal: Deno.Signal = "SIGTERM"): boolean {
    checkSignal(signal);
    return this.#started.send(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const hasEnded = await this.#stop("disposed", this.#own.ladder) ||
      await this.#stop("disposed", LAST_STEP);
    for (const outlet of this.#outlets) outlet.letGo();
    if (hasEnded) await this.#status;
  }

  send(signal: Deno.Signal): void {
    this.#started.send(signal);
  }

  closeStdin(): void {
    this.#in?.close();
  }

  receive({ signal, byTerminal, again }: Received): void {
    this.#received ??= signal;
    if (this.hasExited) {
      // Only a descendant that holds a pipe is still waited for.
      for (const outlet of this.#outlets) outlet.drain(true);
    } else if (again) {
      this.#stop("received", LAST_STEP, { atOnce: true });
    } else if (signal === "SIGTERM" || signal === "SIGHUP") {
      this.#stop("received", passedOn(this.#own.ladder, signal, byTerminal));
    } else if (!byTerminal) {
      this.kill(signal);
    }
  }

  get #outlets(): Outlet[] {
    return [this.#out, this.#err].filter((outlet) => outlet !== undefined);
  }

  /** Stops the process, or the wait for its pipes if it has ended. */
  #stop(
    reason: ExitReason,
    ladder: StopLadder,
    options?: StopRequest,
  ): Promise<boolean> {
    if (!this.hasExited) return this.#stops.stop(reason, ladder, options);
    for (const outlet of this.#outlets) outlet.drain(true);
    return Promise.resolve(true);
  }

  async #feed(inlet: Inlet, input: Input): Promise<void> {
    try {
      await inlet.feed(input);
    } catch (cause) {
      // The child has seen the end of a stream that has not ended: what it
      // makes of it must not pass for a result.
      this.#stop("input", this.#own.ladder, { cause });
    }
  }

  async #settle(end: ReturnType<typeof processEnd>): Promise<ExitStatus> {
    const { code, signal, success, isTold } = await end;
    const durationMs = performance.now() - this.#started.startMs;
    const { reason: stopReason } = this.#stops;
    const wasStopped = stopReason !== undefined;
    // No grace for what is left of its group: once that has gone, its number can
    // be used again.
    if (this.group && wasStopped) this.kill("SIGKILL");
    this.#started.hasExited = true;
    this.#unwatchUnread();
    for (const outlet of this.#outlets) outlet.drain(wasStopped);
    const [ends] = await Promise.all([
      Promise.all(this.#outlets.map(({ ended }) => ended)),
      this.#in && settlesWithin(this.#in.close(), this.#own.exitDelayMs),
    ]);
    // Not before: a limit of time ends the wait for the pipes, too.
    this.#unwatch();
    await signals.removeChild(
      this.#started,
      wasStopped && stopReason !== "received",
    );
    const bySelf: ExitReason = signal === null ? "exited" : "signaled";
    return {
      code,
      signal,
      success: success && !wasStopped,
      reason: stopReason ?? (isTold ? bySelf : "lost"),
      stopSteps: this.#stops.steps,
      receivedSignal: this.#received,
      durationMs,
      bytesIn: this.#in?.bytes ?? 0,
      bytesOut: this.#out?.bytes ?? 0,
      bytesErr: this.#err?.bytes ?? 0,
      stderrTail: this.#tail.text(),
      drained: ends.every(Boolean),
    };
  }
}

/** Refuses a stream that is not there. */
function notPiped(what: string, value: unknown): never {
  throw new TypeError(
    `Cannot ${what} as it is not "piped": current value is ${
      typeof value === "string" ? JSON.stringify(value) : "an input"
    }`,
  );
}
