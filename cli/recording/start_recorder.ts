import { Recorder } from "../../src/recording/recorder.ts";
import type { Redaction } from "../../src/recording/redact.ts";
import { NameRedactor } from "../../src/recording/redact_names.ts";
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
