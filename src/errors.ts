import { quoteBytes } from "./text_safety.ts";

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

/**
 * Output of a child that nobody read was dropped, so that the child could go on
 * to its end. Everything before it has been read; nothing after it can be.
 *
 * @example A reader that comes when the child has ended
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { OutputDroppedError, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("head", ["-c", "1000000", "/dev/zero"]);
 * await child.check();
 * const error = await assertRejects(
 *   () => child.stdout.readAll(),
 *   OutputDroppedError,
 * );
 * assertEquals([error.stream, error.droppedBytes], ["stdout", 934_464]);
 * ```
 */
export class OutputDroppedError extends RangeError {
  /** Always `"OutputDroppedError"`. */
  override readonly name = "OutputDroppedError";
  /** Which stream it is. */
  readonly stream: "stdout" | "stderr";
  /** How many bytes were dropped. */
  readonly droppedBytes: number;

  /**
   * Makes the error of its facts.
   *
   * @param stream Which stream it is.
   * @param droppedBytes How many bytes were dropped.
   */
  constructor(stream: "stdout" | "stderr", droppedBytes: number) {
    super(
      `Cannot read ${stream} to its end as nobody read it while the child's ` +
        `end was waited for: current value is ${droppedBytes} bytes dropped`,
    );
    this.stream = stream;
    this.droppedBytes = droppedBytes;
  }
}

/** The facts of a {@linkcode FramingError}. */
export interface FramingErrorOptions {
  /** The name of the framing. */
  framing: string;
  /** The rule that the header breaks, as the rest of `as …`. */
  rule: string;
  /** The header as it arrived. */
  header: Uint8Array;
}

/**
 * The header of a frame breaks the rule of its framing; nothing was taken.
 *
 * @example A print where a header belongs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import {
 *   contentLength,
 *   FramingError,
 *   PipeReader,
 * } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["Hello!\n"]).stream());
 * try {
 *   await reader.readFrame(contentLength());
 * } catch (error) {
 *   if (!(error instanceof FramingError)) throw error;
 *   assertEquals(new TextDecoder().decode(error.header), "Hello!\n");
 * }
 * await reader.cancel();
 * ```
 */
export class FramingError extends Error {
  /** Always `"FramingError"`. */
  override readonly name = "FramingError";
  /** The name of the framing, as `framing.name` has it. */
  readonly framing: string;
  /** The header as it arrived, up to what is wrong: a view, still unread. */
  readonly header: Uint8Array;

  /**
   * Makes the error of its facts.
   *
   * @param options The framing, its rule and the header.
   */
  constructor(options: FramingErrorOptions) {
    const { framing, rule, header } = options;
    super(
      `Cannot read a ${framing} frame as ${rule}: current value is ${
        quoteBytes(header)
      }`,
    );
    this.framing = framing;
    this.header = header;
  }
}

/** The facts of a {@linkcode TooLongError}. */
export interface TooLongErrorOptions {
  /** What was too long, as the error calls it. */
  what: string;
  /** The limit that was passed, in bytes. */
  maxBytes: number;
  /** The size that the other side claimed, in bytes, where it claimed one. */
  claimedBytes?: number;
  /** The header, or the first bytes of what was too long. */
  head: Uint8Array;
}

/**
 * Something that is collected was longer than its limit.
 *
 * A reader has taken nothing: every byte can still be read. `run` has stopped
 * the child.
 *
 * The message quotes the first bytes as text: the usual reason is that
 * somebody printed on the channel.
 *
 * @example A line without an end
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, TooLongError } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["far too long"]).stream());
 * try {
 *   await reader.readLine({ maxBytes: 4 });
 * } catch (error) {
 *   if (!(error instanceof TooLongError)) throw error;
 *   assertEquals([error.what, error.maxBytes], ["line", 4]);
 * }
 * assertEquals(new TextDecoder().decode((await reader.read(3))!), "far");
 * await reader.cancel();
 * ```
 */
export class TooLongError extends Error {
  /** Always `"TooLongError"`. */
  override readonly name = "TooLongError";
  /** What was too long, as the message calls it: `line`, `stdout`, … */
  readonly what: string;
  /** The limit that was passed, in bytes. */
  readonly maxBytes: number;
  /** The size that the other side claimed, in bytes, where it claimed one. */
  readonly claimedBytes: number | undefined;

  /**
   * Makes the error of its facts.
   *
   * @param options The limit, and what passed it.
   */
  constructor(options: TooLongErrorOptions) {
    const { what, maxBytes, claimedBytes, head } = options;
    const current = claimedBytes === undefined
      ? `it begins with ${quoteBytes(head)}`
      : `current value is ${claimedBytes}, from the header ${quoteBytes(head)}`;
    super(
      `Cannot read a ${what} as it must have at most ${maxBytes} bytes: ${current}`,
    );
    this.what = what;
    this.maxBytes = maxBytes;
    this.claimedBytes = claimedBytes;
  }
}

/** The facts of an {@linkcode UnexpectedEndError}. */
export interface UnexpectedEndErrorOptions {
  /** What was expected, as the error calls it. */
  expected: string;
  /** All that came of it before the end. */
  partial: Uint8Array;
}

/**
 * The stream ended inside of what was to be read; nothing was taken.
 *
 * @example The stream ends within four bytes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, UnexpectedEndError } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["abc"]).stream());
 * try {
 *   await reader.readExactly(4);
 * } catch (error) {
 *   if (!(error instanceof UnexpectedEndError)) throw error;
 *   assertEquals(new TextDecoder().decode(error.partial), "abc");
 * }
 * assertEquals((await reader.read(32))?.length, 3);
 * ```
 */
export class UnexpectedEndError extends Error {
  /** Always `"UnexpectedEndError"`. */
  override readonly name = "UnexpectedEndError";
  /** What was expected: `4 bytes`, `a whole header`, … */
  readonly expected: string;
  /** All that came of it before the end: a view, still unread. */
  readonly partial: Uint8Array;

  /**
   * Makes the error of its facts.
   *
   * @param options What was expected, and what came.
   */
  constructor(options: UnexpectedEndErrorOptions) {
    const { expected, partial } = options;
    super(
      `Cannot read ${expected} as the stream has ended: current value is ${partial.length} bytes`,
    );
    this.expected = expected;
    this.partial = partial;
  }
}

/** What errors call a frame of the framing of that name. */
export function frameName(framing: string): string {
  return framing === "line" ? "line" : `${framing} frame`;
}

/** The error of a read that took longer than the limit of that name. */
export function timeoutError(limit: string, ms: number): DOMException {
  return new DOMException(
    `Cannot read as ${limit} has passed: current value is ${ms} ms`,
    "TimeoutError",
  );
}
