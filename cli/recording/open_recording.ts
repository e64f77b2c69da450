import type { Source } from "../../src/read/source.ts";
import { RecordingError } from "../../src/recording/line.ts";
import { Recording } from "../../src/recording/recording.ts";
import { quote } from "../../src/text_safety.ts";
import { fileReason } from "../stderr/error_line.ts";

/** What one read of a file asks for. */
const READ_BYTES = 262_144;

/** The operand that stands for stdin. */
export const STDIN = "-";

/** The file of a recording cannot be read: status 125. */
export class RecordingFileError extends Error {
  /** The class's name, as in `error.name`. */
  override name = "RecordingFileError";
}

/**
 * Opens the recording that an operand names, `-` for stdin, and reads its
 * header. Dispose it where its events are not read to their end.
 *
 * @throws {RecordingFileError} With one sentence, which names the file.
 */
export async function openRecording(path: string): Promise<Recording> {
  const from = path === STDIN
    ? Deno.stdin.readable
    : new FileSource(path, await openFile(path));
  try {
    return await Recording.read(from);
  } catch (error) {
    throw namedFailure(path, error);
  }
}

/** The same failure, with the name of the file if it is no recording. */
export function namedFailure(path: string, error: unknown): unknown {
  if (!(error instanceof RecordingError)) return error;
  const name = path === STDIN ? "stdin" : `"${quote(path)}"`;
  return new RecordingFileError(
    error.message.replace("a recording", () => `the recording ${name}`),
    { cause: error },
  );
}

/** Opens a file to read, which is no folder. */
export async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    checkPermission(path);
    const file = await Deno.open(path);
    // A folder can be opened: reading it is what fails.
    if (!(await file.stat()).isDirectory) return file;
    file.close();
    throw new RecordingFileError(
      sentence(path, "it must be a file and this is a folder"),
    );
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** On a terminal, Deno would ask, and stop everything until it is answered. */
function checkPermission(path: string): void {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") throw new Deno.errors.NotCapable();
}

/** The same failure in one sentence. */
export function readFailure(path: string, error: unknown): Error {
  if (error instanceof RecordingFileError) return error;
  const isMissing = error instanceof Deno.errors.NotFound;
  const reason = isMissing
    ? "it is not there"
    : fileReason(path, error, "read");
  return new RecordingFileError(sentence(path, reason), { cause: error });
}

function sentence(path: string, reason: string): string {
  return `Cannot read the recording "${quote(path)}" as ${reason}`;
}

/** A file as what is read, up to its end. */
class FileSource implements Source {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #isClosed = false;

  /** The file is closed by {@linkcode FileSource.cancel}. */
  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isClosed) return null;
    const bytes = new Uint8Array(READ_BYTES);
    try {
      const size = await this.#file.read(bytes);
      return size === null ? null : bytes.subarray(0, size);
    } catch (error) {
      throw readFailure(this.#path, error);
    }
  }

  cancel(): Promise<void> {
    if (!this.#isClosed) this.#file.close();
    this.#isClosed = true;
    return Promise.resolve();
  }
}
