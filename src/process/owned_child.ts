import { checkKeys, checkOneOf } from "../check.ts";
import { PipeReader } from "../read/reader.ts";
import { quote, shellWord } from "../text_safety.ts";
import { settlesWithin, STDIN_END_MS, STOPPED_MAX_MS } from "../wait.ts";
import { PipeWriter } from "../write/writer.ts";
import {
  type Child,
  type EndOptions,
  exitReason,
  type ProcessEnd,
  processEnd,
  StatusPromise,
  type StopOptions,
} from "./child.ts";
import { ExitError, type ExitReason, type ExitStatus } from "../exit_status.ts";
import { UnreadWatch, watchLimits } from "./limits.ts";
import { OutputPipe } from "./output_pipe.ts";
import { type Received, signals } from "./signals.ts";
import type { SpawnSettings } from "./spawn_options.ts";
import type { Owner, Started } from "./start.ts";
import { type Input, StdinPipe } from "./stdin_pipe.ts";
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
import { Tail } from "../bytes.ts";

const TAIL_BYTES = 8192;

/** How a child is owned. */
export interface OwnOptions {
  /**
   * Its stdout is read by `copy` alone, into a sink that gives back what it has
   * taken: the memory of what was read is used again.
   */
  passesOn?: boolean;
}

/** The one implementation of {@linkcode Child}. */
export class OwnedChild implements Child, Owner, Stoppable {
  readonly pid: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly group: boolean;
  readonly exited: Promise<unknown>;
  readonly status: Promise<ExitStatus>;
  readonly #started: Started;
  readonly #settings: SpawnSettings;
  readonly #tail = new Tail(TAIL_BYTES);
  readonly #in: StdinPipe | undefined;
  readonly #out: OutputPipe | undefined;
  readonly #err: OutputPipe | undefined;
  readonly #status: Promise<ExitStatus>;
  readonly #endLimits: () => void;
  readonly #unread: UnreadWatch;
  readonly #stopper = new Stopper(this);
  readonly #stdin: PipeWriter | undefined;
  readonly #stdout: PipeReader | undefined;
  readonly #stderr: PipeReader | undefined;
  #end: ProcessEnd | undefined;
  #isEndAwaited = false;
  #received: Deno.Signal | null = null;

