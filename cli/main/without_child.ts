const IS_WINDOWS = Deno.build.os === "windows";
const END_SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM", "SIGQUIT"] as const;

/**
 * Listens for the signals that Deno would answer wrongly in a program that has
 * no child; with a child, the library listens.
 *
 * SIGUSR1 opens Deno's debugger, to which anybody on the machine can connect: it
 * is closed at once. A signal that ends other programs would end process 1 of a
 * container by a segmentation fault, as the kernel discards what Deno then sends
 * to itself; `isEnded` says that nobody else ends the program by them.
 */
export function listenWithoutChild(isEnded = true): void {
  if (IS_WINDOWS) return;
  // Loaded when it is needed: most runs get no signal.
  const load = () => import("../../src/process/system_signals.ts");
  Deno.addSignalListener("SIGUSR1", async () => {
    await (await load()).closeDebugger();
  });
  if (!isEnded || Deno.pid !== 1) return;
  for (const signal of END_SIGNALS) {
    Deno.addSignalListener(signal, async () => {
      Deno.exit((await load()).signalCode(signal));
    });
  }
}
