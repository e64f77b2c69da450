import {
  checkAbortSignal,
  checkKeys,
  checkList,
  checkMs,
  checkOneOf,
  checkType,
} from "../check.ts";
import { quote } from "../text_safety.ts";
import { checkLadder, type StopLadder, stopLadder } from "./stop.ts";
import { EXIT_DELAY_MS } from "../wait.ts";

const PURPOSE = "start a child";
const STDOUT: readonly SpawnSettings["stdout"][] = ["piped", "inherit", "null"];
const STDERR: readonly SpawnSettings["stderr"][] = [...STDOUT, "tail"];
const ON_SIGNAL: readonly SpawnSettings["onSignal"][] = ["end", "pass", "none"];
/** The names of all options of `spawn`. */
export const SPAWN_OPTIONS: readonly (keyof SpawnOptions)[] = [
  "stdin",
  "stdout",
  "stderr",
  "cwd",
  "env",
  "clearEnv",
  "signal",
  "timeoutMs",
  "idleTimeoutMs",
  "exitDelayMs",
  "ladder",
  "group",
  "onSignal",
  "channel",
];

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
  /**
   * Variables to add. `PATH` among them decides where the command is found. A
   * variable of this program cannot be taken away here: start with `clearEnv`.
   */
  env?: Readonly<Record<string, string>>;
  /** Whether the child gets only the variables of `env`. @default {false} */
  clearEnv?: boolean;
  /** Stops the child when aborted. */
  signal?: AbortSignal;
  /**
   * Stops the child this long after its start, 1 to 2,147,483,647 ms. Time in
   * which this program was stopped (SIGSTOP) counts, as with `timeout(1)`; a
   * child that exited in it keeps its own status.
   */
  timeoutMs?: number;
  /**
   * Stops the child when nothing has come from its piped stdout and stderr for
   * this long, 1 to 2,147,483,647 ms. Time in which nobody reads does not count,
   * an inherited stream is not seen, and after this program was stopped (SIGSTOP)
   * the time begins anew.
   */
  idleTimeoutMs?: number;
  /**
   * How long a pipe may be silent after the child's exit while a descendant
   * still holds it, 0 to 2,147,483,647 ms; then it is closed. After a stop it is
   * closed after at most 10 ms of silence, and after 250 ms in all: everything
   * that the child wrote is there by then. A pipe that nobody reads, as that of a
   * stderr tail, is closed after `exitDelayMs` in all.
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
   * itself gets away. In a worker, the child outlives `worker.terminate()` and
   * `self.close()`: stop it before. Those that outlive a stopped child get no grace of their
   * own; those that outlive a child that ended by itself are left alone. Windows
   * has no such groups: it is a {@linkcode StartError} there.
   *
   * @default {false}
   */
  group?: boolean;
  /**
   * What SIGINT, SIGTERM, SIGHUP and SIGQUIT to this program do while the child
   * lives.
   *
   * `"end"` and `"pass"` pass it on; where stdin, stdout or stderr is a terminal,
   * SIGINT, SIGQUIT and SIGHUP have reached the child already. SIGTERM and
   * SIGHUP start the ladder's grace, and a second one more than 300 ms later
   * kills.
   *
   * - `"end"`: this program then ends by the same signal, once all its children
   *   have, but for a child that lives on for 5 s after SIGINT or SIGQUIT, as a
   *   prompt does.
   *   After SIGTERM that is 0.6 s later at the earliest: `deno run --watch` calls
   *   the listeners for it at a change, and a real SIGTERM would end the watcher.
   *   To end at once instead, choose `"pass"`, await the status, and call
   *   `Deno.exit(143)`, which systemd counts as a failure.
   * - `"pass"`: this program stands in the child's place, and its end is yours:
   *   see `receivedSignal` and {@linkcode endAs}. SIGUSR1, SIGUSR2 and SIGALRM
   *   are passed on as well. Choose it where you listen for signals yourself.
   *   On SIGUSR1 Deno opens its debugger on 127.0.0.1:9229; it is closed again
   *   at once. That also closes one that you opened with `--inspect`.
   * - `"none"` leaves the child out: it is not killed at this program's exit.
   *
   * On Windows the signals are SIGINT (Ctrl-C), SIGBREAK (Ctrl-Break) and SIGHUP
   * (the window is closed). The console gives them to the child itself, and
   * nothing is sent on. With `"end"` this program then ends with 0xC000013A, also
   * if it has a listener of its own: choose `"pass"` then. So does process 1 of a
   * container, with 128 and the signal's number. `"none"` does not keep a child
   * alive at this program's exit on Windows.
   *
   * From the end of the last child on nothing listens: the next signal ends this
   * program at once, also while your code still writes what it has read. Add a
   * listener of your own where that must not be, and choose `"pass"`.
   *
   * Any other signal that ends this program leaves the child behind, as SIGKILL
   * does. A signal to the whole process group or unit (`timeout`, systemd) reaches
   * the child twice: see GOTCHAS.md. Listening undoes an ignored SIGHUP or SIGINT,
   * as under nohup(1). A signal that comes in the moment in which the last child
   * ends can be lost: Deno drops what it holds for a listener that is being
   * removed.
   *
   * @default {"end"}
   */
  onSignal?: "end" | "pass" | "none";
  /**
   * `"separate"` gives the channel descriptors of its own: the child reads it on
   * 3 and writes it on 4, its stdin is empty, and what it prints to stdout goes
   * to its stderr. In a Deno child `parentChannel(format, { separate: true })`
   * takes it, in Python `Connection(3)` and `Connection(4)`.
   *
   * `child.stdin` and `child.stdout` are the channel's two ends then, and both
   * are `"piped"`. The command is started by `sh`: with a list, `--allow-run`
   * has to have `sh` in it, a command that does not exist is code 127 instead of
   * a `StartError`, and Windows refuses it.
   */
  channel?: "separate";
}