  constructor(started: Started, { passesOn = false }: OwnOptions = {}) {
    const { process, settings } = started;
    const { stdin, stdout, stderr, exitDelayMs, ladder } = settings;
    this.#started = started;
    this.#settings = settings;
    this.pid = process.pid;
    this.command = settings.command;
    this.args = settings.args;
    this.group = settings.group;
    if (stdout === "piped") {
      this.#out = new OutputPipe(process.stdout, {
        name: "stdout",
        exitDelayMs,
        reuses: passesOn,
      });
      this.#stdout = this.#out.reader = new PipeReader(this.#out);
    }
    if (stderr === "piped" || stderr === "tail") {
      this.#err = new OutputPipe(process.stderr, {
        name: "stderr",
        exitDelayMs,
        onBytes: (bytes) => this.#tail.add(bytes),
      });
      if (stderr === "piped") {
        this.#stderr = this.#err.reader = new PipeReader(this.#err);
      } else this.#err.discard();
    }
    if (stdin !== "inherit" && stdin !== "null") {
      this.#in = new StdinPipe(process.stdin);
      if (stdin === "piped") this.#stdin = new PipeWriter(this.#in);
      else this.#feed(this.#in, stdin);
    }
    this.#endLimits = watchLimits(
      this.#pipes,
      settings,
      started.startMs,
      (reason, cause) => this.#stop(reason, ladder, { cause }),
    );
    this.#unread = new UnreadWatch(
      this.#pipes,
      () => this.#isEndAwaited || (this.#in?.isWriting ?? false),
    );
    const exited = processEnd(process);
    this.exited = exited;
    this.#status = this.#settle(exited);
    this.status = new StatusPromise(this.#status, () => {
      this.#isEndAwaited = true;
    });
    // Last: a signal that this program has received already comes at once.
    started.own(this);
  }

  get stdin(): PipeWriter {
    return this.#stdin ?? notPiped("write to stdin", this.#settings.stdin);
  }

  get stdout(): PipeReader {
    return this.#stdout ?? notPiped("read stdout", this.#settings.stdout);
  }

  get stderr(): PipeReader {
    return this.#stderr ?? notPiped("read stderr", this.#settings.stderr);
  }

  get receivedSignal(): Deno.Signal | null {
    return this.#received;
  }

  get hasExited(): boolean {
    return this.#started.hasExited;
  }

  get hasWritten(): boolean {
    return this.#pipes.some(({ bytes }) => bytes > 0);
  }

  async wait(options: EndOptions = {}): Promise<ExitStatus> {
    const purpose = "wait for the end of a child";
    checkKeys(purpose, options, ["rest"]);
    checkOneOf(purpose, "rest", options.rest, ["keep", "drop"]);
    if (options.rest === "drop") this.#pipes.forEach((pipe) => pipe.discard());
    return await this.status;
  }

  async check(options?: EndOptions): Promise<ExitStatus> {
    const status = await this.wait(options);
    if (status.success) return status;
    throw new ExitError(this.command, this.args, status, {
      cause: this.#stopper.cause,
    });
  }

  stop(options: StopOptions = {}): Promise<boolean> {
    const purpose = "stop a child";
    checkKeys(purpose, options, ["ladder"]);
    const { ladder } = options;
    if (ladder === undefined) {
      return this.#stop("stopped", this.#settings.ladder);
    }
    checkLadder(purpose, ladder);
    // The caller may change the steps while they are walked. A ladder that was
    // given for this time does not wait for a stop under way.
    const steps = ladder.map((step) => ({ ...step }));
    return this.#stop("stopped", steps, { atOnce: true });
  }

  kill(signal: Deno.Signal = "SIGTERM"): boolean {
    checkSignal("send a signal", signal);
    return this.#started.send(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const hasEnded = await this.#stop("disposed", this.#settings.ladder) ||
      await this.#stop("disposed", LAST_STEP);
    for (const pipe of this.#pipes) pipe.close();
    if (hasEnded) await this.#status;
  }

  /** What `console.log` shows: the process, its state, and what has passed. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options: unknown,
  ): string {
    const { pid } = this;
    const words = [this.command, ...this.args].map(shellWord).join(" ");
    return `Child ${
      inspect({
        pid,
        command: quote(words),
        state: this.#state(),
        ...this.#counts(),
      }, options)
    }`;
  }

  send(signal: Deno.Signal): void {
    this.#started.send(signal);
  }

  closeStdin(): void {
    this.#in?.end();
  }

  receive({ signal, byTerminal, again }: Received): void {
    this.#received ??= signal;
    if (this.hasExited) {
      // Only a descendant that holds a pipe is still waited for.
      for (const pipe of this.#pipes) pipe.drain(true);
    } else if (again) {
      this.#stop("received", LAST_STEP, { atOnce: true });
    } else if (signal === "SIGTERM" || signal === "SIGHUP") {
      const ladder = passedOn(this.#settings.ladder, signal, byTerminal);
      this.#stop("received", ladder);
    } else if (!byTerminal) {
      this.kill(signal);
    }
  }

  get #pipes(): OutputPipe[] {
    return [this.#out, this.#err].filter((pipe) => pipe !== undefined);
  }

  #counts(): Pick<ExitStatus, "bytesIn" | "bytesOut" | "bytesErr"> {
    return {
      bytesIn: this.#in?.bytes ?? 0,
      bytesOut: this.#out?.bytes ?? 0,
      bytesErr: this.#err?.bytes ?? 0,
    };
  }

  #state(): string {
    if (this.#end === undefined) {
      return this.#stopper.reason === undefined ? "running" : "being stopped";
    }
    const { code, signal } = this.#end;
    return signal === null ? `exited with code ${code}` : `ended by ${signal}`;
  }

  /** Stops the process, or the wait for its pipes if it has exited. */
  #stop(
    reason: ExitReason,
    ladder: StopLadder,
    options?: StopRequest,
  ): Promise<boolean> {
    if (this.hasExited) {
      for (const pipe of this.#pipes) pipe.drain(true);
      return Promise.resolve(true);
    }
    const hasEnded = this.#stopper.stop(reason, ladder, options);
    // After the first signal, so that a child that ends by it writes no more.
    for (const pipe of this.#pipes) {
      // Nobody comes back to a pipe whose scope was left in the middle.
      if (reason === "disposed" && !pipe.isAsked) pipe.keepFlowing();
      else pipe.readAhead();
    }
    this.#unread.stop();
    return hasEnded;
  }

  async #feed(pipe: StdinPipe, input: Input): Promise<void> {
    try {
      await pipe.feed(input);
    } catch (cause) {
      // The child has seen the end of a stream that has not ended: its output
      // must not pass for a result.
      this.#stop("input", this.#settings.ladder, { cause });
    }
  }

  async #settle(exited: Promise<ProcessEnd>): Promise<ExitStatus> {
    const end = this.#end = await exited;
    const durationMs = performance.now() - this.#started.startMs;
    const reason = exitReason(end, this.#stopper.reason);
    const wasStopped = this.#stopper.reason !== undefined;
    // No grace for what is left of its group: once that has gone, its number can
    // be used again.
    const isGroupKilled = this.group && wasStopped;
    if (isGroupKilled) this.kill("SIGKILL");
    this.#started.hasExited = true;
    this.#unread.end();
    // On a busy machine the last of a killed group needs more than 10 ms to go.
    const silenceMs = isGroupKilled ? STOPPED_MAX_MS : undefined;
    for (const pipe of this.#pipes) pipe.drain(wasStopped, silenceMs);
    const [ends] = await Promise.all([
      Promise.all(this.#pipes.map(({ ended }) => ended)),
      // A descendant that holds stdin must not hold the status up.
      this.#in && settlesWithin(this.#in.end(), STDIN_END_MS),
    ]);
    // Not before: a limit of time ends the wait for the pipes, too.
    this.#endLimits();
    await signals.removeChild(
      this.#started,
      wasStopped && reason !== "received",
    );
    return {
      code: end.code,
      signal: end.signal,
      success: end.success && !wasStopped,
      reason,
      stopSteps: this.#stopper.steps,
      receivedSignal: this.#received,
      durationMs,
      ...this.#counts(),
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
