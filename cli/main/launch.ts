import { spawn, spawnModule } from "../../src/process/spawn.ts";
import { stopLadder } from "../../src/process/stop.ts";
import type { Child } from "../../src/process/child.ts";
import type { ParentSettings } from "../options/parent.ts";

/** How our own child is started. */
export type ChildStart =
  | { by: "module" }
  | { by: "itself"; command: string };

/** How our own child is started from a program that is compiled or is not. */
export function chooseStart(isCompiled: boolean, execPath: string): ChildStart {
  return isCompiled ? { by: "itself", command: execPath } : { by: "module" };
}

/**
 * Starts our own child, which ends when we do: its stdin is its life line. It
 * gets `mode`, the word for it, and its settings as one argument in JSON.
 */
export function launchChild(
  module: string,
  mode: string,
  settings: ParentSettings,
): Child {
  const { messages, text, tick, cycle, frame } = settings;
  const args = [
    mode,
    JSON.stringify({
      messages,
      text,
      tick,
      cycle,
      frame: frame === "slice" ? null : frame,
    }),
  ];
  const options = { ...ownership(settings), stdin: "piped" } as const;
  const start = chooseStart(Deno.build.standalone, Deno.execPath());
  return start.by === "module"
    ? spawnModule(module, { args, ...options })
    : spawn(start.command, args, options);
}

/** Starts any command with the caller's stdin: a wrapper must not keep it. */
export function launchCommand(
  [command, ...args]: readonly [string, ...string[]],
  settings: ParentSettings,
): Child {
  return spawn(command, args, { ...ownership(settings), stdin: "inherit" });
}

/** What the options say of a child, whichever it is. */
function ownership(settings: ParentSettings) {
  return {
    stdout: "piped",
    stderr: settings.stderr === "log" ? "piped" : settings.stderr,
    cwd: settings.cwd ?? undefined,
    env: Object.fromEntries(settings.env),
    group: settings.group,
    timeoutMs: settings.timeout ?? undefined,
    idleTimeoutMs: settings.idle ?? undefined,
    ladder: stopLadder({ graceMs: settings["kill-after"] }),
    onSignal: "pass",
  } as const;
}
