import type { ExitStatus } from "./exit_status.ts";

/** What the system tells of a process's end. */
export interface ProcessEnd
  extends Pick<ExitStatus, "code" | "signal" | "success"> {
  /** Whether it told anything. */
  isTold: boolean;
}

/** Waits for the process; never rejects, though Deno's status does. */
export function processEnd(process: Deno.ChildProcess): Promise<ProcessEnd> {
  return process.status.then(
    ({ code, signal, success }) => ({ code, signal, success, isTold: true }),
    (error) => {
      // Deno has no names for real-time signals and rejects with the number.
      const number = /^Invalid signal: (\d+)$/.exec(error.message)?.[1];
      return number === undefined
        ? { code: 125, signal: null, success: false, isTold: false }
        : {
          code: 128 + Number(number),
          signal: Number(number),
          success: false,
          isTold: true,
        };
    },
  );
}
