import { LogFileError, sentence } from "./log_file_error.ts";
import { shellWord } from "../../../src/shell_word.ts";
import { UsageError } from "../../options/option.ts";

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
