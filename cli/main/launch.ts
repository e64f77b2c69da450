import {
  moduleCommand,
  ownExecutable,
} from "../../src/process/module_command.ts";
import type { SpawnOptions } from "../../src/process/spawn_options.ts";
import { start, type Started } from "../../src/process/start.ts";
import { stopLadder } from "../../src/process/stop.ts";
import type { ParentSettings } from "../options/parent.ts";

/** What is started, and how. */
export interface Launch {
  command: string;
  args: readonly string[];
  options: SpawnOptions;
}

/** What `main.ts log` starts its child with, before anything is parsed. */
export const LOG_START = { frame: "lines", stderr: "log" } as const;

/** The settings that are known; the others have their defaults. */
type Asked = Partial<ParentSettings>;

/**
 * The start of the built-in child. It ends when we end, as its stdin ends then.
 * Its arguments are `mode`, which says that we started it, and its settings in
 * JSON. A compiled program has no `deno` to run a module with, so that it starts
 * itself, which is what `Deno.execPath()` names.
 */
export function childLaunch(
  module: string,
  mode: string,
  asked: Asked,
  isCompiled: boolean = Deno.build.standalone,
): Launch {
  const { messages, text, tick, cycle, frame } = asked;
  const settings = {
    messages,
    text,
    tick,
    cycle,
    frame: frame === "slice" || frame === "auto" ? null : frame,
  };
  const args = [mode, JSON.stringify(settings)];
  const options = { ...startOptions(asked), stdin: "piped" } as const;
  return isCompiled
    ? { command: ownExecutable(), args, options }
    : moduleCommand(module, { args, ...options });
}

/** The start of a command. It gets our stdin, as it would without us. */
export function commandLaunch(
  [command, ...args]: readonly [string, ...string[]],
  asked: Asked,
): Launch {
  return {
    command,
    args,
    options: { ...startOptions(asked), stdin: "inherit" },
  };
}

/** Starts a child without an owner: hold it with `using`. */
export function startChild({ command, args, options }: Launch): Started {
  return start(command, args, options);
}

/** The settings of how a command is started and stopped. */
type StartSettings = Pick<
  Asked,
  "stderr" | "cwd" | "env" | "group" | "timeout" | "idle" | "kill-after"
>;

/** The options of `start` that are the same for each child. */
export function startOptions(asked: StartSettings): SpawnOptions {
  const { stderr = "inherit" } = asked;
  return {
    stdout: "piped",
    stderr: stderr === "log" ? "piped" : stderr,
    cwd: asked.cwd ?? undefined,
    env: Object.fromEntries(asked.env ?? []),
    group: asked.group ?? false,
    timeoutMs: asked.timeout ?? undefined,
    idleTimeoutMs: asked.idle ?? undefined,
    ladder: stopLadder({ graceMs: asked["kill-after"] }),
    onSignal: "pass",
  };
}
