import type { LineArrival } from "../arrival.ts";
import type { Format, FormatOptions } from "./formats.ts";
import type { LineBuffer } from "./store.ts";
import { escapeText } from "../../src/text_safety.ts";
import { Stamp } from "./stamp.ts";
import { decodeAt, INCOMPLETE } from "./escape.ts";

/** A format of lines: all that they share, without the payload. */
export abstract class LineFormat implements Format {
  /** What is around the payload of the current line. */
  protected readonly prefix: Prefix;

  constructor(options: FormatOptions) {
    this.prefix = new Prefix(options);
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: LineArrival,
    isUnfinished = false,
  ): void {
    this.nextLine(arrival, isUnfinished);
    this.write(out, chunk, start, end, Math.max(1, end - start));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: LineArrival,
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

  /** Begins a line that is not a slice of a read: it has no marks. */
  protected nextLine(arrival: LineArrival, isUnfinished = false): void {
    const cleared = this.prefix.marks?.clear();
    if (this.prefix.set(arrival, isUnfinished) || cleared) this.rebuild();
  }

  /** As {@linkcode slices}, each slice with its marks. */
  #marked(
    marks: Marks,
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: LineArrival,
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

  /** Builds the bytes around a payload again, as the prefix has changed. */
  protected abstract rebuild(): void;

  /**
   * Appends the lines of `chunk[start, end)` in pieces of `size` bytes, all with
   * the same prefix. Without a byte it is one line.
   */
  protected abstract write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void;
}

/** The colour of `err`, and of what went wrong. */
export const RED = 31;
/** The colour of what is slow, or still waits. */
export const YELLOW = 33;
/** Green, blue, magenta, cyan: red is `err`, yellow is slow, bright ones glare. */
const LABEL_COLORS = [32, 34, 35, 36] as const;

/** A text in a colour, and behind it none. */
export function colored(text: string, color: number): string {
  return `\x1b[${color}m${text}\x1b[39m`;
}

/** The colour of a label: the same for the same name, in every program. */
function labelColor(label: string): number {
  let sum = 0;
  for (const character of label) {
    sum = (sum * 31 + character.codePointAt(0)!) % 65_521;
  }
  return LABEL_COLORS[sum % LABEL_COLORS.length]!;
}

/**
 * What is around the payload of a line: the mark of a slow line, the label, the
 * time, the name of the stream and the marks of the slice; behind it the mark of
 * an unfinished line.
 *
 * With `slowMs` each line starts with two columns: `! ` if it came more than
 * `slowMs` after the previous line, else two spaces. With colour, that mark and
 * the time of a slow line are yellow, other times dim, `err` is red, and a label
 * has a colour of its own.
 */
class Prefix {
  /** Whether the first line of an arrival can differ from its other lines. */
  readonly firstDiffers: boolean;
  /** The label, escaped, and a space, or nothing. */
  readonly label: string;
  /** The marks of the slice, with the option `marks`. */
  readonly marks: Marks | undefined;
  /** Whether the rest of the line is still to come. */
  isUnfinished = false;
  readonly #stamp: Stamp;
  readonly #streams: boolean;
  readonly #color: boolean;
  readonly #slowMs: number | undefined;
  #source: LineArrival["stream"] | undefined;
  #mark: string | undefined;
  #slow = false;

  constructor(options: FormatOptions) {
    this.#stamp = new Stamp(options);
    this.firstDiffers = this.#stamp.firstDiffers;
    this.#streams = options.streams;
    this.#color = options.color;
    this.#slowMs = options.slowMs;
    const { label = "" } = options;
    this.label = label &&
      `${this.#colored(escapeText(label), labelColor(label))} `;
    // The marks tell about reads, and a message has no fixed relation to them.
    this.marks = options.marks && !options.frames ? new Marks() : undefined;
  }

  /** Begins the next line; returns whether something around its payload changed. */
  set(arrival: LineArrival, isUnfinished = false): boolean {
    let changed = this.#stamp.set(arrival);
    const slow = this.#slowMs !== undefined && this.#stamp.gapMs > this.#slowMs;
    if (slow !== this.#slow || isUnfinished !== this.isUnfinished) {
      this.#slow = slow;
      this.isUnfinished = isUnfinished;
      changed = true;
    }
    if (arrival.stream !== this.#source || arrival.mark !== this.#mark) {
      this.#source = arrival.stream;
      this.#mark = arrival.mark;
      changed = true;
    }
    return changed;
  }

  /** The stream of the line. */
  get source(): LineArrival["stream"] {
    return this.#source ?? "out";
  }

  /** Whether this line is a slow one. */
  get isSlow(): boolean {
    return this.#slow;
  }

