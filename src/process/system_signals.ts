/**
 * What signals are on the system that this program runs on: their numbers, and
 * which of them this program can listen for, send, and end by.
 *
 * Names that a system lacks are absent here, so that they are refused in one
 * sentence before anything is started. The numbers of Linux are those of
 * signal(7) for x86 and ARM, the numbers of macOS those of its
 * `sys/signal.h`.
 */
import { quote } from "../text_safety.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** The signals that all Unix systems number alike: a recording may be of any. */
export const COMMON_SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
};

const LINUX = {
  ...COMMON_SIGNALS,
  SIGBUS: 7,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGURG: 23,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/** macOS and the BSDs. */
const BSD = {
  ...COMMON_SIGNALS,
  SIGEMT: 7,
  SIGBUS: 10,
  SIGSYS: 12,
  SIGURG: 16,
  SIGSTOP: 17,
  SIGTSTP: 18,
  SIGCONT: 19,
  SIGCHLD: 20,
  SIGIO: 23,
  SIGINFO: 29,
  SIGUSR1: 30,
  SIGUSR2: 31,
};

/**
 * Windows has no signals. Deno ends a process there by TerminateProcess,
 * whatever the name: only the two names that say so are taken. SIGINT and the
 * others look gentle and are not.
 */
const WINDOWS = { SIGTERM: 15, SIGKILL: 9 };

/** The signals that can be sent on a system, with its numbers. */
export function signalNumbers(
  os: typeof Deno.build.os,
): Readonly<Record<string, number>> {
  if (os === "windows") return WINDOWS;
  return os === "linux" || os === "android" ? LINUX : BSD;
}

/** The signals that can be sent here, with their numbers. */
export const SIGNAL_NUMBERS: Readonly<Record<string, number>> = signalNumbers(
  Deno.build.os,
);

/**
 * Signals that end this program when it sends them to itself. The rest cannot
 * be listened to (KILL, SEGV, ILL, FPE), do not end anything, make the runtime
 * panic (PWR, STKFLT), or open Deno's debugger instead (USR1).
 */
const RAISABLE: ReadonlySet<Deno.Signal> = new Set<Deno.Signal>([
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGBREAK",
  "SIGPIPE",
  "SIGALRM",
  "SIGUSR2",
  "SIGABRT",
  "SIGTRAP",
  "SIGBUS",
  "SIGSYS",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGPROF",
  "SIGVTALRM",
]);

/**
 * Whether one of the three streams is a terminal. All three are looked at: the
 * keys of a terminal reach `command | program` and `program </dev/null` too, and
 * the child must not get a second one from us.
 */
export function seesAnyTerminal(): boolean {
  return Deno.stdin.isTerminal() || Deno.stdout.isTerminal() ||
    Deno.stderr.isTerminal();
}

/** A signal and what is called when it comes. */
type Listener = readonly [Deno.Signal, () => void];

export function addListeners(listeners: readonly Listener[]): void {
  for (const [signal, listener] of listeners) {
    Deno.addSignalListener(signal, listener);
  }
}

export function removeListeners(listeners: readonly Listener[]): void {
  for (const [signal, listener] of listeners) {
    Deno.removeSignalListener(signal, listener);
  }
}

let areChildEndsHeard = IS_WINDOWS;

/**
 * If our parent left SIGCHLD ignored, the kernel reaps children itself and we
 * never get a status. A listener that has come and gone undoes that for good.
 *
 * It must not stay: Deno would wake this thread from another one at each child's
 * end, and while that one is held up in the middle of it, nothing else that has
 * come is seen. A test that ends with its child then seems to leak.
 */
export function unignoreChildEnds(): void {
  if (areChildEndsHeard) return;
  areChildEndsHeard = true;
  const listener = ["SIGCHLD", () => {}] as const;
  addListeners([listener]);
  removeListeners([listener]);
}

/**
 * How Windows ends a program by Ctrl-C: STATUS_CONTROL_C_EXIT, as the signed
 * number that Deno knows.
 */
const CONTROL_C_EXIT = 0xC000013A | 0;

/**
 * Whether no signal can end this program. Windows has none; and the kernel
 * discards a signal without a handler for process 1 of a container, where Deno
 * would end by a segmentation fault instead.
 */
const CANNOT_RAISE = IS_WINDOWS || Deno.pid === 1;

/**
 * The exit code that stands for an end by a signal: 128 and its number; on
 * Windows, for what its console sends, that of a program that Ctrl-C ended.
 */
export function signalCode(signal: Deno.Signal): number {
  const number = SIGNAL_NUMBERS[signal];
  return number === undefined ? CONTROL_C_EXIT : 128 + number;
}

/** Refuses a signal that cannot be sent on this system. */
export function checkSignal(purpose: string, signal: Deno.Signal): void {
  if (Object.hasOwn(SIGNAL_NUMBERS, signal)) return;
  const rule = IS_WINDOWS
    ? "Windows can only end a process, by SIGTERM or SIGKILL"
    : "there is no signal of that name";
  throw new TypeError(
    `Cannot ${purpose} as ${rule}: current value is "${quote(String(signal))}"`,
  );
}

/**
 * Ends this program by the signal, unless the program has a listener of its own.
 * Returns whether the signal is one of those that end a program.
 *
 * Where no signal can end this program it ends at once with the code that stands
 * for it, whatever listens.
 */
export function raise(signal: Deno.Signal | number): boolean {
  if (typeof signal === "number") return false;
  if (!RAISABLE.has(signal)) return false;
  if (CANNOT_RAISE) Deno.exit(signalCode(signal));
  try {
    const nothing = () => {};
    // SIGPIPE is ignored until a listener has come and gone.
    Deno.addSignalListener(signal, nothing);
    Deno.removeSignalListener(signal, nothing);
    Deno.kill(Deno.pid, signal);
    return true;
  } catch {
    return false; // A system without this signal.
  }
}

/** How many turns of the event loop are watched without a pause. */
const TURNS = 200;
/** How long after the signal a debugger can still appear on a busy machine. */
const WATCH_MS = 2000;

let watchedUntilMs = 0;

/** Resolves on the next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after a pause that keeps no program alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}

/**
 * Closes the debugger that Deno opens when a program receives SIGUSR1.
 *
 * Since 2.9.2 a Deno that is older than 500 ms starts its inspector on
 * 127.0.0.1:9229 on SIGUSR1, also where JavaScript listens for the signal. It
 * asks for no password: any user of the machine could run code in this program.
 *
 * The inspector starts some turns of the event loop after our listener, and
 * nothing tells when. `close` does nothing before. So it is called on every
 * turn, until the inspector must have started: a client needs several turns to
 * connect and to evaluate anything. It needs no permission.
 */
export async function closeDebugger(): Promise<void> {
  const isWatched = performance.now() < watchedUntilMs;
  watchedUntilMs = performance.now() + WATCH_MS;
  if (isWatched) return;
  const { close } = await import("node:inspector");
  for (let turn = 0; performance.now() < watchedUntilMs; turn++) {
    close();
    await (turn < TURNS ? nextTurn() : pause(1));
  }
}
