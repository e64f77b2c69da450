import { holdSignals } from "../../src/process/signals.ts";
import { Recording } from "../../src/recording/recording.ts";
import type { Source } from "../../src/read/source.ts";
import { quote } from "../../src/text_safety.ts";
import {
  namedFailure,
  openFile,
  readFailure,
  RecordingFileError,
} from "../recording/open_recording.ts";
import { talk } from "../stderr/talk.ts";
import { type View, viewOf } from "./show.ts";
import { ShowLines } from "./show_lines.ts";
import type { ShowSettings } from "./show_program.ts";

/**
 * Shows a recording while it grows, until its last line or a signal; resolves to
 * the exit status. Lines that are shown so far are complete, and pending requests
 * are told, also after Ctrl-C.
 */
export async function followRecording(
  path: string,
  settings: ShowSettings,
): Promise<number> {
  const stop = new AbortController();
  let received: Deno.Signal | undefined;
  const release = holdSignals((signal) => {
    received ??= signal;
    stop.abort();
  });
  let view: View | undefined;
  let pause: Promise<void> = Promise.resolve();
  const file = new FollowedFile(path, {
    signal: stop.signal,
    onIdle: () => {
      pause = view?.pause() ?? pause;
      pause.catch(() => {}); // The lines say so themselves.
    },
    onMissing: () => talk(`waiting for the recording "${quote(path)}"`),
  });
  try {
    const recording = await beginning(file, stop.signal);
    if (recording !== null) {
      const { header } = recording;
      const lines = await ShowLines.open(settings, header.startedAt);
      view = viewOf(settings, header, lines);
      await lines.send();
      const all = follow(recording, view);
      await Promise.race([all, lines.failure]);
      await pause;
      await view.end();
      await lines.close();
    }
  } catch (error) {
    throw namedFailure(path, error);
  } finally {
    await file.cancel();
    release();
  }
  if (received === undefined) return 0;
  const { endAs } = await import("../../src/process/end_as.ts");
  return await endAs(received);
}

/** The recording once its header is there; `null` if a signal came first. */
async function beginning(
  file: FollowedFile,
  signal: AbortSignal,
): Promise<Recording | null> {
  try {
    return await Recording.read(file);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** The status is the last line. */
async function follow(recording: Recording, view: View): Promise<void> {
  for await (const event of recording) {
    await view.event(event);
    if (event.kind === "status") return;
  }
}

const READ_BYTES = 262_144;

/** How long to wait before a file is looked at again. */
const WAIT_MS = 100;
/** As many waits in a row are a pause. */
const IDLE_WAITS = 10;

/** What a followed file is told, and tells. */
interface FollowOptions {
  /** Ends the wait, and with it the file. */
  readonly signal: AbortSignal;
  /** Nothing has come for a second. Called once in each pause. */
  onIdle(): void;
  /** The file is not there so far. Called once. */
  onMissing(): void;
}

/** A file that grows, as what is read: it ends when the signal says so. */
class FollowedFile implements Source {
  readonly #path: string;
  readonly #options: FollowOptions;
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  #isClosed = false;

  /** Opens the file when it is first read, as soon as it is there. */
  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
  }

  async read(): Promise<Uint8Array | null> {
    let waits = 0;
    try {
      this.#file ??= await this.#open();
      while (this.#file !== undefined && !this.#isClosed) {
        const bytes = new Uint8Array(READ_BYTES);
        const size = await this.#file.read(bytes);
        if (size !== null) {
          this.#bytes += size;
          return bytes.subarray(0, size);
        }
        await this.#checkSize(this.#file);
        if (++waits === IDLE_WAITS) this.#options.onIdle();
        if (!await this.#wait()) return null;
      }
      return null;
    } catch (error) {
      throw readFailure(this.#path, error);
    }
  }

  async #open(): Promise<Deno.FsFile | undefined> {
    for (let isFirst = true;; isFirst = false) {
      try {
        return await openFile(this.#path);
      } catch (error) {
        const { cause } = error as Error;
        if (!(cause instanceof Deno.errors.NotFound)) throw error;
      }
      if (isFirst) this.#options.onMissing();
      if (!await this.#wait()) return undefined;
    }
  }

  /** What is read no longer fits to what was read before. */
  async #checkSize(file: Deno.FsFile): Promise<void> {
    const { size, isFile } = await file.stat();
    if (!isFile || size >= this.#bytes) return;
    throw new RecordingFileError(
      `Cannot follow the recording as it has become shorter: current value is ${size} bytes, after ${this.#bytes}`,
    );
  }

  /** Waits a moment; returns whether to go on. */
  async #wait(): Promise<boolean> {
    const { signal } = this.#options;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, WAIT_MS);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
    return !signal.aborted;
  }

  cancel(): Promise<void> {
    this.#isClosed = true;
    this.#file?.close();
    this.#file = undefined;
    return Promise.resolve();
  }
}
