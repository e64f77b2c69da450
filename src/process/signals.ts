/**
 * Signals that this program receives, and what they mean for its children.
 *
 * **What it listens for.** From before the first start until the last child has
 * ended (or the last hold is released): SIGINT, SIGTERM, SIGHUP and SIGQUIT,
 * which ask to end; SIGUSR1, SIGUSR2 and SIGALRM while a child with `onSignal:
 * "pass"` lives; `unload`, `error` and `unhandledrejection` of this program.
 *
 * **What it remembers.** For each child: when it was first asked to end, and
 * whether it is so new that a key of the terminal can have missed it. For the
 * program: when each signal came last, and the signal that it is to end by.
 *
 * **What happens.**
 *
 * ```text
 * signal, again within 300 ms      the same key press: nothing
 * signal                           each child's receive(); noted as the program's
 *                                  end for children with onSignal "end"
 * SIGTERM, SIGHUP after 300 ms     a second request: `again`, no more grace
 * the last child ends              this program sends the noted signal to itself;
 *                                  a listener of its own keeps it alive
 * this program exits, or fails     SIGKILL to all children that live
 * ```
 *
 * SIGINT and SIGQUIT are noted for 5 s only: a child that lives on has taken
 * them for something else than a request to end, as a prompt does.
 *
 * **What was tried.** Deno kills a child that is not detached when this program
 * ends by an uncaught error, and only then. So children are not `unref`ed. An
 * `unref`ed child would avoid the SIGKILL that Deno sends to the process id after
 * the child was reaped, but for that race the id must be used again within
 * microseconds.
 *
 * All copies of this module in a program share one object: with one each, the
 * copy whose children end first would raise the signal, and the others would
 * take it for a second request.
 */
import { OTHERS_MS, SAME_PRESS_MS, settlesWithin } from "../wait.ts";
import {
  addListeners,
  closeDebugger,
  removeListeners,
  seesAnyTerminal,
  unignoreChildEnds,
} from "./system_signals.ts";
import { ProgramEnd } from "./program_end.ts";

/**
 * On Windows every signal is the console's, which has given it to the child
 * already, also where stdin, stdout and stderr are redirected. To send one there
 * is to kill.
 */
const IS_WINDOWS = Deno.build.os === "windows";

/**
 * The signals that ask this program to end. On Windows SIGINT is Ctrl-C,
 * SIGBREAK Ctrl-Break, and SIGHUP the closing of the console window.
 */
export const END_SIGNALS: readonly Deno.Signal[] = IS_WINDOWS
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/**
 * Signals that mean something to a child alone. Without a listener they end
 * this program at once and leave the child behind.
 */
const CHILD_SIGNALS: readonly Deno.Signal[] = IS_WINDOWS
  ? []
  : ["SIGUSR1", "SIGUSR2", "SIGALRM"];

/** What this module asks of a child. */
export interface GuardedChild {
  /** `onSignal: "end"`: this program ends by the signal after its children. */
  readonly endsProgram: boolean;
  /** `onSignal: "pass"`: signals meant for it are sent to this program. */
  readonly isWrapped: boolean;
  /** Whether it is in a session of its own, which no terminal reaches. */
  readonly group: boolean;
  /** Whether it has written anything: then it ran when the signal came. */
  readonly hasWritten: boolean;
  /** Takes a signal that this program received. */
  receive(received: Received): void;
  /** Sends it a signal that means nothing to this program; never throws. */
  send(signal: Deno.Signal): void;
  /** Kills it at once; never throws. */
  killNow(): void;
}

/** A signal that this program received. */
export interface Received {
  readonly signal: Deno.Signal;
  /** The terminal has sent it to the whole foreground group already. */
  readonly byTerminal: boolean;
  /** It is the second request to end: no more grace. */
  readonly again: boolean;
}

/**
 * A Ctrl-C pressed just before the start reaches our listener only after it, on
 * the next turn of the event loop, and the child has not received it. For this
 * long after a start we assume so.
 */
const START_GRACE_MS = 20;

/** Under which the copies of this module, and those in workers, find each other. */
const NAME = "@basic-pipes/signals/1";

