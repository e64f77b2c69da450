import { PipeWriter } from "../../../src/write/writer.ts";
import { logFileFailure } from "./log_file_error.ts";
import { checkRotation, RotatingFile, type Rotation } from "./rotate.ts";

/** How many rotated files may be kept. */
const MAX_KEEP = 1000;

/** When {@linkcode LogFile} starts a new file. */
export interface LogFileOptions {
  /** The most bytes a file gets; without it the file is never rotated. */
  readonly maxBytes?: number | undefined;
  /** How many rotated files are kept, from 1 to 1000 (default 5). */
  readonly keep?: number | undefined;
}

/**
 * A log in a file, appended to, and rotated where a size is given.
 *
 * Rotation numbers the files as logrotate(8) does: FILE becomes FILE.1, FILE.1
 * becomes FILE.2, and FILE.keep is removed. It happens before the line that no
 * longer fits, so that no line is lost or split:
 *
 * - A line longer than `maxBytes` gets a file of its own, which is then larger
 *   than `maxBytes`. So does a line that one write begins and another ends
 *   (`raw` has such): it ends in the file where it has begun.
 * - What FILE holds at the start counts. If a run before was cut off within a
 *   line, that half stays as it is, and the next line follows it as with `>>`.
 * - A process that holds FILE open (`tail -f`) keeps reading the old file, now
 *   FILE.1; one that opens the name anew (`tail -F`) follows. Between the two
 *   there is no FILE for a moment. Two programs must not rotate one FILE.
 * - A new file has the mode of the one before, less the umask.
 * - The program may be killed at any moment: see `rotate`.
 *
 * Without rotation FILE may be anything that can be written to: a FIFO (opening
 * waits for its reader; the reader's leaving is a `BrokenPipeError`, as on
 * stdout), a device, a link to a file. What is written is with the system once
 * `flush` resolves, and not yet on the disk: fsync(2) is not called.
 *
 * Memory is bounded by that of {@linkcode PipeWriter}, 192 KiB beside the
 * caller's own buffers. Deno must be started with `--allow-write=FILE`, and for
 * rotation with `--allow-read` and `--allow-write` of its folder.
 */
export class LogFile implements AsyncDisposable {
  readonly #file: RotatingFile;
  readonly #writer: PipeWriter;
  #closing: Promise<void> | undefined;

  private constructor(path: string, file: RotatingFile) {
    this.#file = file;
    const stream = new WritableStream<Uint8Array>({
      async write(bytes) {
        try {
          await file.write(bytes);
        } catch (error) {
          throw logFileFailure(path, error);
        }
      },
    });
    this.#writer = new PipeWriter(stream);
  }

  /**
   * Opens FILE, or makes it.
   *
   * @throws {RangeError} If `maxBytes` or `keep` is out of range.
   * @throws {UsageError} If it is to be rotated and is no regular file.
   * @throws {LogFileError} If it cannot be written to, in one sentence.
   */
  static async open(
    path: string,
    { maxBytes, keep = 5 }: LogFileOptions = {},
  ): Promise<LogFile> {
    checkInteger("maxBytes", maxBytes ?? 1, Number.MAX_SAFE_INTEGER);
    checkInteger("keep", keep, MAX_KEEP);
    const rotation: Rotation = { maxBytes: maxBytes ?? Infinity, keep };
    try {
      if (maxBytes !== undefined) await checkRotation(path, keep);
      return new LogFile(path, await RotatingFile.open(path, rotation));
    } catch (error) {
      throw logFileFailure(path, error);
    }
  }

  /** Why nothing can be written any more; `undefined` until then. */
  get broken(): Error | undefined {
    return this.#writer.broken;
  }

  /**
   * Appends lines, as {@linkcode PipeWriter.write} does: in order, below 16 KiB
   * copied; resolves when there is room for more, and for 16 KiB and more when
   * the system has them.
   *
   * @throws {LogFileError} If the file cannot be written to.
   */
  write(bytes: Uint8Array | string): Promise<void> {
    return this.#writer.write(bytes);
  }

  /** Resolves when the system has all that was written. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Flushes and closes the file; rejects if a failure was not told yet. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes it, as {@linkcode close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#writer.close();
    } finally {
      this.#file.close();
    }
  }
}

function checkInteger(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw new RangeError(
    `Cannot write the log as ${name} must be an integer from 1 to ${max}: current value is ${value}`,
  );
}