  /** The marks of the slice and a space; blanks if they are not known. */
  get marksText(): string {
    return this.marks?.text ?? "";
  }

  /** The two columns for slow lines, or nothing without `slowMs`. */
  get slowMark(): string {
    if (this.#slowMs === undefined) return "";
    return this.#slow ? `${this.#colored("!", YELLOW)} ` : "  ";
  }

  /** `out ` or `err `, the mark that stands for it, or nothing. */
  get stream(): string {
    if (!this.#streams) return "";
    if (this.#mark !== undefined) return this.#mark;
    const { source } = this;
    return `${source === "err" ? this.#colored(source, RED) : source} `;
  }

  /** The time, or nothing. */
  get time(): string {
    const { text } = this.#stamp;
    if (this.#slow) return this.#colored(text, YELLOW);
    return text === "" ? "" : this.#dim(text);
  }

  /** Behind the payload: ` …` if the rest of the line is still to come. */
  get tail(): string {
    if (!this.isUnfinished) return "";
    return this.#dim(" …");
  }

  /**
   * What is in front of the other rows of the same line. They have the label and
   * the stream again, since several logs can share a terminal, and blanks for the
   * rest.
   */
  get indent(): string {
    const mark = this.#slowMs === undefined ? 0 : 2;
    const { length } = this.#stamp.text;
    const time = length > 0 ? length + 1 : 0;
    return " ".repeat(mark) + this.label + " ".repeat(time) + this.stream +
      " ".repeat(this.marksText.length);
  }

  #colored(text: string, color: number): string {
    return this.#color && text !== "" ? colored(text, color) : text;
  }

  #dim(text: string): string {
    return this.#color ? `\x1b[2m${text}\x1b[22m` : text;
  }
}

/** The largest number of bytes of an incomplete character. */
const INCOMPLETE_BYTES = 3;

/** The marks of a piece that is not a slice of one read. */
const UNKNOWN = "    ";

/**
 * The marks of a slice, in three columns and a space.
 *
 * - `─`: the slice was a whole read of the pipe. Otherwise `├` is the first, `│` a
 *   middle and `└` the last slice of a read.
 * - `█`: the slice was full. `░`: it was not, as the pipe was empty.
 * - `…`: the slice ends inside a character.
 */
class Marks {
  /** Which read of its stream the slice came from, counted from 1. */
  read = 0;
  /** Whether the slice has its full size. */
  full = false;
  /** Whether it ends inside a character. */
  cut = false;
  /** The marks as text. */
  text = UNKNOWN;
  readonly #reads = { in: 0, out: 0, err: 0 };
  /** The last bytes of each stream, before the slice. */
  readonly #before = {
    in: new Uint8Array(0),
    out: new Uint8Array(0),
    err: new Uint8Array(0),
  };

  /** Begins a piece that is not a slice of a read; returns whether that changed. */
  clear(): boolean {
    const changed = this.isKnown;
    this.text = UNKNOWN;
    return changed;
  }

  /** Whether the piece is a slice of one read: else the marks mean nothing. */
  get isKnown(): boolean {
    return this.text !== UNKNOWN;
  }

  /**
   * Begins `chunk[from, to)`, a slice of up to `size` bytes of one read; returns
   * whether its marks differ from the previous ones.
   */
  set(
    chunk: Uint8Array,
    from: number,
    to: number,
    size: number,
    stream: LineArrival["stream"],
  ): boolean {
    const { read, text } = this;
    const first = from === 0;
    const last = to === chunk.length;
    if (first) this.#reads[stream]++;
    this.read = this.#reads[stream];
    this.full = to - from === size;
    const tail = this.#tail(chunk, from, to, stream);
    this.#before[stream] = tail;
    this.cut = isCut(tail);
    const place = first ? last ? "─" : "├" : last ? "└" : "│";
    this.text = `${place}${this.full ? "█" : "░"}${this.cut ? "…" : " "} `;
    return this.read !== read || this.text !== text;
  }

  /** The last bytes at the end of the slice, with those of the slices before. */
  #tail(
    chunk: Uint8Array,
    from: number,
    to: number,
    stream: LineArrival["stream"],
  ): Uint8Array<ArrayBuffer> {
    const own = chunk.slice(Math.max(from, to - INCOMPLETE_BYTES), to);
    if (own.length === INCOMPLETE_BYTES) return own;
    const both = Uint8Array.of(...this.#before[stream], ...own);
    return both.slice(-INCOMPLETE_BYTES);
  }
}

/** Whether these bytes, at most three, end inside a character. */
function isCut(tail: Uint8Array): boolean {
  for (let at = 0; at < tail.length; at++) {
    if (decodeAt(tail, at, tail.length) === INCOMPLETE) return true;
  }
  return false;
}
