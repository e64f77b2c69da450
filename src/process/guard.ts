/**
 * One guard for all live children: nothing is left running when this program
 * ends, and a signal that it receives reaches them.
 *
 * Deno itself kills a child that is not detached when this program ends by an
 * uncaught error (and only then). That is why children are not `unref`ed, which
 * would avoid the SIGKILL that Deno sends to the process id after it has been
 * reaped: the race there needs the id to be used again within microseconds.
 */
import { closeDebugger } from "./close_debugger.ts";
import { settlesWithin } from "../wait.ts";
import { raise } from "./reraise.ts";

/** What the guard asks of a child. */
export interface Guarded {
  /** Whether this program ends by the signal when all children have ended. */
  readonly endsProgram: boolean;
  /** Whether this program stands in its place, for all who send signals. */
  readonly isWrapped: boolean;
  /** Whether it is in a session of its own, where no terminal reaches it. */
  readonly group: boolean;
  /** Whether anything has come from it: then it was there for a signal. */
  readonly hasSpoken: boolean;
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

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/**
 * Signals that only a child has a meaning for. Unheard they end this program at
 * once, and leave the child behind.
 */
const CHILD_SIGNALS = ["SIGUSR1", "SIGUSR2", "SIGALRM"] as const;
/** One key press can be delivered twice, a millisecond apart. */
const SAME_PRESS_MS = 300;

/**
 * How long a terminal's signal may have come before the child that it was not
 * for: it waits until the event loop turns, and the start takes a while.
 */
const YOUNG_MS = 20;

/**
 * Who lives on for so long after SIGINT or SIGQUIT has taken it for something
 * else than a request to end, as an interpreter at its prompt does.
 */
const INTERRUPT_MS = 5000;

/** How long the end of one child is held back for the last words of others. */
const OTHERS_MS = 1000;

const children = new Set<Guarded>();
/** Children that a terminal's signal may have missed. */
const young = new Map<Guarded, ReturnType<typeof setTimeout>>();
const lastAtMs = new Map<Deno.Signal, number>();
/** When a child was first asked to end. */
const firstEndAtMs = new WeakMap<Guarded, number>();
/** Resolves when the last child has ended. */
let allEnded: PromiseWithResolvers<void> | undefined;
let ending: { signal: Deno.Signal; untilMs: number } | undefined;
let atTerminal = false;
let installed = false;
let passesOthers = false;

const listeners = SIGNALS.map((signal) =>
  [signal, () => receive(signal)] as const
);
const otherListeners = CHILD_SIGNALS.map((signal) =>
  [signal, () => passOn(signal)] as const
);
/** With SIGCHLD ignored by whoever started us, no status could be waited for. */
const onChildEnd = () => {};

function receive(signal: Deno.Signal): void {
  const nowMs = performance.now();
  const lastMs = lastAtMs.get(signal);
  if (lastMs !== undefined && nowMs - lastMs < SAME_PRESS_MS) return;
  lastAtMs.set(signal, nowMs);
  for (const child of children) tell(child, signal, nowMs);
}

function tell(child: Guarded, signal: Deno.Signal, nowMs: number): void {
  if (child.endsProgram) remember(signal);
  const ends = signal === "SIGTERM" || signal === "SIGHUP";
  const firstMs = firstEndAtMs.get(child) ?? nowMs;
  if (ends) firstEndAtMs.set(child, firstMs);
  const again = ends && nowMs - firstMs > SAME_PRESS_MS;
  const mayHaveMissed = young.has(child) && !child.hasSpoken;
  const byTerminal = atTerminal && !child.group && signal !== "SIGTERM" &&
    !mayHaveMissed;
  child.receive({ signal, byTerminal, again });
}

function passOn(signal: Deno.Signal): void {
  if (signal === "SIGUSR1") closeDebugger();
  for (const child of children) if (child.isWrapped) child.send(signal);
}

function killAll(): void {
  for (const child of children) child.killNow();
}

/** Deno kills plain children itself then, but not one in its own session. */
function killGroups(event: Event): void {
  if (event.defaultPrevented) return;
  for (const child of children) if (child.group) child.killNow();
}

/** Listens; to be called before a child is started. */
export function installGuard(isWrapped: boolean): void {
  if (isWrapped && !passesOthers) {
    passesOthers = true;
    for (const [signal, listener] of otherListeners) {
      Deno.addSignalListener(signal, listener);
    }
  }
  if (installed) return;
  installed = true;
  // Asked now: a terminal that has hung up is no terminal any more. All three:
  // the keys of a terminal reach `command | program` and `program </dev/null`,
  // too, and a child that was told once by the terminal must not be told twice.
  atTerminal = Deno.stdin.isTerminal() || Deno.stdout.isTerminal() ||
    Deno.stderr.isTerminal();
  for (const [signal, listener] of listeners) {
    Deno.addSignalListener(signal, listener);
  }
  Deno.addSignalListener("SIGCHLD", onChildEnd);
  globalThis.addEventListener("unload", killAll);
  globalThis.addEventListener("error", killGroups);
  globalThis.addEventListener("unhandledrejection", killGroups);
}

/** Stops listening for what only a child has a meaning for, if none has. */
function uninstallOthers(): void {
  const isNeeded = [...children].some(({ isWrapped }) => isWrapped);
  if (!passesOthers || isNeeded) return;
  passesOthers = false;
  for (const [signal, listener] of otherListeners) {
    Deno.removeSignalListener(signal, listener);
  }
}

/** Stops listening, if no child lives. */
export function uninstallGuard(): void {
  uninstallOthers();
  if (!installed || children.size > 0) return;
  installed = false;
  for (const [signal, listener] of listeners) {
    Deno.removeSignalListener(signal, listener);
  }
  Deno.removeSignalListener("SIGCHLD", onChildEnd);
  globalThis.removeEventListener("unload", killAll);
  globalThis.removeEventListener("error", killGroups);
  globalThis.removeEventListener("unhandledrejection", killGroups);
  lastAtMs.clear();
}

/** This program ends by the signal when its children have ended. */
function remember(signal: Deno.Signal): void {
  const isRequest = signal === "SIGTERM" || signal === "SIGHUP";
  const untilMs = isRequest ? Infinity : performance.now() + INTERRUPT_MS;
  if (ending === undefined || untilMs > ending.untilMs) {
    ending = { signal, untilMs };
  }
}

/** The signal that this program is to end by. */
function endingSignal(): Deno.Signal | undefined {
  return ending && performance.now() < ending.untilMs
    ? ending.signal
    : undefined;
}

/** Guards a child that was just started. */
export function guard(child: Guarded): void {
  children.add(child);
  if (atTerminal) growUp(child, YOUNG_MS);
  // This program is about to end: a child that is started now must as well.
  const signal = endingSignal();
  if (signal !== undefined) tell(child, signal, performance.now());
}

function growUp(child: Guarded, waitMs: number): void {
  const timer = setTimeout(() => {
    // Once more round: after a busy loop a timer comes before the signals.
    if (waitMs > 0) growUp(child, 0);
    else young.delete(child);
  }, waitMs);
  young.set(child, timer);
}

/**
 * Lets go of a child that has ended. While this program is about to end by a
 * signal it waits a while for the other children: what the caller makes of the
 * first one's end must not cut the last words of the others short. Not of a
 * child that the caller has stopped: that may be the way to end the others.
 */
export async function unguard(
  child: Guarded,
  wasStoppedHere: boolean,
): Promise<void> {
  clearTimeout(young.get(child));
  young.delete(child);
  if (!children.delete(child)) return;
  uninstallGuard();
  if (children.size > 0) {
    const isEnding = child.endsProgram && endingSignal() !== undefined;
    if (isEnding && !wasStoppedHere) await othersEnded();
    return;
  }
  allEnded?.resolve();
  allEnded = undefined;
  const signal = endingSignal();
  // Where the program has a listener of its own, its end is not ours.
  ending = undefined;
  if (signal === undefined || !raise(signal)) return;
  // It arrives on another thread. By then the next child may have started,
  // which would end by it.
  lastAtMs.set(signal, performance.now());
}

/** Waits for the other children, unless only the caller can end them. */
async function othersEnded(): Promise<void> {
  allEnded ??= Promise.withResolvers();
  const startMs = performance.now();
  if (await settlesWithin(allEnded.promise, OTHERS_MS)) return;
  // The caller could do nothing meanwhile: that must not let the signal lapse.
  if (ending) ending.untilMs += performance.now() - startMs;
}

/** Kills what still lives and stops listening: this program is ending. */
export function abandonGuard(): void {
  killAll();
  children.clear();
  uninstallGuard();
}
