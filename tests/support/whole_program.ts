/** Starts `main.ts` and `child.ts` as a person does: as real processes. */

import { fileURLToPath } from "node:url";
import { fixture, quote } from "./processes.ts";
import { onTerminal, TERMINAL_PROGRAM } from "./terminal.ts";

/** The folder of the checkout, as a URL. */
export const ROOT = new URL("../../", import.meta.url);

/** How a whole program is started. */
export interface WholeOptions {
  /** The arguments of `deno run` before the script. */
  deno?: readonly string[];
  /** The script, by file name in the checkout or by URL. */
  script?: string;
  cwd?: string;
  env?: Record<string, string>;
  stdin?: "null" | "piped";
  stderr?: "piped" | "inherit";
}

/** How a whole program ended and what it wrote. */
export interface Whole {
  code: number;
  signal: Deno.Signal | null;
  stdout: string;
  stderr: string;
}

/** The command line that runs `script` with `args`, without the executable. */
export function denoRun(
  args: readonly string[],
  { deno = ["--allow-run"], script = "main.ts" }: WholeOptions = {},
): string[] {
  return [
    "run",
    "-q",
    "--no-prompt",
    ...deno,
    new URL(script, ROOT).href,
    ...args,
  ];
}

/** Starts a program with everything piped. */
export function start(
  args: readonly string[],
  options: WholeOptions = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: denoRun(args, options),
    cwd: options.cwd,
    env: { NO_COLOR: "1", ...options.env },
    stdin: options.stdin ?? "null",
    stdout: "piped",
    stderr: options.stderr ?? "piped",
  }).spawn();
}

/** Runs a program to its end. */
export async function whole(
  args: readonly string[],
  options: WholeOptions = {},
): Promise<Whole> {
  return read(await start(args, options).output());
}

/** The output of a process, as text. */
function read({ code, signal, stdout, stderr }: Deno.CommandOutput): Whole {
  const decoder = new TextDecoder();
  return {
    code,
    signal,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Runs a line of shell, in which `$MAIN` is the command that starts `main.ts`. */
export async function shell(
  line: string,
  options: WholeOptions & { shell?: string } = {},
): Promise<Whole> {
  const main = [Deno.execPath(), ...denoRun([], options)];
  const define = `main() { ${main.map(quote).join(" ")} "$@"; }`;
  return await outputOf(
    options.shell ?? "bash",
    ["-c", `${define}\n${line}`],
    options,
  );
}

/** Runs any command to its end. */
async function outputOf(
  command: string,
  args: readonly string[],
  { cwd, env }: WholeOptions,
): Promise<Whole> {
  return read(
    await new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
    }).output(),
  );
}

/** Runs a program on a terminal to its end; `stdout` is what the terminal got. */
export async function wholeOnTerminal(
  args: readonly string[],
  { elsewhere = "", before = "true", ...options }: WholeOptions & {
    elsewhere?: string;
    before?: string;
  } = {},
): Promise<Whole> {
  const words = [Deno.execPath(), ...denoRun(args, options)].map(quote);
  const line = `${before}; ${words.join(" ")} ${elsewhere}`;
  return await outputOf(TERMINAL_PROGRAM, onTerminal(line), options);
}

/**
 * Runs a shell fixture through `main.ts` on a terminal, and presses Ctrl-C when
 * it says that it is ready.
 */
export async function interrupted(
  name: string,
  by: "deno run" | "deno task" = "deno run",
  options: readonly string[] = ["--format=raw"],
): Promise<{ code: number; seen: string }> {
  const args = [...options, "--", "bash", fixture(name)];
  const command = [
    Deno.execPath(),
    ...(by === "deno run"
      ? denoRun(args)
      : ["task", "-q", "--cwd", fileURLToPath(ROOT), "start", ...args]),
  ];
  const terminal = new Deno.Command(TERMINAL_PROGRAM, {
    args: onTerminal(command.map(quote).join(" ")),
    stdin: "piped",
    stdout: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const keys = terminal.stdin.getWriter();
  const decoder = new TextDecoder();
  let seen = "";
  for await (const chunk of terminal.stdout) {
    // With its newline: the key makes the terminal forget what it has not shown.
    const wasReady = seen.includes("ready\r\n");
    seen += decoder.decode(chunk, { stream: true });
    if (!wasReady && seen.includes("ready\r\n")) {
      await keys.write(new Uint8Array([3]));
    }
  }
  await keys.close().catch(() => {});
  const { code } = await terminal.status;
  return { code, seen: seen.replaceAll("\r", "").replace("^C", "") };
}