/** What is remembered of a child. */
interface ChildRecord {
  /** When it was first asked to end. */
  firstEndAtMs?: number;
  /** Runs while a signal of the terminal can have missed it. */
  startTimer?: ReturnType<typeof setTimeout>;
}

type OnSignal = (signal: Deno.Signal) => void;

/** Listens for this program's signals on behalf of its children. */
export class Signals {
  readonly #children = new Map<GuardedChild, ChildRecord>();
  readonly #holds = new Set<{ readonly onSignal: OnSignal }>();
  readonly #lastAtMs = new Map<Deno.Signal, number>();
  /** Resolves when the last child has ended. */
  #allEnded: PromiseWithResolvers<{ end: Promise<void> }> | undefined;
  readonly #programEnd = new ProgramEnd(
    NAME,
    (signal) => this.#lastAtMs.set(signal, performance.now()),
  );
  readonly #seesTerminal: () => boolean;
  #isAtTerminal = false;
  #isListening = false;
  #listensForChildren = false;

  readonly #listeners = END_SIGNALS.map((signal) =>
    [signal, () => this.receive(signal)] as const
  );
  readonly #childListeners = CHILD_SIGNALS.map((signal) =>
    [signal, () => this.#passOn(signal)] as const
  );
  readonly #events = [
    ["unload", () => this.#killAll()],
    ["error", (event: Event) => this.#killGroups(event)],
    ["unhandledrejection", (event: Event) => this.#killGroups(event)],
  ] as const;

  constructor(seesTerminal: () => boolean = seesAnyTerminal) {
    this.#seesTerminal = seesTerminal;
  }

  /**
   * Listens, before a child is started: a signal that comes meanwhile is
   * handled after the start.
   */
  listen(isWrapped: boolean): void {
    if (isWrapped && !this.#listensForChildren) {
      this.#listensForChildren = true;
      addListeners(this.#childListeners);
    }
    if (this.#isListening) return;
    this.#isListening = true;
    // Asked now: a terminal that has hung up is no terminal any more.
    this.#isAtTerminal = this.#seesTerminal();
    addListeners(this.#listeners);
    unignoreChildEnds();
    for (const [name, listener] of this.#events) {
      globalThis.addEventListener(name, listener);
    }
  }

  /** Stops listening for what no child and no hold needs. */
  unlisten(): void {
    // A hold outlives the child that such a signal was meant for.
    const isNeeded = this.#holds.size > 0 ||
      [...this.#children.keys()].some(({ isWrapped }) => isWrapped);
    if (this.#listensForChildren && !isNeeded) {
      this.#listensForChildren = false;
      removeListeners(this.#childListeners);
    }
    if (!this.#isListening || this.#isNeeded) return;
    this.#isListening = false;
    removeListeners(this.#listeners);
    for (const [name, listener] of this.#events) {
      globalThis.removeEventListener(name, listener);
    }
    this.#lastAtMs.clear();
  }

  /** Adds a child that was just started. */
  addChild(child: GuardedChild): void {
    const record: ChildRecord = {};
    this.#children.set(child, record);
    if (this.#isAtTerminal) startGrace(record, START_GRACE_MS);
    // This program is about to end: a child that is started now must end too.
    const signal = this.#programEnd.signal;
    if (signal !== undefined) {
      this.#give(child, record, signal, performance.now());
    }
  }

  /**
   * Removes a child that has ended. While this program is about to end by a
   * signal it waits for the other children for at most 1 s: what the caller does
   * at the end of the first must not cut the output of the others. It does not
   * wait after a stop by the caller, which may be the way to end the others.
   */
  async removeChild(
    child: GuardedChild,
    wasStoppedHere: boolean,
  ): Promise<void> {
    clearTimeout(this.#children.get(child)?.startTimer);
    if (!this.#children.delete(child)) return;
    this.unlisten();
    if (this.#children.size > 0) {
      const isEnding = child.endsProgram &&
        this.#programEnd.signal !== undefined;
      if (isEnding && !wasStoppedHere) await this.#othersEnded();
      return;
    }
    const end = this.#programEnd.end(() => this.#isNeeded);
    this.#allEnded?.resolve({ end });
    this.#allEnded = undefined;
    await end;
  }

  /**
   * Goes on listening until it is released, also without a child: for work that
   * a signal must not cut, such as the end of a log. `onSignal` gets each
   * request to end; a second one of the same signal within 300 ms is the same
   * one. A signal that this program is to end by is raised after the release.
   *
   * @returns Releases it; a second call does nothing.
   */
  hold(onSignal: OnSignal = () => {}): () => void {
    this.listen(false);
    const hold = { onSignal };
    this.#holds.add(hold);
    return () => {
      if (!this.#holds.delete(hold)) return;
      this.unlisten();
      this.#programEnd.end(() => this.#isNeeded);
    };
  }

  /** Takes a request to end that this program received at `nowMs`. */
  receive(signal: Deno.Signal, nowMs = performance.now()): void {
    const lastMs = this.#lastAtMs.get(signal);
    if (lastMs !== undefined && nowMs - lastMs < SAME_PRESS_MS) return;
    this.#lastAtMs.set(signal, nowMs);
    this.#programEnd.open();
    for (const [child, record] of this.#children) {
      this.#give(child, record, signal, nowMs);
    }
    for (const { onSignal } of this.#holds) onSignal(signal);
  }

  /** Kills what still lives and stops listening: this program is ending. */
  abandon(): void {
    this.#killAll();
    for (const { startTimer } of this.#children.values()) {
      clearTimeout(startTimer);
    }
    this.#children.clear();
    this.#holds.clear();
    this.unlisten();
    this.#programEnd.close();
  }

  get #isNeeded(): boolean {
    return this.#children.size > 0 || this.#holds.size > 0;
  }

  #give(
    child: GuardedChild,
    record: ChildRecord,
    signal: Deno.Signal,
    nowMs: number,
  ): void {
    if (child.endsProgram) this.#programEnd.note(signal, nowMs);
    const ends = signal === "SIGTERM" || signal === "SIGHUP";
    const firstMs = record.firstEndAtMs ?? nowMs;
    if (ends) record.firstEndAtMs = firstMs;
    const again = ends && nowMs - firstMs > SAME_PRESS_MS;
    const mayHaveMissed = record.startTimer !== undefined && !child.hasWritten;
    const byTerminal = IS_WINDOWS ||
      this.#isAtTerminal && !child.group && signal !== "SIGTERM" &&
        !mayHaveMissed;
    child.receive({ signal, byTerminal, again });
  }

  /** Waits for the other children, unless only the caller can end them. */
  async #othersEnded(): Promise<void> {
    const { promise } = this.#allEnded ??= Promise.withResolvers();
    const startMs = performance.now();
    if (await settlesWithin(promise, OTHERS_MS)) {
      // The end of the program may take a moment.
      const { end } = await promise;
      return await end;
    }
    // Time spent waiting here must not count against SIGINT.
    this.#programEnd.prolong(performance.now() - startMs);
  }

  #passOn(signal: Deno.Signal): void {
    if (signal === "SIGUSR1") closeDebugger();
    for (const child of this.#children.keys()) {
      if (child.isWrapped) child.send(signal);
    }
  }

  #killAll(): void {
    for (const child of this.#children.keys()) child.killNow();
  }

  /** Deno kills plain children itself then, but not one in its own session. */
  #killGroups(event: Event): void {
    if (event.defaultPrevented) return;
    for (const child of this.#children.keys()) {
      if (child.group) child.killNow();
    }
  }
}

function startGrace(record: ChildRecord, waitMs: number): void {
  record.startTimer = setTimeout(() => {
    // After a busy loop, timers run before signal listeners: wait one more turn.
    if (waitMs > 0) startGrace(record, 0);
    else record.startTimer = undefined;
  }, waitMs);
}

const SHARED: unique symbol = Symbol.for(NAME);
const shared = globalThis as { [SHARED]?: Signals };

/** The one object of this program, whichever copy of this module asks. */
export const signals: Signals = shared[SHARED] ??= new Signals();

/**
 * Goes on listening for SIGINT, SIGTERM, SIGHUP and SIGQUIT until it is
 * released: see {@linkcode Signals.hold}.
 */
export function holdSignals(onSignal?: OnSignal): () => void {
  return signals.hold(onSignal);
}
