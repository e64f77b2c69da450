import type { ExitReason, ExitStatus } from "./exit_status.ts";
import { shellWord } from "./shell_word.ts";
import { quote } from "./text_safety.ts";

const STOPPED: Partial<Record<ExitReason, string>> = {
  timeout: "its time was up",
  idle: "nothing came from it",
  aborted: "it was aborted",
  stopped: "it was stopped",
  disposed: "its scope was left",
  received: "this program was told to end",
  input: "the stream given as its stdin failed",
  lost: "the system did not tell how",
};

/**
 * A child ended otherwise than well.
 *
 * The message is one line that names the command, the end and the reason; what
 * could act on a terminal is escaped in it. The whole status, with the tail of
 * stderr, is in {@linkcode ExitError.status}.
 *
 * @example See what went wrong
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { ExitError, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("sh", ["-c", "echo no >&2; exit 3"]);
 * const error = await assertRejects(() => child.check(), ExitError);
 * assertEquals(
 *   error.message,
 *   `"sh -c 'echo no >&2; exit 3'" ended with code 3: no`,
 * );
 * assertEquals(error.status.stderrTail, "no\n");
 * ```
 */
export class ExitError extends Error {
  /** Always `"ExitError"`. */
  override readonly name = "ExitError";
  /** The command, as it was given; of a `file:` URL its path. */
  readonly command: string;
  /** Its arguments, as they were given. */
  readonly args: readonly string[];
  /** How it ended: its code or signal, the reason, the tail of its stderr. */
  readonly status: ExitStatus;

  /**
   * Makes the error of a child's end.
   *
   * @param command The command.
   * @param args Its arguments.
   * @param status How it ended.
   * @param options What made somebody stop it, as `cause`: an abort's reason, or
   *   why the stream given as its stdin failed.
   */
  constructor(
    command: string,
    args: readonly string[],
    status: ExitStatus,
    options?: ErrorOptions,
  ) {
    super(sentence(command, args, status), options);
    this.command = command;
    this.args = args;
    this.status = status;
  }
}

function sentence(
  command: string,
  args: readonly string[],
  { code, signal, reason, stderrTail }: ExitStatus,
): string {
  const end = signal === null
    ? `ended with code ${code}`
    : `was ended by ${
      typeof signal === "number" ? `signal ${signal}` : signal
    }`;
  const why = STOPPED[reason] ? ` as ${STOPPED[reason]}` : "";
  const lastLine = stderrTail.trimEnd().split("\n").at(-1) ?? "";
  const said = lastLine && `: ${quote(lastLine)}`;
  return `"${
    quote([command, ...args].map(shellWord).join(" "))
  }" ${end}${why}${said}`;
}
