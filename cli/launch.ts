import { type Child, spawn, spawnModule } from "../mod.ts";
import { childArguments, type ChildSettings } from "./child_options.ts";

/**
 * The first argument that makes the program its own child. A compiled program
 * has no `deno` to start a module with, and is itself what `Deno.execPath()`
 * names: without this it would start itself for ever.
 */
export const CHILD_MODE = "--run-as-the-child";

/** How our own child is started. */
export type ChildStart =
  | { by: "module" }
  | { by: "itself"; command: string; args: readonly string[] };

/** How our own child is started from a program that is compiled or is not. */
export function chooseStart(isCompiled: boolean, execPath: string): ChildStart {
  return isCompiled
    ? { by: "itself", command: execPath, args: [CHILD_MODE] }
    : { by: "module" };
}

/** Starts our own child, which ends when we do: its stdin is its life line. */
export function launchChild(module: string, settings: ChildSettings): Child {
  const args = ["--lifeline", ...childArguments(settings)];
  const streams = {
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    onSignal: "pass",
  } as const;
  const start = chooseStart(Deno.build.standalone, Deno.execPath());
  return start.by === "module"
    ? spawnModule(module, { args, ...streams })
    : spawn(start.command, [...start.args, ...args], streams);
}

/** Starts any command with the caller's stdin: a wrapper must not keep it. */
export function launchCommand(
  [command, ...args]: readonly [string, ...string[]],
): Child {
  return spawn(command, args, {
    stdin: "inherit",
    stdout: "piped",
    stderr: "inherit",
    onSignal: "pass",
  });
}
