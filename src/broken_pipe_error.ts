/**
 * The reader of our pipe has gone: normal for a Unix tool, whose output is cut
 * by `| head -1`.
 *
 * All writes and flushes after it reject with the same error; its `cause` is
 * what the operating system said (`EPIPE` of write(2), see pipe(7)).
 *
 * @example A child that does not read
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { BrokenPipeError, PipeWriter } from "@basic-pipes/basic-pipes";
 *
 * const child = new Deno.Command(Deno.execPath(), {
 *   args: ["--version"],
 *   stdin: "piped",
 *   stdout: "null",
 * }).spawn();
 * await child.status;
 *
 * const writer = new PipeWriter(child.stdin);
 * writer.write("nobody hears this\n");
 * try {
 *   await writer.flush();
 * } catch (error) {
 *   assert(error instanceof BrokenPipeError);
 *   assertEquals(writer.broken, error);
 * }
 * await writer.close(); // says nothing
 * ```
 */
export class BrokenPipeError extends Error {
  /** Always `"BrokenPipeError"`. */
  override readonly name = "BrokenPipeError";

  /**
   * Makes the error of what the operating system said.
   *
   * @param options What it said, as `cause`.
   */
  constructor(options?: ErrorOptions) {
    super("Cannot write as the reader of the pipe has gone", options);
  }
}
