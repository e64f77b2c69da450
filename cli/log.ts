import { type PipeWriter, stdoutWriter } from "../mod.ts";
import type { Arrival, Format } from "./formats/format.ts";
import { FORMATS } from "./formats/formats.ts";
import { LineBuffer } from "./formats/line_buffer.ts";
import type { ParentSettings } from "./parent_options.ts";

/**
 * How many slices are formatted before they are written. One slice can become
 * a line of 200 bytes more than itself, so that a chunk in slices of one byte
 * would otherwise need 200 times its size.
 */
const SLICES_PER_WRITE = 4096;

/** The lines that a person reads: slices in, log lines out. */
export class Log {
  /** Lines written so far. */
  lines = 0;
  readonly #format: Format;
  readonly #writer: PipeWriter;
  readonly #sliceBytes: number;
  readonly #maxLines: number;
  // Two buffers in turn: the lines of the next chunk are made while those of
  // this one are on their way.
  #filling = new LineBuffer();
  #leaving = new LineBuffer();
  #underway: Promise<void> = Promise.resolve();

  /** A log to `writer`, of slices up to `sliceBytes`, ending after `maxLines`. */
  constructor(
    writer: PipeWriter,
    format: Format,
    sliceBytes: number,
    maxLines: number,
  ) {
    this.#writer = writer;
    this.#format = format;
    this.#sliceBytes = sliceBytes;
    this.#maxLines = maxLines;
  }

  /** True once as many lines are written as were asked for. */
  get isFull(): boolean {
    return this.lines >= this.#maxLines;
  }

  /**
   * Logs `chunk` in slices. Resolves when its lines have been handed on and
   * the log has room for the next chunk; rejects if the log can't be written.
   */
  async write(chunk: Uint8Array, arrival: Arrival): Promise<void> {
    const step = this.#sliceBytes * SLICES_PER_WRITE;
    for (let at = 0; at < chunk.length && !this.isFull; at += step) {
      const room = (this.#maxLines - this.lines) * this.#sliceBytes;
      const end = Math.min(at + step, at + room, chunk.length);
      this.lines += this.#take(chunk, at, end, arrival);
      await this.#send();
    }
  }

  #take(
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: Arrival,
  ): number {
    return this.#format.slices(
      this.#filling,
      chunk,
      start,
      end,
      this.#sliceBytes,
      arrival,
    );
  }

  async #send(): Promise<void> {
    await this.#underway;
    const lines = this.#filling;
    this.#filling = this.#leaving;
    this.#leaving = lines;
    this.#filling.reset();
    this.#underway = this.#writer.write(lines.written());
  }

  /** Resolves when all lines have been accepted by the pipe. */
  async flush(): Promise<void> {
    await this.#underway;
    await this.#writer.flush();
  }
}

/** The log that the options ask for, to stdout. */
export function createLog(settings: ParentSettings): Log {
  const format = FORMATS[settings.format]({
    time: "epoch",
    utc: false,
    pid: Deno.pid,
    color: false,
    marks: false,
    streams: false,
  });
  const { slice, count } = settings;
  return new Log(stdoutWriter(), format, slice, count ?? Infinity);
}
