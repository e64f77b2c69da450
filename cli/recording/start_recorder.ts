import { Recorder } from "../../src/recording/recorder.ts";
import type { Redaction } from "../../src/recording/redact.ts";
import { VERSION } from "../main/program.ts";
import { PROGRAM_NAME } from "../stderr/error_line.ts";
import {
  createRecord,
  type RecordFile,
  recordName,
  RecordSink,
} from "./record_file.ts";

/** What is recorded, and how. */
export interface RecordSettings {
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

/** Creates the file that `--record` names; `%t` and `%p` are put in. */
export function openRecord(pattern: string): Promise<RecordFile> {
  return createRecord(recordName(pattern, new Date(), Deno.pid));
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
    command: withoutSecrets(command, settings.redact?.patterns ?? []),
    program: `${PROGRAM_NAME} ${VERSION}`,
    maxBytes: maxBytes ?? undefined,
    // What could not be opened is said by whoever opened it.
    onTrouble: (sentence) => isOpen && say(sentence),
  });
}

/** The words of a command, which may hold a key, as the recording has them. */
function withoutSecrets(
  command: readonly string[],
  patterns: readonly RegExp[],
): string[] {
  return command.map((word) =>
    patterns.reduce((rest, pattern) => {
      const every = new RegExp(
        pattern,
        pattern.flags.replace(/[gy]/g, "") + "g",
      );
      return rest.replace(every, (found) => "*".repeat(found.length));
    }, word)
  );
}
