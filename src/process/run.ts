import { checkInteger } from "../check.ts";
import type { Child } from "./child.ts";
import type { ExitStatus } from "./exit_status.ts";
import type { PipeReader } from "../read/reader.ts";
import { spawn } from "./spawn.ts";
import type { SpawnOptions } from "./spawn_options.ts";
import { TooLongError } from "../errors.ts";

/** Options of {@linkcode run}. */
export interface RunOptions
  extends Omit<SpawnOptions, "stdin" | "stdout" | "stderr"> {
  /** What the child reads: as in `spawn`, but for `"piped"`. @default {"null"} */
  stdin?: Exclude<SpawnOptions["stdin"], "piped">;
  /**
   * The most bytes of stdout, and of stderr: a child that writes more is
   * stopped. 1 to 2,147,483,647.
   *
   * @default {16_777_216} 16 MiB
   */
  maxBytes?: number;
  /** Whether an end that is no success is an `ExitError`. @default {true} */
  check?: boolean;
}

/**
 * What {@linkcode run} gives.
 *
 * @example Look at the end instead of catching an error
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { run } from "@basic-pipes/basic-pipes";
 *
 * const found = await run("grep", ["Spam"], {
 *   stdin: { text: "eggs\n" },
 *   check: false,
 * });
 * assertEquals(found.text(), "");
 * assertEquals(found.status.code, 1); // grep(1): no line was found
 * ```
 */
export interface RunResult {
  /** All that came from stdout: a copy that nobody else holds. */
  readonly stdout: Uint8Array;
  /** All that came from stderr: a copy, too. */
  readonly stderr: Uint8Array;
  /** How the child ended, and why; a success unless `check` is `false`. */
  readonly status: ExitStatus;
  /**
   * Stdout as UTF-8 text, decoded anew by each call.
   *
   * @returns The text with its last line ending, and a BOM as U+FEFF; what is
   *   not UTF-8 is U+FFFD.
   */
  text(): string;
}

/**
 * Runs a command to its end and collects what it writes.
 *
 * While it runs, memory holds the chunks of both streams, and then a copy of
 * each as well: for each stream about 2 times its size, and at the worst 3 times
 * `maxBytes`.
 *
 * @param command A name that is looked up in PATH, a path, or a `file:` URL.
 * @param args The arguments, passed on as they are.
 * @param options The bound, and what `spawn` takes.
 * @returns Its output, its errors and its status.
 * @throws {ExitError} When it does not end by itself with code 0, unless `check`
 *   is `false`. A child that was stopped has not: the reason is in the status.
 * @throws {TooLongError} When it writes more than `maxBytes`: it is stopped, and
 *   what it wrote is gone.
 * @throws {StartError} When it cannot be started; the kind says why.
 * @throws {TypeError | RangeError} When an argument or option is unusable;
 *   nothing has been started then. A signal that is aborted already throws its
 *   reason; one that is aborted later stops the child, and its reason is the
 *   `cause` of the `ExitError`.
 *
 * @example The text of a command
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { run } from "@basic-pipes/basic-pipes";
 *
 * const sorted = await run("sort", [], { stdin: { text: "b\na\n" } });
 * assertEquals(sorted.text(), "a\nb\n");
 * ```
 */
export async function run(
  command: string | URL,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  const { maxBytes = 16_777_216, check = true, ...rest } = options;
  checkInteger("run a command", "maxBytes", maxBytes, 1, 2_147_483_647);
  if ((rest.stdin as unknown) === "piped") {
    throw new TypeError(
      "Cannot run a command as nobody would write to its stdin: " +
        `current value is "piped"`,
    );
  }
  await using child = spawn(command, args, {
    ...rest,
    stdout: "piped",
    stderr: "piped",
  });
  const [stdout, stderr] = await Promise.all([
    collect(child, child.stdout, "stdout", maxBytes),
    collect(child, child.stderr, "stderr", maxBytes),
  ]);
  const status = check ? await child.check() : await child.status;
  return {
    stdout,
    stderr,
    status,
    // A BOM is kept as U+FEFF: no byte vanishes.
    text: () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout),
  };
}

async function collect(
  child: Child,
  reader: PipeReader,
  what: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = await reader.read(65_536);
    if (chunk === null) break;
    size += chunk.length;
    // A small chunk comes in a buffer of 64 KiB, which a view would keep alive.
    const isSmall = chunk.length * 2 < chunk.buffer.byteLength;
    chunks.push(isSmall ? chunk.slice() : chunk);
    if (size > maxBytes) {
      await child.stop();
      throw new TooLongError({
        what: `child's ${what}`,
        maxBytes,
        head: chunks[0] ?? chunk,
      });
    }
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
