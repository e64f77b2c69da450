import type { PassedBytes, RecordedStream } from "../../src/recording/event.ts";
import type { Recorder } from "../../src/recording/recorder.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import { copy } from "../../src/write/copy.ts";
import type { PipeWriter } from "../../src/write/writer.ts";

/** One direction: passes on what one side writes, and tells the recorder. */
export class Pump {
  /** Why the stream could not be read to its end, if it could not. */
  failure: unknown;
  /** Whether the other side stopped reading. */
  hasLeft = false;
  readonly #from: RecordedStream;
  readonly #recorder: Recorder | null;
  #writer: PipeWriter | undefined;
  #read = 0;
  #passed: number | undefined;

  /** A pump of a stream, which a recorder sees. */
  constructor(from: RecordedStream, recorder: Recorder | null) {
    this.#from = from;
    this.#recorder = recorder;
  }

  /** What has passed until now. */
  get bytes(): PassedBytes {
    const queued = this.#writer?.queuedBytes ?? 0;
    return { read: this.#read, passed: this.#passed ?? this.#read - queued };
  }

  /** Why the stream could not be read to its end, in a sentence. */
  get readTrouble(): string[] {
    return this.hasLeft ? [] : sentenceOf(this.failure);
  }

  /** Why the other side could not be written to, where it has not just left. */
  get writeTrouble(): string[] {
    return this.hasLeft ? sentenceOf(this.failure) : [];
  }

  /**
   * Passes on until the stream has ended, or the other side has left. The end
   * closes the writer, a side that has left the reader.
   */
  async run(reader: PipeReader, writer: PipeWriter): Promise<void> {
    const [from, recorder] = [this.#from, this.#recorder];
    this.#writer = writer;
    const onRead = (bytes: Uint8Array, atMs: number) => {
      this.#read += bytes.length;
      // It copies the bytes and returns: lines are made when they have left.
      recorder?.piece(from, bytes, atMs);
    };
    try {
      const { passed } = await copy(reader, writer, { onRead });
      this.#passed = passed;
    } catch (error) {
      this.failure = error;
    }
    this.hasLeft = writer.broken !== undefined;
    if (!this.hasLeft) recorder?.end(from, performance.now());
  }
}

function sentenceOf(failure: unknown): string[] {
  return failure instanceof Error ? [failure.message] : [];
}
