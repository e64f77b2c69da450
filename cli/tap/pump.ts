import type { RecordedStream } from "../../src/recording/event.ts";
import type { PipeReader } from "../../src/read/reader.ts";
import type { PipeWriter } from "../../src/write/writer.ts";

/** The most bytes that one read takes: what a pipe of Linux holds. */
const READ_BYTES = 65_536;

/** What is told of the bytes that pass: the recorder, or nothing. */
export interface Witness {
  /** Bytes that were read, and are on their way. */
  piece(from: RecordedStream, bytes: Uint8Array, atMs: number): void;
  /** The stream has ended. */
  end(from: RecordedStream, atMs: number): void;
}

/**
 * One direction: reads what one side writes and passes it on as it is.
 *
 * A chunk leaves before it is told to the witness, and the next one is read
 * when the other side has taken it: a slow reader slows its writer, as without
 * us, and one chunk is in memory.
 */
export class Pump {
  /** Bytes that were read. */
  read = 0;
  /** Bytes that the other side has taken. */
  passed = 0;
  /** Whether the other side stopped reading. */
  hasLeft = false;
  /** Why the stream could not be read to its end, if it could not. */
  failure: unknown;
  readonly #from: RecordedStream;
  readonly #witness: Witness | null;

  /** A pump of a stream, told to a witness. */
  constructor(from: RecordedStream, witness: Witness | null) {
    this.#from = from;
    this.#witness = witness;
  }

  /**
   * Passes on until the stream ends (`true`), or the other side has left
   * (`false`). A stream that cannot be read any more has ended.
   */
  async run(reader: PipeReader, writer: PipeWriter): Promise<boolean> {
    const [from, witness] = [this.#from, this.#witness];
    for (;;) {
      let bytes: Uint8Array | null;
      try {
        bytes = await reader.read(READ_BYTES);
      } catch (error) {
        this.failure = error;
        bytes = null;
      }
      const atMs = performance.now();
      if (bytes === null) {
        witness?.end(from, atMs);
        return true;
      }
      this.read += bytes.length;
      const taken = writer.writeNow([bytes]);
      witness?.piece(from, bytes, atMs);
      try {
        await taken;
      } catch {
        this.hasLeft = true;
        return false;
      }
      this.passed += bytes.length;
    }
  }
}
