import {
  checkAbortSignal,
  checkKeys,
  checkType,
  MAX_READ_BYTES,
  shown,
} from "../check.ts";
import { BrokenPipeError } from "../errors.ts";
import type { OnRead } from "../read/read_options.ts";
import type { PipeReader } from "../read/reader.ts";
import type { PipeWriter } from "./writer.ts";

const PURPOSE = "copy";
const OPTIONS = ["onRead", "preventClose", "preventCancel", "signal"];

/** Options of {@linkcode copy}. */
export interface CopyOptions {
  /**
   * Called with what each read gave and the time of the read, before it is
   * written. If it throws, the copy ends as if the read had failed.
   */
  onRead?: OnRead;
  /** Leaves the writer open at the end. @default {false} */
  preventClose?: boolean;
  /** Leaves the reader open when nobody reads any more. @default {false} */
  preventCancel?: boolean;
  /**
   * Ends the copy and leaves both sides open. What was read until then has been
   * given to the writer: the next read of the reader goes on behind it.
   */
  signal?: AbortSignal;
}

/** How far a {@linkcode copy} came. */
export interface CopyResult {
  /** Bytes that came from the reader. */
  readonly read: number;
  /** Bytes of them that the other side has accepted. */
  readonly passed: number;
}

/**
 * Passes on all that a reader gives, as it arrives, until its end.
 *
 * The end of the reader closes the writer. A writer whose reader has gone cancels
 * the reader, so that the source learns of it: a child that writes on gets
 * SIGPIPE. Bytes are passed on as they were read, without a copy. While one chunk
 * is being written the next is read: two chunks are in memory, and a slow reader
 * on the other side slows the source down.
 *
 * @param reader Where the bytes come from; what has arrived there goes first.
 * @param writer Where they go, after what was written there before.
 * @param options Who sees the bytes, and what stays open.
 * @returns How many bytes were read, and how many of them accepted: fewer when
 *   the writer's reader has gone. That is no failure.
 * @throws {TypeError} If an argument or option is unusable.
 * @throws The error of the reader, after the writer was closed; of the writer, if
 *   it is no `BrokenPipeError`, after the reader was cancelled; the reason of
 *   `signal`.
 *
 * @example A child's output goes on, and is counted
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { copy, PipeWriter, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("printf", ["Spam 0"]);
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * const sizes: number[] = [];
 * const result = await copy(child.stdout, new PipeWriter(writable), {
 *   onRead: (bytes) => sizes.push(bytes.length),
 * });
 * assertEquals(await text, "Spam 0");
 * assertEquals([result, sizes], [{ read: 6, passed: 6 }, [6]]);
 * ```
 */
export async function copy(
  reader: PipeReader,
  writer: Pick<PipeWriter, "writeNow" | "close" | "closed">,
  options: CopyOptions = {},
): Promise<CopyResult> {
  checkArguments(reader, writer, options);
  const { onRead, preventClose, preventCancel, signal } = options;
  signal?.throwIfAborted();
  // A read that a signal may end takes three times as long. Without one, it is
  // ended by cancelling the reader.
  const ending = signal || preventCancel ? new AbortController() : undefined;
  const abort = () => ending?.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  const limits = ending && { signal: ending.signal };
  let read = 0;
  let passed = 0;
  let writing: Promise<void> | undefined;
  let refusal: { error: unknown } | undefined;
  let isOver = false;
  const refuse = (error: unknown) => {
    // A writer that is left open may break long after this.
    if (isOver) return;
    refusal ??= { error };
    // A source that is silent would give no chunk whose write could fail.
    if (ending === undefined) cancel(error);
    else ending.abort(error);
  };
  let cancelled: Promise<void> | undefined;
  const cancel = (error: unknown) => {
    cancelled ??= reader.cancel(error).catch(() => {});
  };
  writer.closed.catch(refuse);
  try {
    // What is read after a refusal would be lost.
    while (refusal === undefined) {
      const chunk = reader.tryRead(MAX_READ_BYTES) ??
        await reader.read(MAX_READ_BYTES, limits);
      if (chunk === null) break;
      const { length } = chunk;
      read += length;
      onRead?.(chunk, performance.now());
      const before = writing;
      writing = writer.writeNow([chunk]).then(() => {
        passed += length;
      });
      writing.catch(refuse);
      // Two at most are in the writer: the next one is read meanwhile.
      if (before !== undefined) await settled(before, signal);
    }
    if (refusal !== undefined) throw (refusal as { error: unknown }).error;
    if (writing !== undefined) await settled(writing, signal);
    if (!preventClose) await settled(writer.close(), signal);
  } catch (error) {
    if (refusal === undefined && signal?.aborted) throw error;
    // A child that writes on learns that nobody reads.
    if (!preventCancel) cancel(error);
    await cancelled;
    if (refusal?.error instanceof BrokenPipeError) return { read, passed };
    if (refusal !== undefined) throw refusal.error;
    if (!preventClose) await settled(writer.close(), signal).catch(() => {});
    throw error;
  } finally {
    isOver = true;
    signal?.removeEventListener("abort", abort);
  }
  return { read, passed };
}

/** As the promise, or rejects as soon as the signal is aborted. */
function settled<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", abort)
    );
  });
}

function checkArguments(
  reader: unknown,
  writer: unknown,
  options: CopyOptions,
): void {
  if (!hasMethods(reader, ["tryRead", "read", "cancel"])) {
    throw new TypeError(
      "Cannot copy as what is read must be a PipeReader: " +
        `current value is ${shown(reader)}`,
    );
  }
  if (!hasMethods(writer, ["writeNow", "close"])) {
    throw new TypeError(
      "Cannot copy as what is written to must be a PipeWriter: " +
        `current value is ${shown(writer)}`,
    );
  }
  checkKeys(PURPOSE, options, OPTIONS);
  const { onRead, preventClose, preventCancel, signal } = options;
  checkType(PURPOSE, "onRead", onRead, "function");
  checkType(PURPOSE, "preventClose", preventClose, "boolean");
  checkType(PURPOSE, "preventCancel", preventCancel, "boolean");
  checkAbortSignal(PURPOSE, signal);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  const given = Object(value) as Record<string, unknown>;
  return names.every((name) => typeof given[name] === "function");
}
