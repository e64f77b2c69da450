/** A terminal for a program, by script(1). */
import { quote } from "./processes.ts";

/** The one program that a test on a terminal needs. */
export const TERMINAL_PROGRAM = "script";

/**
 * The arguments of script(1) that run a line of bash on a terminal.
 *
 * script(1) starts what it is given by `$SHELL`, or by `/bin/sh` where that is
 * not set. `exec` takes that shell away: it would stay in front, be interrupted
 * by the same Ctrl-C, and lose the exit status and what bash has exported.
 */
export function onTerminal(line: string): string[] {
  return ["-qefc", `exec bash -c ${quote(line)}`, "/dev/null"];
}
