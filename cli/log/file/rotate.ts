import { LF } from "../../../src/bytes.ts";
import { UsageError } from "../../options/option.ts";

/** How often a new file is tried to be locked, and how long between. */
const LOCK_TRIES = 100;
const LOCK_RETRY_MS = 10;

/** When a file is rotated. */
export interface Rotation {
  /** The most bytes a file gets; `Infinity` for no rotation. */
  readonly maxBytes: number;
  /** How many rotated files are kept. */
  readonly keep: number;
}

/**
 * A file that is appended to. Before a line that does not fit it is renamed, and
 * a new one is made.
 *
 * Other people may write into the folder. So FILE is never opened through a link
 * that was put there: a new file is made with `O_EXCL`, and of a file that is
 * there already it is checked that the opened one is the one of that name.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #file: Deno.FsFile;
  #bytes = 0;
  #mode: number | null = null;
  #isWithinLine = false;
  /** No rotated file has a number from here on, as far as we know. */
  #free = 1;
  #isClosed = false;

  private constructor(path: string, rotation: Rotation, file: Deno.FsFile) {
    this.#path = path;
    this.#rotation = rotation;
    this.#file = file;
  }

  /** Opens the file, or makes it. A FIFO is waited for until it has a reader. */
  static async open(path: string, rotation: Rotation): Promise<RotatingFile> {
    if (rotation.maxBytes === Infinity) {
      const file = await Deno.open(path, { append: true, create: true });
      return new RotatingFile(path, rotation, file);
    }
    const opened = await openRegular(path);
    const rotating = new RotatingFile(path, rotation, opened);
    // Size and mode cost the permission to read.
    const { size, mode } = await opened.stat();
    rotating.#bytes = size;
    rotating.#mode = mode === null ? null : mode & 0o777;
    return rotating;
  }

  /**
   * Locks the file; `false` if another program has a lock that forbids it. The
   * lock lasts until the file is closed or the program has ended.
   *
   * A program that rotates must be alone: another one that appends would go on in
   * the renamed file, and its lines would be removed with that. Programs that only
   * append share the file.
   */
  async lock(): Promise<boolean> {
    const rotates = this.#rotation.maxBytes !== Infinity;
    if (!await tryLock(this.#file, rotates)) return false;
    if (!rotates) return true;
    // In the middle of a rotation, the other program has the lock of FILE.1.
    try {
      const before = await Deno.open(rotatedName(this.#path, 1));
      try {
        return await tryLock(before);
      } finally {
        release(before);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return true;
      throw error;
    }
  }

  /** Appends `bytes`, cut after newlines where a file is full. */
  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const end = this.#fitting(rest);
      if (end === 0) await this.#rotate();
      else await this.#append(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  }

  /** Closes the file; nothing can be written after. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    release(this.#file);
  }

  /** How many of `bytes` belong into this file; 0 if none does. */
  #fitting(bytes: Uint8Array): number {
    const room = this.#rotation.maxBytes - this.#bytes;
    if (bytes.length <= room) return bytes.length;
    const fitting = bytes.subarray(0, Math.max(room, 0)).lastIndexOf(LF) + 1;
    if (fitting > 0) return fitting;
    // A line is never split. One that has begun here ends here, and one that is
    // longer than any file gets a file of its own.
    if (!this.#isWithinLine && this.#bytes > 0) return 0;
    return bytes.indexOf(LF) + 1 || bytes.length;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    // write(2) may take less than it is given, on a disk that is filling up.
    for (let rest = bytes; rest.length > 0;) {
      const written = await this.#file.write(rest);
      this.#bytes += written;
      rest = rest.subarray(written);
    }
    this.#isWithinLine = bytes.at(-1) !== LF;
  }

  async #rotate(): Promise<void> {
    const { keep } = this.#rotation;
    let file: Deno.FsFile | undefined;
    while (file === undefined) {
      this.#free = await rotate(this.#path, keep, this.#free);
      file = await makeNew(this.#path, this.#mode);
    }
    // The lock of the file before is given up only when this one is locked:
    // in between, another program would take the log for nobody's.
    // One that starts now gives the lock back at once.
    for (let n = 0; n < LOCK_TRIES && !await tryLock(file); n++) {
      await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
    }
    release(this.#file);
    this.#file = file;
    this.#bytes = 0;
  }
}

/** The name of the file that was rotated `n` times: FILE.1 is the latest. */
export function rotatedName(path: string, n: number): string {
  return `${path}.${n}`;
}

/**
 * Makes room for a new file at `path`: FILE becomes FILE.1, FILE.1 becomes
 * FILE.2, up to FILE.keep, which is replaced.
 *
 * The names move from the oldest to the latest, each by one rename(2): after a
 * crash at any moment every file still has a name of its own, in the right
 * order, with one number missing at most. The first rotation after it fills that
 * number and moves none above it, so that nothing is removed for it.
 *
 * @param free The first number that may be free: with a thousand of them, to
 * look at each takes longer than to write the file.
 * @returns `free` for the next rotation.
 */
export async function rotate(
  path: string,
  keep: number,
  free = 1,
): Promise<number> {
  while (free < keep && await lstat(rotatedName(path, free)) !== null) free++;
  for (let n = free; n > 1; n--) {
    await move(rotatedName(path, n - 1), rotatedName(path, n));
  }
  await move(path, rotatedName(path, 1));
  return Math.min(free + 1, keep);
}

/** What is at `path`, a link itself and not its target; `null` for nothing. */
export async function lstat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** To rename a link, a FIFO or a device would take away what others use. */
export function notRegular(path: string): UsageError {
  return new UsageError(
    `Cannot rotate the log as only a regular file can be: current value is ${
      JSON.stringify(path)
    }`,
  );
}

/**
 * Makes the new file of a rotation, with the mode of the one before: a private
 * log stays private. `undefined` if somebody else has made a file there since
 * the rename, which has to be rotated as well.
 */
async function makeNew(
  path: string,
  mode: number | null,
): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, {
      append: true,
      createNew: true,
      ...(mode === null ? {} : { mode }),
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const found = await lstat(path);
    if (found !== null && !found.isFile) throw notRegular(path);
    return undefined;
  }
}

/** Opens the file at `path`, or makes one; never through a link. */
async function openRegular(path: string): Promise<Deno.FsFile> {
  while (true) {
    const made = await makeNew(path, null);
    if (made !== undefined) return made;
    try {
      const file = await Deno.open(path, { append: true });
      const [found, opened] = [await lstat(path), await file.stat()];
      // Windows has no such numbers.
      const isSame = found?.ino === opened.ino && found?.dev === opened.dev;
      if (found?.isFile && isSame) return file;
      file.close();
    } catch (error) {
      // It was removed since; look again.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Whether no lock of another program forbids ours, which lasts from now on. */
async function tryLock(file: Deno.FsFile, isAlone = true): Promise<boolean> {
  // A lock of Windows keeps others from reading the file.
  if (Deno.build.os === "windows") return true;
  try {
    return await file.tryLock(isAlone);
  } catch {
    // Some file systems have no locks. The log does not depend on one.
    return true;
  }
}

/**
 * Gives the lock up, and closes the file. The lock is of the open file (flock(2)):
 * closed alone, it would stay while a process that is just being started has the
 * file as well, until that runs its own program.
 */
function release(file: Deno.FsFile): void {
  try {
    if (Deno.build.os !== "windows") file.unlockSync();
  } catch {
    // There are no locks: see above.
  }
  file.close();
}

async function move(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    // Somebody else has removed it meanwhile, as a person may do with a log.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
