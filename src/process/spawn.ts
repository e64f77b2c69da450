import type { Child } from "./child.ts";
import { checkMs, checkOneOf } from "../check.ts";
import { checkCommand, checkLadder, filePath } from "./check_start.ts";
import { checkStreams } from "./check_streams.ts";
import { installGuard, uninstallGuard } from "./guard.ts";
import { OwnedChild } from "./owned_child.ts";
import { quote } from "../text_safety.ts";
import { StartError } from "./start_error.ts";
import { startFailure } from "./start_failure.ts";
import { type StopLadder, stopLadder } from "./stop_ladder.ts";

/**
 * Options of {@linkcode spawn}.
 *
 * @example Text to read, a variable more, a limit of time
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("sort", ["-r"], {
 *   stdin: { text: "a\nb\n" },
 *   env: { LC_ALL: "C" },
 *   timeoutMs: 5000,
 * });
 * assertEquals(await child.stdout.readLine(), "b");
 * ```
 */
export interface SpawnOptions {
  /**
   * What the child reads: `"piped"` gives `child.stdin`, `"inherit"` this
   * program's own, `"null"` nothing. Bytes (a copy is made), text or a stream
   * are written to it as it reads, then its stdin ends; a child that stops
   * reading is no error.
   *
   * @default {"null"}
   */
  stdin?:
    | "piped"
    | "inherit"
    | "null"
    | { readonly text: string }
    | Uint8Array
    | ReadableStream<Uint8Array>;
  /**
   * Where the child's stdout goes: `"piped"` gives `child.stdout`.
   *
   * @default {"piped"}
   */
  stdout?: "piped" | "inherit" | "null";
  /**
   * Where the child's stderr goes: `"piped"` gives `child.stderr`; `"tail"`
   * reads all of it and keeps the last 8,192 bytes for the status and the
   * error. `"inherit"` shows it as it is, control characters included.
   *
   * @default {"tail"}
   */
  stderr?: "piped" | "inherit" | "null" | "tail";
  /**
   * The child's working directory. A relative command with a slash in it is
   * then looked for there.
   */
  cwd?: string | URL;
  /** Variables to add. `PATH` among them decides where the command is found. */
  env?: Readonly<Record<string, string>>;
  /** Whether the child gets only the variables of `env`. @default {false} */
  clearEnv?: boolean;
  /** Stops the child when aborted. */
  signal?: AbortSignal;
  /** Stops the child after so long, 1 to 2,147,483,647 ms. */
  timeoutMs?: number;
  /**
   * Stops the child when nothing has come from its piped stdout and stderr for
   * so long, 1 to 2,147,483,647 ms. Time in which nobody reads does not count.
   */
  idleTimeoutMs?: number;
  /**
   * How long a pipe may be silent after the child's exit while a descendant
   * still holds it, 0 to 2,147,483,647 ms; then it is closed. After a stop it is
   * closed after at most 10 ms of silence, and after 250 ms in all: everything
   * that the child wrote is there by then.
   *
   * @default {250}
   */
  exitDelayMs?: number;
  /** The steps that end the child. Default: `stopLadder()`. */
  ladder?: StopLadder;
  /**
   * Starts the child in a session and process group of its own, so that a
   * stop reaches its descendants.
   *
   * It costs: `--allow-run` without a list; no Ctrl-C, Ctrl-Z, hang-up or
   * `/dev/tty` of the terminal (signals that this program receives are passed
   * on); as root, the supplementary groups. A descendant that starts a session
   * itself gets away. Those that outlive a stopped child get no grace of their
   * own; those that outlive a child that ended by itself are left alone.
   *
   * @default {false}
   */
  group?: boolean;
  /**
   * What becomes of SIGINT, SIGTERM, SIGHUP and SIGQUIT to this program while
   * the child lives.
   *
   * `"end"` and `"pass"` pass it on; where stdin, stdout or stderr is a terminal,
   * SIGINT, SIGQUIT and SIGHUP have reached the child already. SIGTERM and
   * SIGHUP start the ladder's grace, and a second one more than 300 ms later
   * kills.
   *
   * - `"end"`: this program then ends by the same signal, once all its children
   *   have, but for a child that lives on for 5 s after SIGINT or SIGQUIT, as a
   *   prompt does.
   * - `"pass"`: this program stands in the child's place, and its end is yours:
   *   see `receivedSignal` and {@linkcode endAs}. SIGUSR1, SIGUSR2 and SIGALRM
   *   are passed on as well. Choose it where you listen for signals yourself.
   *   On SIGUSR1 Deno opens its debugger on 127.0.0.1:9229; it is closed again
   *   at once. That also closes one that you opened with `--inspect`.
   * - `"none"` leaves the child out: it is not killed at this program's exit.
   *
   * Any other signal that ends this program leaves the child behind, as SIGKILL
   * does. Listening undoes an ignored SIGHUP or SIGINT, as under nohup(1). A
   * signal that comes in the very moment in which the last child ends can be
   * lost: Deno drops what it holds for a listener that is being removed.
   *
   * @default {"end"}
   */
  onSignal?: "end" | "pass" | "none";
}

