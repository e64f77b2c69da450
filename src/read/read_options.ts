/**
 * Called with the bytes of each read, before any caller gets them.
 *
 * @param bytes What arrived, at least one byte: a view, to be neither changed
 * nor kept.
 * @param atMs When it arrived, by `performance.now()`.
 */
export type OnRead = (bytes: Uint8Array, atMs: number) => void;

/**
 * Options of a {@linkcode PipeReader}.
 *
 * @example When each piece arrived
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const sizes: number[] = [];
 * const reader = new PipeReader(ReadableStream.from([new Uint8Array(5)]), {
 *   onRead: (bytes) => sizes.push(bytes.length),
 * });
 * await reader.readExactly(2);
 * await reader.readExactly(3);
 * assertEquals(sizes, [5]);
 * ```
 */
export interface PipeReaderOptions {
  /** Called with the bytes of each read, before any caller gets them. */
  onRead?: OnRead;
}

/** The options of every wait. */
export const WAIT_KEYS = ["signal", "timeoutMs"] as const;

/** The most bytes of a line or of a part before a delimiter: 1 MiB. */
export const DEFAULT_LINE_BYTES = 1_048_576;

/** The most bytes of all that is left: 16 MiB. */
export const DEFAULT_ALL_BYTES = 16_777_216;

/**
 * Limits of a single wait of a reader. A wait that ends by one of them has taken
 * nothing: the next read begins with the same byte.
 *
 * @example Time out, then read on: no byte is lost
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * await child.stdin.write("half ");
 * const read = () => child.stdout.readLine({ timeoutMs: 10 });
 * await assertRejects(read, DOMException, "timeoutMs has passed");
 * await child.stdin.write("a line\n");
 * assertEquals(await child.stdout.readLine(), "half a line");
 * ```
 */
export interface WaitOptions {
  /**
   * Ends the wait: the read rejects with the signal's reason; at once if the
   * signal is aborted already.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds (0 to 2,147,483,647) until the read rejects with a
   * `DOMException` named `TimeoutError`; 0 polls once. In a loop, each step has
   * its own limit.
   *
   * @default {undefined} No limit.
   */
  timeoutMs?: number;
}

/**
 * What ends a part: bytes, or text as UTF-8 (1 to 2,147,483,647 bytes), or any of
 * 1 to 1,000 such delimiters.
 */
export type Delimiter =
  | Uint8Array
  | string
  | readonly (Uint8Array | string)[];

/** Options of {@linkcode PipeReader.readUntil}. */
export interface ReadUntilOptions extends WaitOptions {
  /**
   * The most bytes before the delimiter (1 to 2,147,483,647).
   *
   * @default {1_048_576} 1 MiB.
   */
  maxBytes?: number;
}

/**
 * Options of everything that reads lines of text.
 *
 * @example Refuse what is not UTF-8, and look at it
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const stream = new Blob([Uint8Array.of(0xff, 0x0a)]).stream();
 * await using reader = new PipeReader(stream);
 * await assertRejects(() => reader.readLine({ fatal: true }), TypeError);
 * assertEquals(await reader.read(32), Uint8Array.of(0xff, 0x0a));
 * ```
 */
export interface LineOptions extends WaitOptions {
  /**
   * The most bytes of a line, its ending not counted (1 to 2,147,483,647).
   *
   * @default {1_048_576} 1 MiB.
   */
  maxBytes?: number;
  /**
   * Invalid UTF-8 is a `TypeError` instead of U+FFFD.
   *
   * @default {false}
   */
  fatal?: boolean;
}

/**
 * Options of {@linkcode PipeReader.readAll} and {@linkcode PipeReader.json}.
 *
 * @example A bound for what is collected
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { PipeReader, TooLongError } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["Spam 0"]).stream());
 * await assertRejects(() => reader.readAll({ maxBytes: 5 }), TooLongError);
 * assertEquals((await reader.readAll({ maxBytes: 6 })).length, 6);
 * ```
 */
export interface ReadAllOptions extends WaitOptions {
  /**
   * The most bytes to collect (1 to 2,147,483,647).
   *
   * @default {16_777_216} 16 MiB.
   */
  maxBytes?: number;
}

/**
 * Options of {@linkcode PipeReader.text}.
 *
 * @example Refuse what is not UTF-8
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob([Uint8Array.of(0xff)]).stream());
 * await assertRejects(() => reader.text({ fatal: true }), TypeError);
 * await reader.cancel();
 * ```
 */
export interface ReadTextOptions extends ReadAllOptions {
  /**
   * Invalid UTF-8 is a `TypeError` instead of U+FFFD.
   *
   * @default {false}
   */
  fatal?: boolean;
}

/**
 * Options of everything that reads frames.
 *
 * @example Notice a sender that stops inside a frame
 * ```ts
 * import { assertEquals, assertRejects } from "@std/assert";
 * import { lengthPrefix, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const framing = lengthPrefix({ bytes: 1 });
 * await child.stdin.write("\x04Sp");
 * const read = () => child.stdout.readFrame(framing, { stallTimeoutMs: 10 });
 * await assertRejects(read, DOMException, "stallTimeoutMs has passed");
 * await child.stdin.write("am");
 * assertEquals((await child.stdout.readFrame(framing))?.length, 4);
 * ```
 */
export interface ReadFrameOptions extends WaitOptions {
  /**
   * Milliseconds (0 to 2,147,483,647) that each wait inside a frame that has
   * begun may last: a sender that stops halfway is noticed, one that is silent
   * between frames is not. The read then rejects with a `DOMException` named
   * `TimeoutError`.
   *
   * @default {undefined} No limit.
   */
  stallTimeoutMs?: number;
}

/**
 * Options of {@linkcode PipeReader.slices} and {@linkcode SliceStream}.
 *
 * @example Slices of one size, but for the last
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader } from "@basic-pipes/basic-pipes";
 *
 * const reader = new PipeReader(new Blob(["Spam 0Spam 1"]).stream());
 * const sizes: number[] = [];
 * for await (const slice of reader.slices(5, { fill: true })) {
 *   sizes.push(slice.length);
 * }
 * assertEquals(sizes, [5, 5, 2]);
 * ```
 */
export interface SliceOptions extends WaitOptions {
  /**
   * Every slice has exactly the size asked for; only the last may be shorter.
   * Without it a slice is what has arrived, up to the size.
   *
   * @default {false}
   */
  fill?: boolean;
}
