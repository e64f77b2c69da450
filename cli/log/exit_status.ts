import type { End } from "./wait_for_end.ts";

/** The exit status after a limit of time has ended the command, as timeout(1) has it. */
const TIMED_OUT = 124;

/**
 * The exit status of the program once its command has ended. If a signal ended
 * the command, this program ends by the same signal where that is possible.
 *
 * What is wrong before or beside that (usage 2; a failure of our own 125; a
 * command that cannot be started 126, 127): `reportFailure` in
 * `cli/main/program.ts`.
 */
export async function exitStatusOf(
  { status, stoppedFor }: End,
): Promise<number> {
  if (stoppedFor !== null) return 0;
  if (isTimedOut(status)) return TIMED_OUT;
  // A plain code is left to the caller: endAs() stops listening for signals, and
  // one that came then would end the program instead. Windows has other codes.
  if (status.signal === null && Deno.build.os !== "windows") return status.code;
  const { endAs } = await import("../../src/process/end_as.ts");
  return await endAs(status);
}

/** Whether a limit of time ended the command. */
export function isTimedOut({ reason }: End["status"]): boolean {
  return reason === "timeout" || reason === "idle";
}