/**
 * Starts a command and owns it until its end.
 *
 * The command is started at once, without a shell. Whatever ends it (itself, a
 * timeout, an abort, `stop`, the scope, this program's own end), it takes a
 * bounded time, and nothing is left running: by default SIGTERM, 5 s, SIGKILL.
 * SIGKILL of this program itself cannot be seen: a child that watches its stdin
 * ends with it, another can be started as `setpriv --pdeathsig TERM command`.
 * A worker is ended with its children by `terminate` and by signals; it is not
 * told of `Deno.exit` or an uncaught error in the main program, which leave them.
 *
 * A piped stdout is there to be read: where nobody reads, stops, or asks for the
 * status, a child that writes more than 64 KiB waits, and so does this program.
 *
 * @param command A name that is looked up in PATH, a path, or a `file:` URL.
 * @param args The arguments, passed on as they are.
 * @param options Streams, limits and the end.
 * @returns The child.
 * @throws {StartError} When it cannot be started; the kind says why.
 * @throws {TypeError | RangeError} When an argument or option is unusable;
 *   nothing has been started then. An aborted signal throws its reason.
 *
 * @example Start, read, check
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("printf", ["%s", "Spam 0"], { timeoutMs: 5000 });
 * const slice = await child.stdout.read(32);
 * assertEquals(slice && new TextDecoder().decode(slice), "Spam 0");
 * assertEquals((await child.status).code, 0);
 * ```
 */
export function spawn(
  command: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  const {
    stdin = "null",
    stdout = "piped",
    stderr = "tail",
    cwd,
    env,
    clearEnv = false,
    signal,
    timeoutMs,
    idleTimeoutMs,
    exitDelayMs = 250,
    ladder = stopLadder(),
    group = false,
    onSignal = "end",
  } = options;
  const name = command instanceof URL ? filePath("its URL", command) : command;
  checkCommand(name, args, cwd, env);
  checkMs("start a child", "timeoutMs", timeoutMs, 1);
  checkMs("start a child", "idleTimeoutMs", idleTimeoutMs, 1);
  checkMs("start a child", "exitDelayMs", exitDelayMs);
  checkLadder("start a child", ladder);
  checkStreams({ stdin, stdout, stderr });
  checkOneOf("start a child", "onSignal", onSignal, ["end", "pass", "none"]);
  if (
    idleTimeoutMs !== undefined && stdout !== "piped" && stderr !== "piped" &&
    stderr !== "tail"
  ) {
    throw new TypeError(
      "Cannot watch for idleTimeoutMs as neither stdout nor stderr is piped: " +
        `current value is ${idleTimeoutMs}`,
    );
  }
  if (group) checkGroup(name);
  signal?.throwIfAborted();

  // Before the start: a signal that comes meanwhile is handled after it.
  if (onSignal !== "none") installGuard(onSignal === "pass");
  const startMs = performance.now();
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(command, {
      args: [...args],
      stdin: typeof stdin === "string" ? stdin : "piped",
      stdout,
      stderr: stderr === "tail" ? "piped" : stderr,
      cwd,
      env,
      clearEnv,
      detached: group,
    }).spawn();
  } catch (error) {
    uninstallGuard();
    throw startFailure(name, error);
  }
  return new OwnedChild(process, {
    startMs,
    command: name,
    args: [...args],
    stdin: typeof stdin === "object" && "text" in stdin
      ? new TextEncoder().encode(stdin.text)
      : stdin instanceof Uint8Array
      // The caller may change the bytes while the child still reads.
      ? new Uint8Array(stdin)
      : stdin,
    stdout,
    stderr,
    ladder: ladder.map((step) => ({ ...step })),
    exitDelayMs,
    group,
    onSignal,
    timeoutMs,
    idleTimeoutMs,
    signal,
  });
}

function checkGroup(command: string): void {
  if (Deno.permissions.querySync({ name: "run" }).state === "granted") return;
  throw new StartError(
    "not-permitted",
    command,
    `Cannot start "${
      quote(command)
    }" in a group of its own as stopping a group ` +
      "needs --allow-run, not limited to commands",
  );
}
