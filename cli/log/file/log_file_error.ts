import { shellWord } from "../../../src/shell_word.ts";
import { UsageError } from "../../options/option.ts";

/** The log can't be written to its file: one line on stderr, status 125. */
export class LogFileError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "LogFileError";
}

/** What the codes of open(2), write(2) and rename(2) mean to a person. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EISDIR: "it must be a file and this is a folder",
  ENOTDIR: "a part of its path is a file and no folder",
  EACCES: "the file system does not permit it",
  EPERM: "the file system does not permit it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file has reached the largest size allowed",
  ENAMETOOLONG: "its name is too long",
  ENXIO: "nothing listens there",
  ETXTBSY: "it is a program that runs",
};

/**
 * What went wrong with `path`, in one sentence.
 *
 * A reader of a FIFO who has gone stays what it is, since that is no failure.
 */
export function logFileFailure(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.BrokenPipe) return error;
  if (error instanceof LogFileError || error instanceof UsageError) {
    return error;
  }
  return new LogFileError(sentence(path, reason(path, error)), {
    cause: error,
  });
}

/** The one shape of what is said about the log's file. */
export function sentence(path: string, reason: string): string {
  return `Cannot write the log as ${reason}: current value is ${
    JSON.stringify(path)
  }`;
}

function reason(path: string, error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (error instanceof Deno.errors.NotCapable) {
    // Deno asks for everything where a path leads into the system (/dev/full).
    const isAll = message?.includes("--allow-all") ?? false;
    const flag = isAll ? "--allow-all" : `--allow-write=${shellWord(path)}`;
    return `Deno was started without ${flag}`;
  }
  const known = REASONS[code ?? ""];
  if (known !== undefined) return known;
  const plain = String(message ?? error).replace(/(: (open|rename) '.*)$/s, "");
  return `the system said "${plain.replaceAll(/\p{Cc}+/gu, " ")}"`;
}
