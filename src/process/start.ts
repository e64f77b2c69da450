import { quote } from "../text_safety.ts";
import { type GuardedChild, type Received, signals } from "./signals.ts";
import {
  type SpawnOptions,
  type SpawnSettings,
  spawnSettings,
} from "./spawn_options.ts";

/** What owns a child that was started. */
export interface Owner {
  /** Whether the child has written anything. */
  readonly hasWritten: boolean;
  /** Takes a signal that this program received. */
  receive(received: Received): void;
}

/**
 * A child that was started and that nobody owns so far.
 *
 * It is guarded: killed when this program exits, and a signal that comes before
 * its owner is kept for it. Leaving its scope (`using`) without an owner kills
 * it: what was to own it has failed.
 */
export class Started implements GuardedChild, Disposable {
  /** Who gets its signals; before its owner comes, another can take its place. */
  process: Deno.ChildProcess;
  readonly settings: SpawnSettings;
  /** When it was started, by `performance.now()`. */
  readonly startMs: number;
  readonly endsProgram: boolean;
  readonly isWrapped: boolean;
  readonly group: boolean;
  /** Whether it has ended: no signal is sent any more. */
  hasExited = false;
  #owner: Owner | undefined;
  readonly #early: Received[] = [];

  constructor(
    process: Deno.ChildProcess,
    settings: SpawnSettings,
    startMs: number,
  ) {
    this.process = process;
    this.settings = settings;
    this.startMs = startMs;
    this.group = settings.group;
    this.endsProgram = settings.onSignal === "end";
    this.isWrapped = settings.onSignal === "pass";
    const over = () => {
      // An owner decides itself when it sends no signal any more.
      if (!this.#owner) this.hasExited = true;
    };
    process.status.then(over, over);
    if (settings.onSignal !== "none") signals.addChild(this);
  }

  get hasWritten(): boolean {
    return this.#owner?.hasWritten ?? false;
  }

  /** Gives it its owner, and the owner the signals that have come already. */
  own(owner: Owner): void {
    this.#owner = owner;
    for (const received of this.#early) owner.receive(received);
  }

  receive(received: Received): void {
    if (this.#owner) this.#owner.receive(received);
    else this.#early.push(received);
  }

  /** Sends a signal, to the whole group if it has one; tells whether it was. */
  send(signal: Deno.Signal): boolean {
    const { pid } = this.process;
    // 0, NaN or less would reach this program's own group, or everybody.
    if (this.hasExited || !(Number.isInteger(pid) && pid > 1)) return false;
    try {
      if (this.group) Deno.kill(-pid, signal);
      else this.process.kill(signal);
      return true;
    } catch {
      return false; // It was faster.
    }
  }

  killNow(): void {
    this.send("SIGKILL");
  }

  [Symbol.dispose](): void {
    if (this.#owner) return;
    this.killNow();
    this.hasExited = true;
    signals.removeChild(this, true);
  }
}

/** Moves stdin to 3 and stdout to 4, and becomes the command. */
const SEPARATE = 'exec "$@" 3<&0 4>&1 0</dev/null 1>&2';

/**
 * Starts a command, guarded; the first half of {@linkcode spawn}.
 *
 * It loads few modules, so that a program can start its child before it loads
 * the rest. Between the two the child lives without an owner: hold it with
 * `using`, so that a failure of the rest kills it.
 */
export function start(
  command: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Started {
  const settings = spawnSettings(command, args, options);
  const { stdin, stdout, stderr, group, onSignal } = settings;
  if (group) checkGroup(settings.command);
  settings.signal?.throwIfAborted();
  // Before the start: a signal that comes meanwhile is handled after it.
  if (onSignal !== "none") signals.listen(onSignal === "pass");
  const startMs = performance.now();
  let process: Deno.ChildProcess;
  try {
    // Deno can open no other descriptors for a child, and sh can.
    const { isSeparate } = settings;
    process = new Deno.Command(isSeparate ? "sh" : command, {
      args: isSeparate
        ? ["-c", SEPARATE, "sh", settings.command, ...args]
        : [...args],
      stdin: typeof stdin === "string" ? stdin : "piped",
      stdout,
      stderr: stderr === "tail" ? "piped" : stderr,
      cwd: options.cwd,
      env: options.env,
      clearEnv: options.clearEnv,
      detached: group,
    }).spawn();
  } catch (error) {
    signals.unlisten();
    throw startFailure(settings.command, error);
  }
  return new Started(process, settings, startMs);
}

function checkGroup(command: string): void {
  if (Deno.build.os === "windows") {
    throw new StartError(
      "failed",
      command,
      `Cannot start "${quote(command)}" in a group of its own as Windows has ` +
        "no process groups to stop",
    );
  }
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

/**
 * Why a child could not be started:
 *
 * - `"not-found"`: there is no such command or file, or no interpreter that its
 *   first line names.
 * - `"not-executable"`: it is there and cannot be run: a directory, no program,
 *   not allowed by the system.
 * - `"not-permitted"`: this program has not the permission to run it.
 * - `"bad-directory"`: `cwd` cannot be entered.
 * - `"argument-too-long"`: arguments and environment are more than the system
 *   takes.
 * - `"too-many-files"`, `"too-many-processes"`: the system has no room left for
 *   it; later it may.
 * - `"failed"`: something else, as the message says.
 */
export type StartErrorKind =
  | "not-found"
  | "not-executable"
  | "not-permitted"
  | "bad-directory"
  | "argument-too-long"
  | "too-many-files"
  | "too-many-processes"
  | "failed";

const EXIT_CODES: Readonly<Record<StartErrorKind, 125 | 126 | 127>> = {
  "not-found": 127,
  "not-executable": 126,
  "not-permitted": 126,
  "argument-too-long": 126,
  "bad-directory": 125,
  "too-many-files": 125,
  "too-many-processes": 125,
  "failed": 125,
};

/**
 * A child could not be started: no process was left behind.
 *
 * @example Tell a command that does not exist from one that failed
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { spawn, StartError } from "@basic-pipes/basic-pipes";
 *
 * const error = assertThrows(() => spawn("no-such-command"), StartError);
 * assertEquals(
 *   [error.kind, error.exitCode, error.message],
 *   [
 *     "not-found",
 *     127,
 *     `Cannot start "no-such-command" as there is no such command: ` +
 *     `no file of that name can be run in PATH`,
 *   ],
 * );
 * ```
 */
export class StartError extends Error {
  /** Always `"StartError"`. */
  override readonly name = "StartError";
  /** Why, as a word to decide by; the message says it in a sentence. */
  readonly kind: StartErrorKind;
  /** The command, as it was given; of a `file:` URL its path. */
  readonly command: string;
  /**
   * What a program that only runs the command ends with, as `env(1)` and
   * `timeout(1)` do: 127 no such command, 126 it cannot be run, 125 otherwise.
   */
  readonly exitCode: 125 | 126 | 127;

  /**
   * Makes the error of a start that failed.
   *
   * @param kind Why; it decides the exit code, too.
   * @param command What was to be started.
   * @param sentence The message.
   * @param options The system's error, as `cause`.
   */
  constructor(
    kind: StartErrorKind,
    command: string,
    sentence: string,
    options?: ErrorOptions,
  ) {
    super(sentence, options);
    this.kind = kind;
    this.command = command;
    this.exitCode = EXIT_CODES[kind];
  }
}

const KINDS: Readonly<Record<string, readonly [StartErrorKind, string]>> = {
  EACCES: ["not-executable", "the system does not let it run"],
  EISDIR: ["not-executable", "it is a directory"],
  ENOEXEC: ["not-executable", "it is not a program"],
  EBADARCH: ["not-executable", "it is a program for another processor"],
  ENOTDIR: ["not-executable", "a part of its path is not a directory"],
  ELOOP: ["not-executable", "its path has too many links"],
  ENAMETOOLONG: ["not-executable", "its name is too long"],
  ETXTBSY: ["not-executable", "somebody is writing to its file"],
  E2BIG: [
    "argument-too-long",
    "its arguments and environment are too long for the system",
  ],
  EMFILE: ["too-many-files", "this program has too many files open"],
  ENFILE: ["too-many-files", "the system has too many files open"],
  EAGAIN: ["too-many-processes", "there are too many processes"],
  ENOMEM: ["too-many-processes", "there is not enough memory"],
};

/** The {@linkcode StartError} of what `Deno.Command` threw. */
export function startFailure(command: string, cause: unknown): StartError {
  const { code, message } = cause instanceof Error
    ? cause as Error & { code?: string }
    : { code: undefined, message: String(cause) };
  const [kind, why] = reason(command, cause, code, message);
  return new StartError(
    kind,
    command,
    `Cannot start "${quote(command)}" as ${why}`,
    { cause },
  );
}

function reason(
  command: string,
  cause: unknown,
  code: string | undefined,
  message: string,
): readonly [StartErrorKind, string] {
  if (cause instanceof Deno.errors.NotCapable) {
    return ["not-permitted", permission(command, message)];
  }
  const directory = /(?:No such cwd|cwd is not a directory) '(.*)'$/s
    .exec(message)?.[1];
  if (directory !== undefined) {
    return [
      "bad-directory",
      `its working directory cannot be entered: current value is ${
        quote(directory)
      }`,
    ];
  }
  // ERROR_BAD_EXE_FORMAT, ERROR_EXE_MACHINE_TYPE_MISMATCH: no names in Deno.
  if (/\(os error (193|216)\)/.test(message)) {
    return ["not-executable", `it is not a program: ${quote(message)}`];
  }
  if (code === "ENOENT") return ["not-found", notFound(command)];
  const known = KINDS[code ?? ""];
  if (known) return [known[0], `${known[1]}: ${quote(message)}`];
  return ["failed", `the system refused: ${quote(message)}`];
}

function permission(command: string, message: string): string {
  if (/LD_|DYLD_/.test(message)) {
    return "a variable that changes how programs are loaded needs more: " +
      "run again with --allow-run, not limited to commands";
  }
  const name = /^[\w./+-]+$/.test(command) ? `=${command}` : "";
  return "this program is not permitted to: run again with --allow-run" +
    (name && ` or --allow-run${name}`);
}

/**
 * A file in PATH that cannot be run is reported as missing too: to tell the two
 * apart, PATH and its files would have to be read, which needs permissions.
 */
function notFound(command: string): string {
  const isWindows = Deno.build.os === "windows";
  if (!(isWindows ? /[\\/:]/ : /\//).test(command)) {
    return "there is no such command: no file of that name can be run in PATH";
  }
  return isWindows
    ? "there is no such file"
    : "there is no such file, or no interpreter that its first line names";
}
