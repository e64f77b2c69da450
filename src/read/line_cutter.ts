import type { ByteBuffer } from "./byte_buffer.ts";
import type { Cutter } from "./cutter.ts";
import { lines } from "../frame/delimited_framings.ts";
import { DelimitedCutter } from "./frame_cutters.ts";
import type { DelimitedRule } from "../frame/framing.ts";
import type { LineOptions } from "./read_options.ts";

const LINE_FEED = 0x0a;

/**
 * The most bytes that one run of lines is cut from. More would hardly be
 * faster, and a line that is kept keeps the text of its whole run alive.
 */
export const MAX_WINDOW_BYTES = 8192;

/** The same where all the lines are given at once: a fifth faster. */
const ARRAY_WINDOW_BYTES = 32_768;

// A BOM is kept as U+FEFF: no byte vanishes.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", {
  ignoreBOM: true,
  fatal: true,
});

/** Complete lines that were decoded at once, and the bytes they came from. */
export interface LineRun {
  lines: string[];
  bytes: Uint8Array<ArrayBuffer>;
}

/** Cuts all the complete lines of a window off the front of a buffer. */
export class LineRunCutter implements Cutter<LineRun> {
  /** How many bytes to look at; 0 cuts a single line. */
  windowBytes: number;
  readonly #fatal: boolean;
  readonly #maxBytes: number;
  readonly #single: DelimitedCutter<Uint8Array>;
  #searched = 0;

  constructor({ maxBytes, fatal = false }: LineOptions, windowBytes: number) {
    const framing = lines({ maxBytes });
    this.windowBytes = windowBytes;
    this.#fatal = fatal;
    this.#maxBytes = framing.maxBytes;
    this.#single = new DelimitedCutter(framing, framing.rule as DelimitedRule);
  }

  reset(): void {
    this.#searched = 0;
    this.#single.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): LineRun | undefined {
    const size = this.#findRun(buffer);
    if (size > 0) {
      const bytes = buffer.view(size);
      const text = this.#decodeRun(bytes);
      if (text !== undefined) {
        buffer.start += size;
        return { lines: split(text), bytes };
      }
    }
    return this.#cutSingle(buffer, hasEnded);
  }

  /** How many bytes the complete lines of the window have. */
  #findRun(buffer: ByteBuffer): number {
    // No line in a window of maxBytes + 1 can be longer than maxBytes.
    const window = Math.min(
      buffer.length,
      this.windowBytes,
      this.#maxBytes + 1,
    );
    const from = buffer.start + this.#searched;
    const unsearched = buffer.bytes.subarray(from, buffer.start + window);
    const at = unsearched.lastIndexOf(LINE_FEED);
    if (at >= 0) return this.#searched + at + 1;
    if (unsearched.length > 0) this.#searched = window;
    return 0;
  }

  /** `undefined` if there is a line in it that is not valid. */
  #decodeRun(bytes: Uint8Array<ArrayBuffer>): string | undefined {
    const ended = bytes.subarray(0, -1);
    if (!this.#fatal) return decoder.decode(ended);
    try {
      return strictDecoder.decode(ended);
    } catch {
      // The lines before the invalid one are given first, one by one from here
      // on: to try the whole run again for each of them would be quadratic.
      this.windowBytes = 0;
      return undefined;
    }
  }

  #cutSingle(buffer: ByteBuffer, hasEnded: boolean): LineRun | undefined {
    const start = buffer.start;
    const bytes = buffer.bytes;
    const line = this.#single.cut(buffer, hasEnded);
    if (line === undefined) return undefined;
    try {
      const text = (this.#fatal ? strictDecoder : decoder).decode(line);
      return { lines: [text], bytes: bytes.subarray(start, buffer.start) };
    } catch (error) {
      buffer.start = start;
      throw error;
    }
  }
}

/** Splits at LF; a CR before it, or at the very end, belongs to the ending. */
function split(text: string): string[] {
  const parts = text.split("\n");
  // Asking once for all lines is what makes this fast where there is none.
  if (!text.includes("\r")) return parts;
  return parts.map((part) => part.endsWith("\r") ? part.slice(0, -1) : part);
}

/** Cuts runs of lines, and gives the lines alone. */
export class LineArrayCutter implements Cutter<string[]> {
  readonly #cutter: LineRunCutter;

  constructor(options: LineOptions) {
    this.#cutter = new LineRunCutter(options, ARRAY_WINDOW_BYTES);
  }

  reset(): void {
    this.#cutter.reset();
  }

  cut(buffer: ByteBuffer, hasEnded: boolean): string[] | undefined {
    return this.#cutter.cut(buffer, hasEnded)?.lines;
  }
}
