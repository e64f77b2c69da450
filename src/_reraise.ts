/**
 * Signals that end this program when it sends them to itself. The rest cannot
 * be listened to (KILL, SEGV, ILL, FPE), do not end anything, or make the
 * runtime panic (PWR, STKFLT).
 */
const RERAISABLE: ReadonlySet<Deno.Signal | number> = new Set<Deno.Signal>([
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGPIPE",
  "SIGALRM",
  "SIGUSR1",
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

/** Ends this program by the signal; `code` is its end where that fails. */
export async function reraise(
  signal: Deno.Signal | number,
  code: number,
): Promise<never> {
  if (RERAISABLE.has(signal) && typeof signal === "string") {
    try {
      const nothing = () => {};
      // SIGPIPE is ignored until a listener has come and gone.
      Deno.addSignalListener(signal, nothing);
      Deno.removeSignalListener(signal, nothing);
      Deno.kill(Deno.pid, signal);
      // The signal arrives on another thread. Half a second later somebody else
      // has caught it.
      await new Promise((resolve) => setTimeout(resolve, 500));
    } catch {
      // A system without this signal: the code tells.
    }
  }
  Deno.exit(code);
}
