import { rotate } from "./rotate.ts";

const NEWLINE = 10;

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
    const fitting = bytes.subarray(0, Math.max(room, 0)).lastIndexOf(NEWLINE) +
      1;
    if (fitting > 0) return fitting;
    // A line is never split: one that has begun here ends here, and one that
    // is longer than any file gets a file of its own.
    if (!this.#isWithinLine && this.#bytes > 0) return 0;
    return bytes.indexOf(NEWLINE) + 1 || bytes.length;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    // write(2) may take less than it is given, on a disk that is filling up.
    for (let rest = bytes; rest.length > 0;) {
      const written = await this.#file.write(rest);
      this.#bytes += written;
      rest = rest.subarray(written);
    }
    this.#isWithinLine = bytes.at(-1) !== NEWLINE;
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
