/**
 * One guard for all live children: nothing is left running when this program
 * ends, and a signal that it receives reaches them.
 *
 * Deno itself kills a child that is not detached when this program ends by an
 * uncaught error (and only then). That is why children are not `unref`ed, which
 * would avoid the SIGKILL that Deno sends to the process id after it has been
 * reaped: the race there needs the id to be used again within microseconds.
 */
import { raise } from "./_reraise.ts";

/** What the guard asks of a child. */
export interface Guarded {
  /** Whether this program ends by the signal when all children have ended. */
  readonly endsProgram: boolean;
  /** Whether it is in a session of its own, where no terminal reaches it. */
  readonly group: boolean;
  /** Whether anything has come from it: then it was there for a signal. */
  readonly hasSpoken: boolean;
  /** Takes a signal that this program received. */
  receive(received: Received): void;
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

const children = new Set<Guarded>();
/** Children that a terminal's signal may have missed. */
const young = new Map<Guarded, ReturnType<typeof setTimeout>>();
const lastAtMs = new Map<Deno.Signal, number>();
let firstEndAtMs: number | undefined;
let ending: { signal: Deno.Signal; untilMs: number } | undefined;
let atTerminal = false;
let installed = false;

const listeners = SIGNALS.map((signal) =>
  [signal, () => receive(signal)] as const
);
/** With SIGCHLD ignored by whoever started us, no status could be waited for. */
const onChildEnd = () => {};

function receive(signal: Deno.Signal): void {
  const nowMs = performance.now();
  const lastMs = lastAtMs.get(signal);
  if (lastMs !== undefined && nowMs - lastMs < SAME_PRESS_MS) return;
  lastAtMs.set(signal, nowMs);
  const ends = signal === "SIGTERM" || signal === "SIGHUP";
  const again = ends && firstEndAtMs !== undefined &&
    nowMs - firstEndAtMs > SAME_PRESS_MS;
  if (ends) firstEndAtMs ??= nowMs;
  for (const child of children) tell(child, signal, again);
}

function tell(child: Guarded, signal: Deno.Signal, again: boolean): void {
  if (child.endsProgram) remember(signal);
  const mayHaveMissed = young.has(child) && !child.hasSpoken;
  const byTerminal = atTerminal && !child.group && signal !== "SIGTERM" &&
    !mayHaveMissed;
  child.receive({ signal, byTerminal, again });
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
export function installGuard(): void {
  if (installed) return;
  installed = true;
  // Asked now: a terminal that has hung up is no terminal any more.
  atTerminal = Deno.stdin.isTerminal();
  for (const [signal, listener] of listeners) {
    Deno.addSignalListener(signal, listener);
  }
  Deno.addSignalListener("SIGCHLD", onChildEnd);
  globalThis.addEventListener("unload", killAll);
  globalThis.addEventListener("error", killGroups);
  globalThis.addEventListener("unhandledrejection", killGroups);
}

/** Stops listening, if no child lives. */
export function uninstallGuard(): void {
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
  firstEndAtMs = undefined;
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
  if (signal !== undefined) tell(child, signal, false);
}

function growUp(child: Guarded, waitMs: number): void {
  const timer = setTimeout(() => {
    // Once more round: after a busy loop a timer comes before the signals.
    if (waitMs > 0) growUp(child, 0);
    else young.delete(child);
  }, waitMs);
  young.set(child, timer);
}

/** Lets go of a child that has ended. */
export function unguard(child: Guarded): void {
  clearTimeout(young.get(child));
  young.delete(child);
  if (!children.delete(child) || children.size > 0) return;
  uninstallGuard();
  const signal = endingSignal();
  // Where the program has a listener of its own, its end is not ours.
  ending = undefined;
  if (signal !== undefined) raise(signal);
}

/** Kills what still lives and stops listening: this program is ending. */
export function abandonGuard(): void {
  killAll();
  children.clear();
  uninstallGuard();
}
