import { checkInteger } from "../../../src/check.ts";
import type { Sink } from "../../../src/write/sink.ts";
import { PipeWriter } from "../../../src/write/writer.ts";
import { shellWord } from "../../../src/text_safety.ts";
import { UsageError } from "../../options/option.ts";
import { fileReason } from "../../stderr/error_line.ts";
import {
  lstat,
  notRegular,
  rotatedName,
  RotatingFile,
  type Rotation,
} from "./rotate.ts";

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
 *   there is no FILE for a moment.
 * - A second program that writes to the same FILE is refused, by an advisory
 *   lock. Programs that do not rotate share a FILE.
 * - A new file has the mode of the one before, less the umask.
 * - The program may be killed at any moment: see `rotate`.
 *
 * Without rotation FILE may be anything that can be written to: a FIFO (opening
 * waits for its reader; the reader's leaving is a `BrokenPipeError`, as on
 * stdout), a device, a link to a file. What is written is with the system once
 * `flush` resolves, and not yet on the disk: fsync(2) is not called.
 *
 * Deno must be started with `--allow-write=FILE`, and for
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
    if (!await file.lock()) {
      file.close();
      const other = maxBytes === undefined ? "rotates" : "writes to";
      throw new LogFileError(
        sentence(path, `another program ${other} the file: choose another one`),
      );
    }
    return new PipeWriter(new FileSink(path, file));
  } catch (error) {
    if (await isDeadLink(path, error)) {
      throw new LogFileError(
        sentence(path, "it is a link to a file that does not exist"),
        { cause: error },
      );
    }
    throw logFileFailure(path, error);
  }
}

/**
 * Whether `error` says ENOENT not for a folder, but for a link to nothing: Deno
 * makes no file through one unless it was started with `--allow-all`. What the
 * link leads to may be unreadable, but `O_EXCL` finds the link itself.
 */
async function isDeadLink(path: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Deno.errors.NotFound)) return false;
  try {
    using _ = await Deno.open(path, { write: true, createNew: true });
    await Deno.remove(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.AlreadyExists;
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
      throw logFileFailure(this.#path, error);
    }
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}

/**
 * Refuses what cannot be rotated, before anything is opened: what is there and
 * is no regular file, and names that Deno may not rename. On a terminal, Deno
 * asks the person for the folder first.
 */
async function checkRotation(path: string, keep: number): Promise<void> {
  const names = [path];
  for (let n = 1; n <= keep; n++) names.push(rotatedName(path, n));
  await checkPermission(path, names);
  for (const name of names) {
    const found = await lstat(name);
    if (found === null || found.isFile) continue;
    throw notRegular(name);
  }
}

async function checkPermission(
  path: string,
  names: readonly string[],
): Promise<void> {
  const folder = folderOf(path);
  for (const kind of ["read", "write"] as const) {
    const isGranted = (name: string) =>
      Deno.permissions.querySync({ name: kind, path: name }).state ===
        "granted";
    if (names.every(isGranted)) continue;
    const asked = await Deno.permissions.request({ name: kind, path: folder });
    if (asked.state === "granted") continue;
    const flags = ["read", "write"].map((each) =>
      `--allow-${each}=${shellWord(folder)}`
    );
    throw new LogFileError(
      sentence(
        path,
        `its rotation renames files and the program was started or installed without ${
          flags.join(" ")
        }`,
      ),
    );
  }
}

/** A root, as `/` and `C:\`, keeps its separator. */
function folderOf(path: string): string {
  const name = Deno.build.os === "windows" ? /[^/\\]*$/ : /[^/]*$/;
  const folder = path.replace(name, "");
  if (folder === "") return ".";
  return /^([a-z]:)?.$/i.test(folder) ? folder : folder.slice(0, -1);
}

/** The log can't be written to its file: one line on stderr, status 125. */
export class LogFileError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "LogFileError";
}

/**
 * What went wrong with `path`, in one sentence.
 *
 * A reader of a FIFO who has gone stays what it is, since that is no failure.
 */
function logFileFailure(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.BrokenPipe) return error;
  if (error instanceof LogFileError || error instanceof UsageError) {
    return error;
  }
  return new LogFileError(sentence(path, fileReason(path, error)), {
    cause: error,
  });
}

/** The one shape of what is said about the log's file. */
export function sentence(path: string, reason: string): string {
  return `Cannot write the log as ${reason}: current value is ${
    JSON.stringify(path)
  }`;
}
