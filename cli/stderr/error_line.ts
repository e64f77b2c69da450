import { escapeText, shellWord } from "../../src/text_safety.ts";

/** The name in front of each sentence of the program. */
export const PROGRAM_NAME = "basic-pipes";

/** A sentence as a line for stderr; what it quotes cannot act on a terminal. */
export function errorLine(sentence: string): string {
  return `${PROGRAM_NAME}: ${escapeText(sentence)}\n`;
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

/** Why a file cannot be opened, read, written or renamed, in a few words. */
export function fileReason(
  path: string,
  error: unknown,
  access: "read" | "write" = "write",
): string {
  const { code, message } = error as { code?: string; message?: string };
  if (error instanceof Deno.errors.NotCapable) {
    // Deno asks for everything where a path leads into the system (/dev/full).
    const isAll = message?.includes("--allow-all") ?? false;
    const flag = isAll ? "--allow-all" : `--allow-${access}=${shellWord(path)}`;
    return `the program was started or installed without ${flag}`;
  }
  const known = REASONS[code ?? ""];
  if (known !== undefined) return known;
  const plain = String(message ?? error).replace(/(: (open|rename) '.*)$/s, "");
  return `the system said "${plain.replaceAll(/\p{Cc}+/gu, " ")}"`;
}
