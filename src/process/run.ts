import { concat, decodeText } from "../bytes.ts";
import { checkInteger, checkKeys, checkOneOf, checkType } from "../check.ts";
import { TooLongError } from "../errors.ts";
import type { PipeReader } from "../read/reader.ts";
import { copy } from "../write/copy.ts";
import { PipeWriter } from "../write/writer.ts";
import type { Child } from "./child.ts";
import type { ExitStatus } from "../exit_status.ts";
import { spawn } from "./spawn.ts";
import { SPAWN_OPTIONS, type SpawnOptions } from "./spawn_options.ts";

const PURPOSE = "run a command";
const OPTIONS = [
  ...SPAWN_OPTIONS.filter((name) =>
    name !== "stdout" && name !== "stderr" && name !== "channel"
  ),
  "maxBytes",
  "check",
];

/** Options of {@linkcode run}. */
export interface RunOptions
  extends Omit<SpawnOptions, "stdin" | "stdout" | "stderr" | "channel"> {
  /** What the child reads: as in `spawn`, but for `"piped"`. @default {"null"} */
  stdin?: Exclude<SpawnOptions["stdin"], "piped">;
  /**
   * The most bytes of stdout, and of stderr: a child that writes more is
   * stopped. 1 to 2,147,483,647.
   *
   * @default {16_777_216} 16 MiB
   */
  maxBytes?: number;
  /** Whether any end but a success is an `ExitError`. @default {true} */
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
  /** Everything that came from stdout: a copy. */
  readonly stdout: Uint8Array;
  /** Everything that came from stderr: a copy. */
  readonly stderr: Uint8Array;
  /** How the child ended, and why; a success unless `check` is `false`. */
  readonly status: ExitStatus;
  /**
   * Decodes one of the two as UTF-8, anew at each call.
   *
   * @param stream Which one. @default {"stdout"}
   * @returns The text with its last line ending, and a BOM as U+FEFF; what is
   *   not UTF-8 is U+FFFD.
   * @throws {TypeError} If there is no such stream.
   */
  text(stream?: "stdout" | "stderr"): string;
  /**
   * Parses stdout as JSON, anew at each call.
   *
   * @returns The value. A BOM in front of it is ignored.
   * @throws {TypeError} If stdout is not UTF-8.
   * @throws {SyntaxError} If it is not exactly one JSON value.
   */
  json(): unknown;
}

/**
 * Runs a command to its end and collects what it writes.
 *
 * While it runs, memory holds the chunks of both streams, and at the end a copy
 * of each as well: for each stream about 2 times its size, and at most 3 times
 * `maxBytes`.
 *
 * @param command A name that is looked up in PATH, a path, or a `file:` URL.
 * @param args The arguments, passed on as they are.
 * @param options The bound, and what `spawn` takes.
 * @returns Its output, its errors and its status.
 * @throws {ExitError} When it does not end by itself with code 0, unless `check`
 *   is `false`. A child that was stopped has not: the reason is in the status.
 * @throws {TooLongError} When it writes more than `maxBytes`: it is stopped, and
 *   its output is lost.
 * @throws {StartError} When it cannot be started; the kind says why.
 * @throws {TypeError | RangeError} When an argument or option is unusable;
 *   nothing has been started then.
 * @throws The reason of `signal`, when it is aborted; the child is stopped first.
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
  checkKeys(PURPOSE, options, OPTIONS);
  const { maxBytes = 16_777_216, check = true, ...rest } = options;
  checkInteger(PURPOSE, "maxBytes", maxBytes, 1, 2_147_483_647);
  checkType(PURPOSE, "check", check, "boolean");
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
  const status = await child.wait();
  if (status.reason === "aborted") throw rest.signal?.reason;
  if (check) await child.check();
  return {
    stdout,
    stderr,
    status,
    text(stream = "stdout") {
      checkOneOf("decode", "the stream", stream, ["stdout", "stderr"]);
      return decodeText(stream === "stdout" ? stdout : stderr);
    },
    json: () =>
      JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(stdout)),
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
  const keep = (chunk: Uint8Array) => {
    size += chunk.length;
    // A small view may keep a buffer alive that is much larger.
    const isSmall = chunk.length * 2 < chunk.buffer.byteLength;
    chunks.push(isSmall ? chunk.slice() : chunk);
    if (size <= maxBytes) return;
    throw new TooLongError({
      what: `child's ${what}`,
      maxBytes,
      head: chunks[0]!,
    });
  };
  const kept = new PipeWriter({
    givesBack: false,
    // deno-lint-ignore require-await -- what it throws has to reject
    write: async (pieces) => pieces.forEach(keep),
    close: () => Promise.resolve(),
  });
  try {
    // The child is to end by its stop, and not by a SIGPIPE.
    await copy(reader, kept, { preventCancel: true });
  } catch (error) {
    if (error instanceof TooLongError) await child.stop();
    throw error;
  }
  return concat(chunks);
}
