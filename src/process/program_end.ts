import { raise } from "./system_signals.ts";
import { HANDLED_AFTER_MS } from "../wait.ts";

/**
 * `deno run --watch` calls the listeners for SIGTERM at a change, and starts the
 * program anew 500 ms later. A SIGTERM that the program then sends to itself
 * would end the watcher. Nothing tells this from a real SIGTERM; so after one
 * this program lives for this long.
 */
const WATCHER_MS = 600;

/** How long before a signal is raised it is announced to the workers. */
const ANNOUNCED_MS = 30;

/**
 * How long a signal that this program sends to itself is waited for. After that
 * a listener of the program's own has it.
 */
const RAISED_MS = 100;

/** The signal that was noted. */
interface Noted {
  readonly signal: Deno.Signal;
  readonly atMs: number;
  /** Later than that the child has handled it. */
  untilMs: number;
}

/**
 * The end of this program by a signal that it received, after its children.
 *
 * `note` remembers the signal, `end` sends it to this program. A worker
 * receives the same signals and has its own object; so each announces on a
 * BroadcastChannel which signal it is about to raise, and `onRaise` is called in
 * the others: it is no second request. The channel is open between the two, so
 * that it costs nothing before a signal and keeps no program alive.
 */
export class ProgramEnd {
  readonly #name: string;
  readonly #onRaise: (signal: Deno.Signal) => void;
  #noted: Noted | undefined;
  #channel: BroadcastChannel | undefined;

  constructor(name: string, onRaise: (signal: Deno.Signal) => void) {
    this.#name = name;
    this.#onRaise = onRaise;
  }

  /** The signal that this program is to end by. */
  get signal(): Deno.Signal | undefined {
    const noted = this.#noted;
    return noted && performance.now() < noted.untilMs
      ? noted.signal
      : undefined;
  }

  /** Listens for what the others raise: this program has received a signal. */
  open(): void {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#onRaise(data);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** This program ends by the signal when its children have ended. */
  note(signal: Deno.Signal, atMs: number): void {
    const isRequest = signal === "SIGTERM" || signal === "SIGHUP";
    const untilMs = isRequest ? Infinity : performance.now() + HANDLED_AFTER_MS;
    if (this.#noted === undefined || untilMs > this.#noted.untilMs) {
      this.#noted = { signal, atMs, untilMs };
    }
  }

  /** Time in which the caller could do nothing counts for no signal. */
  prolong(ms: number): void {
    if (this.#noted) this.#noted.untilMs += ms;
  }

  /** Ends this program by the signal that was noted, unless it is needed. */
  async end(isNeeded: () => boolean): Promise<void> {
    if (isNeeded()) return;
    if (this.#noted?.signal === "SIGTERM") {
      const waitMs = this.#noted.atMs + WATCHER_MS - performance.now();
      // Deno warns on stderr of a negative wait.
      await pause(Math.max(waitMs, 0));
      // A child that was started meanwhile has got the signal.
      if (isNeeded()) return;
    }
    const { signal } = this;
    // Forget it first: if the program has its own listener, `raise` does not end
    // it.
    this.#noted = undefined;
    if (signal !== undefined) await this.#raise(signal);
    if (!isNeeded()) this.close();
  }

  async #raise(signal: Deno.Signal): Promise<void> {
    this.#channel?.postMessage(signal);
    await pause(ANNOUNCED_MS);
    if (!raise(signal)) return;
    // It is delivered asynchronously. By then the next child may have started,
    // which must not take it for a request to end.
    this.#onRaise(signal);
    // Until then the program must not end with 0 by itself.
    await pause(RAISED_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