/** The options of a child, checked, with the defaults in place. */
export interface SpawnSettings {
  command: string;
  args: readonly string[];
  stdin:
    | "piped"
    | "inherit"
    | "null"
    | Uint8Array
    | ReadableStream<Uint8Array>;
  stdout: "piped" | "inherit" | "null";
  stderr: "piped" | "inherit" | "null" | "tail";
  ladder: StopLadder;
  exitDelayMs: number;
  group: boolean;
  onSignal: "end" | "pass" | "none";
  timeoutMs: number | undefined;
  idleTimeoutMs: number | undefined;
  signal: AbortSignal | undefined;
  isSeparate: boolean;
}

/** Checks all that a child is started with; throws before anything is started. */
export function spawnSettings(
  command: string | URL,
  args: readonly string[],
  options: SpawnOptions,
): SpawnSettings {
  checkKeys(PURPOSE, options, SPAWN_OPTIONS);
  const {
    channel,
    stdin = channel === undefined ? "null" : "piped",
    stdout = "piped",
    stderr = "tail",
    timeoutMs,
    idleTimeoutMs,
    exitDelayMs = EXIT_DELAY_MS,
    ladder = stopLadder(),
    group = false,
    onSignal = "end",
    signal,
  } = options;
  const name = command instanceof URL ? filePath("its URL", command) : command;
  checkCommand(name, args, options.cwd, options.env);
  checkType(PURPOSE, "clearEnv", options.clearEnv, "boolean");
  checkType(PURPOSE, "group", group, "boolean");
  checkAbortSignal(PURPOSE, signal);
  checkMs(PURPOSE, "timeoutMs", timeoutMs, 1);
  checkMs(PURPOSE, "idleTimeoutMs", idleTimeoutMs, 1);
  checkMs(PURPOSE, "exitDelayMs", exitDelayMs);
  checkLadder(PURPOSE, ladder);
  checkStreams(stdin, stdout, stderr);
  checkOneOf(PURPOSE, "onSignal", onSignal, ON_SIGNAL);
  checkOneOf(PURPOSE, "channel", channel, ["separate"]);
  if (channel !== undefined) checkSeparate(stdin, stdout);
  const isWatched = stdout === "piped" || stderr === "piped" ||
    stderr === "tail";
  if (idleTimeoutMs !== undefined && !isWatched) {
    throw new TypeError(
      "Cannot watch for idleTimeoutMs as neither stdout nor stderr is piped: " +
        `current value is ${idleTimeoutMs}`,
    );
  }
  return {
    command: name,
    args: [...args],
    stdin: isText(stdin)
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
    isSeparate: channel !== undefined,
  };
}

