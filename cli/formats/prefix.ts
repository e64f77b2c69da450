import { escapeText } from "../../src/text_safety.ts";
import type { Arrival, FormatOptions } from "./format.ts";
import { Marks } from "./marks.ts";
import { Stamp } from "./stamp.ts";

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
export class Prefix {
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
  get slow(): boolean {
    return this.#slow;
  }

  /** The marks of the slice and a space; blank where they are not known. */
  get place(): string {
    return this.marks?.text ?? "";
  }

  /** The two columns for slow lines, or nothing without `slowMs`. */
  get mark(): string {
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
  get further(): string {
    const mark = this.#slowMs === undefined ? 0 : 2;
    const { length } = this.#stamp.text;
    const time = length > 0 ? length + 1 : 0;
    return " ".repeat(mark) + this.label + " ".repeat(time) + this.stream +
      " ".repeat(this.place.length);
  }
}
