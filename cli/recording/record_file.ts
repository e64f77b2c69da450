import type { Sink } from "../../src/write/sink.ts";
import { fileReason, PROGRAM_NAME } from "../stderr/error_line.ts";
import { Recorder } from "../../src/recording/recorder.ts";
import type { Redaction } from "../../src/recording/redact.ts";
import { NameRedactor } from "../../src/recording/redact_names.ts";
import { VERSION } from "../main/program.ts";

/** How many numbers are tried for a name that is taken. */
const MAX_NUMBER = 9999;

/** A recording's file cannot be created or written: status 125 where it ends us. */
class RecordFileError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "RecordFileError";
}

/** The file of a recording, open, and its name. */
export interface RecordFile {
  readonly file: Deno.FsFile;
  /** Its name. */
  readonly path: string;
  /** The name that was asked for, which may have been taken. */
  readonly asked: string;
  /** Whether it was created here; a pipe or a device was there before. */
  readonly isNew: boolean;
  /** Whether anything was written to it. */
  isUsed: boolean;
}

/**
 * The name of a recording: `%t` is the time of the start in UTC, `%p` the
 * process id. The time has no colon, which Windows does not take in a name.
 */
function recordName(
  pattern: string,
  startedAt: Date,
  pid: number,
): string {
  const time = startedAt.toISOString().replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  return pattern.replaceAll("%t", time).replaceAll("%p", String(pid));
}

/** The name with a number in front of its extension, as `s-2.jsonl`. */
function numbered(path: string, number: number): string {
  if (number === 1) return path;
  const [, start = path, extension = ""] =
    /^(.*[^/\\])(\.[^./\\]*)$/s.exec(path) ?? [];
  return `${start}-${number}${extension}`;
}

/**
 * Creates the file that `--record` names for its owner alone, with `%t` and `%p`
 * put in, and never writes over one: where the name is taken, the next free
 * number goes into it. The system decides who has created a file, so that two
 * programs never share one. What is no file (a pipe with a name, a device) has
 * nothing to be written over.
 *
 * @throws {RecordFileError} With one sentence.
 */
export async function openRecord(pattern: string): Promise<RecordFile> {
  const path = recordName(pattern, new Date(), Deno.pid);
  try {
    checkPermission(path);
    for (let number = 1; number <= MAX_NUMBER; number++) {
      const name = numbered(path, number);
      const created = await create(name);
      const file = created ?? (number === 1 ? await openSpecial(name) : null);
      if (file === null) continue;
      const isNew = created !== null;
      return { file, path: name, asked: path, isNew, isUsed: false };
    }
  } catch (error) {
    throw recordFailure(path, error);
  }
  throw new RecordFileError(
    sentence(path, `its name is taken, up to number ${MAX_NUMBER}`),
  );
}

/** On a terminal, Deno would ask, and stop everything until it is answered. */
function checkPermission(path: string): void {
  const { state } = Deno.permissions.querySync({ name: "write", path });
  if (state === "granted") return;
  throw recordFailure(path, new Deno.errors.NotCapable());
}

/** `null` where something has that name. */
async function create(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path, { createNew: true, write: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  }
}

/** What has that name, where it is neither a file nor a folder; else `null`. */
async function openSpecial(path: string): Promise<Deno.FsFile | null> {
  let file;
  try {
    file = await Deno.open(path, { write: true });
    if (await isSpecial(file)) return file;
  } catch {
    // Not ours to write: the next name.
  }
  file?.close();
  return null;
}

/** Whether an open file is a pipe or a device. */
async function isSpecial(file: Deno.FsFile): Promise<boolean> {
  try {
    return !(await file.stat()).isFile;
  } catch {
    // It needs --allow-read. Of those that are no files, a pipe has no position.
    return await file.seek(0, Deno.SeekMode.Current).then(
      () => false,
      () => true,
    );
  }
}

/** Takes a file away that nothing was recorded into: nothing was started. */
export async function dropUnused(
  { file, path, isNew, isUsed }: RecordFile,
): Promise<void> {
  if (isUsed) return;
  file.close();
  if (isNew) await Deno.remove(path).catch(() => {});
}

/** A file that may still be opening, as what a recording is written to. */
class RecordSink implements Sink {
  readonly givesBack = true;
  readonly #opening: Promise<RecordFile>;

  /** Writes wait until the file is open. */
  constructor(opening: Promise<RecordFile>) {
    this.#opening = opening;
    opening.catch(() => {}); // Each write says so.
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    const opened = await this.#opening;
    const { file, path } = opened;
    opened.isUsed = true;
    try {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) {
          at += await file.write(piece.subarray(at));
        }
      }
    } catch (error) {
      throw recordFailure(path, error);
    }
  }

  async close(): Promise<void> {
    (await this.#opening).file.close();
  }
}

function recordFailure(path: string, error: unknown): RecordFileError {
  if (error instanceof RecordFileError) return error;
  const reason = error instanceof Deno.errors.BrokenPipe
    ? "its reader has left"
    : fileReason(path, error);
  return new RecordFileError(sentence(path, reason), { cause: error });
}

function sentence(path: string, reason: string): string {
  return `Cannot record as ${reason}: current value is ${JSON.stringify(path)}`;
}

/** What is recorded, and how. */
interface RecordSettings {
  readonly command: readonly string[];
  /** When the command was started, by `performance.now()`. */
  readonly startMs: number;
  /** Where one message ends: a word of `--frame`. */
  readonly frame: string;
  /** What is left out of the recording. */
  readonly redact?: Redaction;
  /** The most bytes of the file; `null` for no limit. */
  readonly maxBytes?: number | null;
  /** Says a sentence to the person. */
  readonly say: (sentence: string) => void;
}

/** What is said where the name that was asked for is taken. */
export function takenName({ path, asked }: RecordFile): string | null {
  if (path === asked) return null;
  return `recording into ${JSON.stringify(path)}, as ${
    JSON.stringify(asked)
  } is taken`;
}

/** Begins to record into a file, which may still be opening. */
export function startRecorder(
  opening: Promise<RecordFile>,
  { command, maxBytes, say, ...settings }: RecordSettings,
): Recorder {
  let isOpen = true;
  opening.catch(() => {
    isOpen = false;
  });
  return new Recorder(new RecordSink(opening), {
    ...settings,
    command: command.map((word) => withoutSecrets(word, settings.redact)),
    program: `${PROGRAM_NAME} ${VERSION}`,
    maxBytes: maxBytes ?? undefined,
    // What could not be opened is said by whoever opened it.
    onTrouble: (sentence) => isOpen && say(sentence),
  });
}

/** A word of a command, which may hold a key, as the recording has it. */
function withoutSecrets(
  word: string,
  { names = [], patterns = [] }: Redaction = {},
): string {
  const bytes = new TextEncoder().encode(word);
  if (names.length > 0) new NameRedactor(names).redact(bytes);
  return patterns.reduce((rest, pattern) => {
    const flags = pattern.flags.replace(/[gy]/g, "") + "g";
    const every = new RegExp(pattern, flags);
    return rest.replace(every, (found) => "*".repeat(found.length));
  }, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}
