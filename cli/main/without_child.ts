const IS_WINDOWS = Deno.build.os === "windows";
const END_SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT"] as const;

/**
 * Listens for the signals that Deno would answer wrongly in a program that has
 * no child; with a child, the library listens.
 *
 * SIGUSR1 opens Deno's debugger, to which anybody on the machine can connect: it
 * is closed at once. A signal that ends other programs would end process 1 of a
 * container by a segmentation fault, as the kernel discards what Deno then sends
 * to itself; `endsByThem` is `false` where the program has its own way to end.
 *
 * @returns Stops listening at the end of its scope.
 */
export function listenWithoutChild(endsByThem = true): Disposable {
  const listeners: [Deno.Signal, () => Promise<void>][] = [];
  // Loaded when it is needed: most runs get no signal.
  const load = () => import("../../src/process/system_signals.ts");
  if (!IS_WINDOWS) {
    listeners.push(["SIGUSR1", async () => (await load()).closeDebugger()]);
  }
  if (endsByThem && Deno.pid === 1) {
    for (const signal of END_SIGNALS) {
      const end = async () => Deno.exit((await load()).signalCode(signal));
      listeners.push([signal, end]);
    }
  }
  for (const [signal, listener] of listeners) {
    Deno.addSignalListener(signal, listener);
  }
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) {
        Deno.removeSignalListener(signal, listener);
      }
    },
  };
}
