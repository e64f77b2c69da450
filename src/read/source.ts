import { shown } from "../check.ts";

/**
 * Where a {@linkcode PipeReader} gets its bytes from directly, with no Web
 * Stream in between.
 *
 * @example A file, read 16 bytes at a time
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { PipeReader, type Source } from "@basic-pipes/basic-pipes";
 *
 * const file = await Deno.open("deno.json");
 * const source: Source = {
 *   async read() {
 *     const bytes = new Uint8Array(16); // a new buffer each time
 *     const size = await file.read(bytes);
 *     return size === null ? null : bytes.subarray(0, size);
 *   },
 *   async cancel() {
 *     file.close();
 *   },
 * };
 *
 * await using reader = new PipeReader(source);
 * assertEquals(await reader.readLine(), "{");
 * ```
 */
export interface Source {
  /**
   * Waits for the next bytes. The reader calls it again only after the last
   * call has settled.
   *
   * @returns The bytes, which belong to the reader from then on: the source
   * must not write to their memory again. `null` at the end.
   */
  read(): Promise<Uint8Array | null>;
  /**
   * No more will be read. A `read` that is pending resolves to `null`.
   *
   * @param reason Why, for the writing side.
   */
  cancel(reason?: unknown): Promise<void>;
  /**
   * A timeout or an abort has ended the wait for the `read` that is pending: from
   * now on it should not keep the program running. Leave it out, as well as
   * {@linkcode Source.ref}, where a read does not do that, or cannot be changed.
   */
  unref?(): void;
  /** A caller waits again for the `read` that is pending. */
  ref?(): void;
}

/** The source of what a reader was given. */
export function sourceOf(from: ReadableStream<Uint8Array> | Source): Source {
  const given = Object(from);
  if (typeof given.getReader === "function") return streamSource(given);
  if (typeof given.read === "function" && typeof given.cancel === "function") {
    return given;
  }
  throw new TypeError(
    "Cannot read as what is read must be a ReadableStream or a Source: " +
      `current value is ${shown(from)}`,
  );
}

function streamSource(stream: ReadableStream<Uint8Array>): Source {
  const reader = stream.getReader();
  return {
    read: () => reader.read().then(({ value, done }) => done ? null : value),
    async cancel(reason) {
      try {
        await reader.cancel(reason);
      } catch (error) {
        // A stream that had failed before has nothing to be cancelled.
        const hasFailed = await reader.closed.then(() => false, () => true);
        if (!hasFailed) throw error;
      }
    },
  };
}
