import { LF } from "../../../src/bytes.ts";
import { shellWord } from "../../../src/shell_word.ts";
import { UsageError } from "../../options/option.ts";
import { LogFileError, sentence } from "./log_file_error.ts";

/** When a file is rotated. */
export interface Rotation {
  /** The most bytes a file gets; `Infinity` for no rotation. */
  readonly maxBytes: number;
  /** How many rotated files are kept. */
  readonly keep: number;
}

/** A file that is appended to, and makes room for a new one when it is full. */
export class RotatingFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #file: Deno.FsFile;
  #bytes: number;
  #mode: number | null;
  #isWithinLine = false;

  private constructor(
    path: string,
    rotation: Rotation,
    { file, bytes, mode }: Opened,
  ) {
    this.#path = path;
    this.#rotation = rotation;
    this.#file = file;
    this.#bytes = bytes;
    this.#mode = mode;
  }

  /** Opens the file, or makes it. A FIFO is waited for until it has a reader. */
  static async open(path: string, rotation: Rotation): Promise<RotatingFile> {
    const isCounted = rotation.maxBytes !== Infinity;
    return new RotatingFile(path, rotation, await open(path, null, isCounted));
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
    this.#file.close();
  }

  /** How many of `bytes` belong into this file; 0 if none does. */
  #fitting(bytes: Uint8Array): number {
    const room = this.#rotation.maxBytes - this.#bytes;
    if (bytes.length <= room) return bytes.length;
    const fitting = bytes.subarray(0, Math.max(room, 0)).lastIndexOf(LF) +
      1;
    if (fitting > 0) return fitting;
    // A line is never split: one that has begun here ends here, and one that
    // is longer than any file gets a file of its own.
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
    await rotate(this.#path, this.#rotation.keep);
    // With the mode of the one before: a private log stays private.
    const opened = await open(this.#path, this.#mode, true);
    this.#file.close();
    this.#file = opened.file;
    this.#bytes = opened.bytes;
  }
}

interface Opened {
  file: Deno.FsFile;
  bytes: number;
  mode: number | null;
}

/** Opens for appending; size and mode cost the permission to read. */
async function open(
  path: string,
  mode: number | null,
  isCounted: boolean,
): Promise<Opened> {
  const file = await Deno.open(path, {
    write: true,
    create: true,
    append: true,
    ...(mode === null ? {} : { mode }),
  });
  if (!isCounted) return { file, bytes: 0, mode: null };
  const found = await file.stat();
  return {
    file,
    bytes: found.size,
    mode: found.mode === null ? null : found.mode & 0o777,
  };
}

/** The name of the file that was rotated `n` times: FILE.1 is the youngest. */
export function rotatedName(path: string, n: number): string {
  return `${path}.${n}`;
}

/**
 * Makes room for a new file at `path`: FILE becomes FILE.1, FILE.1 becomes
 * FILE.2, up to FILE.keep, which is replaced.
 *
 * The names move from the oldest to the youngest, each by one rename(2): after
 * a crash at any moment every file still has a name of its own, in the right
 * order, with one number missing at most. The next rotation fills that number
 * and moves none beyond it, so that nothing is removed for it.
 */
export async function rotate(path: string, keep: number): Promise<void> {
  let free = 1;
  while (free < keep && await exists(rotatedName(path, free))) free++;
  for (let n = free; n > 1; n--) {
    await move(rotatedName(path, n - 1), rotatedName(path, n));
  }
  await move(path, rotatedName(path, 1));
}

/**
 * Refuses what cannot be rotated, before anything is opened: what is there and
 * is no regular file, and names that Deno may not rename. On a terminal, Deno
 * asks the person for the folder first.
 */
export async function checkRotation(path: string, keep: number): Promise<void> {
  const names = [path];
  for (let n = 1; n <= keep; n++) names.push(rotatedName(path, n));
  await checkPermission(path, names);
  for (const name of names) {
    const found = await lstat(name);
    if (found === null || found.isFile) continue;
    // Renaming a link, a FIFO or a device would take away what others use.
    throw new UsageError(
      `Cannot rotate the log as only a regular file can be: current value is ${
        JSON.stringify(name)
      }`,
    );
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
        `its rotation renames files and Deno was started without ${
          flags.join(" ")
        }`,
      ),
    );
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  if (end === -1) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path) !== null;
}

async function lstat(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    // Somebody else has removed it meanwhile, as a person may do with a log.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
