import { checkInteger } from "../../../src/check.ts";
import type { Sink } from "../../../src/write/sink.ts";
import { PipeWriter } from "../../../src/write/writer.ts";
import { logFileFailure } from "./log_file_error.ts";
import { checkRotation, RotatingFile, type Rotation } from "./rotate.ts";

/** How many rotated files may be kept. */
const MAX_KEEP = 1000;

/** When {@linkcode openLogFile} starts a new file. */
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
export async function openLogFile(
  path: string,
  { maxBytes, keep = 5 }: LogFileOptions = {},
): Promise<PipeWriter> {
  const doing = "write the log";
  checkInteger(doing, "maxBytes", maxBytes ?? 1, 1, Number.MAX_SAFE_INTEGER);
  checkInteger(doing, "keep", keep, 1, MAX_KEEP);
  const rotation: Rotation = { maxBytes: maxBytes ?? Infinity, keep };
  try {
    if (maxBytes !== undefined) await checkRotation(path, keep);
    const file = await RotatingFile.open(path, rotation);
    return new PipeWriter(new FileSink(path, file));
  } catch (error) {
    throw logFileFailure(path, error);
  }
}

/** A file as the sink of a writer. */
class FileSink implements Sink {
  readonly givesBack = true;
  readonly #path: string;
  readonly #file: RotatingFile;

  constructor(path: string, file: RotatingFile) {
    this.#path = path;
    this.#file = file;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    try {
      for (const piece of pieces) await this.#file.write(piece);
    } catch (error) {
      // The writer is broken from now on, and does not close a broken sink.
      this.#file.close();
      throw logFileFailure(this.#path, error);
    }
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}
