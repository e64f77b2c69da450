import type { Arrival } from "../arrival.ts";
import type { Format, FormatOptions } from "./format.ts";
import type { LineBuffer } from "./store.ts";
import { Marks } from "./marks.ts";
import { escapeText } from "../../src/text_safety.ts";
import { Stamp } from "./stamp.ts";

/** A format of lines: what all of them share but the payload. */
export abstract class LineFormat implements Format {
  /** What stands around the payload of the line that is being written. */
  protected readonly prefix: Prefix;

  constructor(options: FormatOptions) {
    this.prefix = new Prefix(options);
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: Arrival,
  ): void {
    this.nextLine(arrival);
    this.write(out, chunk, start, end, Math.max(1, end - start));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number {
    if (start >= end) return 0;
    const { marks } = this.prefix;
    if (marks) {
      return this.#marked(marks, out, chunk, start, end, size, arrival);
    }
    let from = start;
    if (this.prefix.firstDiffers) {
      from = Math.min(start + size, end);
      if (this.prefix.set(arrival)) this.rebuild();
      this.write(out, chunk, start, from, size);
    }
    if (from < end) {
      if (this.prefix.set(arrival)) this.rebuild();
      this.write(out, chunk, from, end, size);
    }
    return Math.ceil((end - start) / size);
  }

  /** Turns to a line that is no slice of a read. */
  protected nextLine(arrival: Arrival): void {
    const cleared = this.prefix.marks?.clear();
    if (this.prefix.set(arrival) || cleared) this.rebuild();
  }

  /** As {@linkcode slices}, each with the marks of its own. */
  #marked(
    marks: Marks,
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: Arrival,
  ): number {
    let pieces = 0;
    for (let from = start; from < end; from += size, pieces++) {
      const to = Math.min(from + size, end);
      const marked = marks.set(chunk, from, to, size, arrival.stream);
      if (this.prefix.set(arrival) || marked) this.rebuild();
      this.write(out, chunk, from, to, size);
    }
    return pieces;
  }

  /** Builds the bytes around a payload anew: the prefix has changed. */
  protected abstract rebuild(): void;

  /**
   * Appends the lines of `chunk[start, end)` in pieces of `size` bytes, all
   * with the same prefix; one line also if there is no byte.
   */
  protected abstract write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void;
}

const YELLOW = "\x1b[33m";
const PLAIN = "\x1b[39m";

/**
 * What stands around the payload of a line: the mark of a slow line, the
 * label, the time, the name of the stream and the marks of the slice.
 *
 * With `slowMs` each line starts with two columns: `! ` if it came later than
 * that after the line before, else two spaces. With colour, that mark and the
 * time of a slow line are yellow; nothing else is ever coloured.
 */
class Prefix {
  /** Only the first line of an arrival can differ from its others. */
  readonly firstDiffers: boolean;
  /** The label, made safe, and a space, or nothing. */
  readonly label: string;
  /** What is known of the slice, if it is to be marked. */
  readonly marks: Marks | undefined;
  readonly #stamp: Stamp;
  readonly #streams: boolean;
  readonly #color: boolean;
  readonly #slowMs: number | undefined;
  #source: Arrival["stream"] | undefined;
  #slow = false;

  constructor(options: FormatOptions) {
    this.#stamp = new Stamp(options);
    this.firstDiffers = this.#stamp.firstDiffers;
    this.label = options.label ? escapeText(options.label) + " " : "";
    this.#streams = options.streams;
    this.#color = options.color;
    this.#slowMs = options.slowMs;
    // A message has nothing to do with the reads that brought it.
    this.marks = options.marks && !options.frames ? new Marks() : undefined;
  }

  /** Turns to the next line; true if anything around its payload has changed. */
  set(arrival: Arrival): boolean {
    let changed = this.#stamp.set(arrival);
    const slow = this.#slowMs !== undefined && this.#stamp.gapMs > this.#slowMs;
    if (slow !== this.#slow) {
      this.#slow = slow;
      changed = true;
    }
    if (arrival.stream !== this.#source) {
      this.#source = arrival.stream;
      changed = true;
    }
    return changed;
  }

  /** The stream of the line. */
  get source(): Arrival["stream"] {
    return this.#source ?? "out";
  }

  /** Whether this line is a slow one. */
  get isSlow(): boolean {
    return this.#slow;
  }

  /** The marks of the slice and a space; blank where they are not known. */
  get marksText(): string {
    return this.marks?.text ?? "";
  }

  /** The two columns for slow lines, or nothing without `slowMs`. */
  get slowMark(): string {
    if (this.#slowMs === undefined) return "";
    if (!this.#slow) return "  ";
    return this.#color ? `${YELLOW}!${PLAIN} ` : "! ";
  }

  /** `out ` or `err `, or nothing. */
  get stream(): string {
    return this.#streams ? this.#source + " " : "";
  }

  /** The time, or nothing. */
  get time(): string {
    const { text } = this.#stamp;
    return this.#slow && this.#color && text !== ""
      ? YELLOW + text + PLAIN
      : text;
  }

  /**
   * All of these in front of a further row of the same line: the label and the
   * stream again, so that rows of several logs on one terminal can be told
   * apart, and blanks as wide as the rest.
   */
  get indent(): string {
    const mark = this.#slowMs === undefined ? 0 : 2;
    const { length } = this.#stamp.text;
    const time = length > 0 ? length + 1 : 0;
    return " ".repeat(mark) + this.label + " ".repeat(time) + this.stream +
      " ".repeat(this.marksText.length);
  }
}
