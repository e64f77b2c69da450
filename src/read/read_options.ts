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

/**
 * One wait of a reader: how long, and who may end it. A wait that is ended
 * takes nothing: the next read begins with the same byte.
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
   * Ends the wait: the read rejects with the signal's reason; at once if it is
   * aborted already.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds (0 to 2147483647) until the read rejects with a
   * `DOMException` named `TimeoutError`; 0 polls once. Default: no limit.
   * Where a loop reads, each of its steps has this long.
   */
  timeoutMs?: number;
}

/** Options of {@linkcode PipeReader.readUntil}. */
export interface ReadUntilOptions extends WaitOptions {
  /**
   * The most bytes before the delimiter (1 to 2147483647). Default: 1048576
   * (1 MiB).
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
   * The most bytes of a line, its ending not counted (1 to 2147483647).
   * Default: 1048576 (1 MiB).
   */
  maxBytes?: number;
  /** Invalid UTF-8 is a `TypeError` instead of U+FFFD. Default: `false`. */
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
 * const read = () => child.stdout.readFrame(framing, { idleTimeoutMs: 10 });
 * await assertRejects(read, DOMException, "idleTimeoutMs has passed");
 * await child.stdin.write("am");
 * assertEquals((await child.stdout.readFrame(framing))?.length, 4);
 * ```
 */
export interface ReadFrameOptions extends WaitOptions {
  /**
   * Milliseconds (0 to 2147483647) that each wait inside a frame that has begun
   * may last: a sender that stops halfway is noticed, one that is silent between
   * frames is not. The read then rejects with a `DOMException` named
   * `TimeoutError`. Default: no limit.
   */
  idleTimeoutMs?: number;
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
   * Default: `false`, a slice is what has arrived, up to the size.
   */
  fill?: boolean;
}