/** Refuses descriptors of its own for a channel where they cannot be had. */
function checkSeparate(stdin: unknown, stdout: unknown): void {
  const isPiped = stdin === "piped" && stdout === "piped";
  if (isPiped && Deno.build.os !== "windows") return;
  throw new TypeError(
    `Cannot ${PURPOSE} as a separate channel needs ${
      isPiped
        ? "a Unix: current value is windows"
        : `its stdin and stdout "piped": current value is something else`
    }`,
  );
}

/** Refuses text that no process can be given. */
function checkText(what: string, value: unknown): void {
  const why = typeof value !== "string"
    ? "is not text"
    : value.includes("\0")
    ? "has a NUL in it"
    : !value.isWellFormed() || value.includes("\ufffd")
    ? "was not valid text when it was read, and would name something else"
    : undefined;
  if (why === undefined) return;
  throw new TypeError(
    `Cannot start a child as ${what} ${why}: current value is ${
      typeof value === "string" ? `"${quote(value)}"` : typeof value
    }`,
  );
}

/** Refuses a command, arguments, a directory or variables that are unusable. */
function checkCommand(
  command: string,
  args: readonly string[],
  cwd: string | URL | undefined,
  env: Readonly<Record<string, string>> | undefined,
): void {
  checkText("the command", command);
  if (command === "") {
    throw new TypeError(
      `Cannot start a child as the command is empty: current value is ""`,
    );
  }
  checkList(PURPOSE, "the arguments", args);
  args.forEach((arg, index) => checkText(`argument ${index + 1}`, arg));
  if (cwd !== undefined) {
    checkText("cwd", cwd instanceof URL ? filePath("its cwd", cwd) : cwd);
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    checkText("a variable's name", name);
    if (name === "" || name.includes("=")) {
      throw new TypeError(
        `Cannot start a child as a variable's name is empty or has "=" in it: ` +
          `current value is "${quote(name)}"`,
      );
    }
    checkText(`the variable ${quote(name)}`, value);
  }
}

/** Refuses what is no standard stream of a child. */
function checkStreams(stdin: unknown, stdout: unknown, stderr: unknown): void {
  checkOneOf(PURPOSE, "stdout", stdout, STDOUT);
  checkOneOf(PURPOSE, "stderr", stderr, STDERR);
  const isInput = stdin instanceof Uint8Array || isText(stdin) ||
    stdin instanceof ReadableStream;
  if (!isInput) {
    checkOneOf(PURPOSE, "stdin", stdin, STDOUT, "bytes, a text or a stream");
  }
  if (stdin instanceof ReadableStream && stdin.locked) {
    throw new TypeError(
      "Cannot start a child as the stream for its stdin must not be locked: " +
        "current value is one that somebody reads already",
    );
  }
}

function isText(value: unknown): value is { readonly text: string } {
  return typeof value === "object" && value !== null && "text" in value &&
    typeof value.text === "string";
}

/** The path of a `file:` URL; `what` is named where it is refused. */
function filePath(what: string, url: URL): string {
  if (url.protocol === "file:") {
    try {
      const path = decodeURIComponent(url.pathname);
      return Deno.build.os === "windows" ? windowsPath(url.host, path) : path;
    } catch {
      // Not UTF-8: Deno has no way to pass such a path on.
    }
  }
  throw new TypeError(
    `Cannot start a child as ${what} is not a file: URL of UTF-8 text: ` +
      `current value is ${url.href}`,
  );
}

/** `/C:/x` is `C:\x`; a host is that of a share: `\\host\x`. */
function windowsPath(host: string, path: string): string {
  const local = host === "" ? path.replace(/^\/(?=[a-z]:)/i, "") : path;
  return (host && `\\\\${host}`) + local.replaceAll("/", "\\");
}
