/**
 * Signals that end this program when it sends them to itself. The rest cannot
 * be listened to (KILL, SEGV, ILL, FPE), do not end anything, make the runtime
 * panic (PWR, STKFLT), or open Deno's debugger instead (USR1).
 */
const RERAISABLE: ReadonlySet<Deno.Signal | number> = new Set<Deno.Signal>([
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
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
 * Sends the signal to this program, which ends by it unless somebody else
 * listens; returns whether it is one of those that end a program.
 */
export function raise(signal: Deno.Signal | number): boolean {
  if (!RERAISABLE.has(signal) || typeof signal === "number") return false;
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

/** Ends this program by the signal; `code` is its end where that fails. */
export async function reraise(
  signal: Deno.Signal | number,
  code: number,
): Promise<never> {
  // The signal arrives on another thread. Half a second later somebody else
  // has caught it.
  if (raise(signal)) await new Promise((resolve) => setTimeout(resolve, 500));
  Deno.exit(code);
}
