import type { LineArrival } from "../arrival.ts";
import type {
  ColorWord,
  FormatName,
  Settings,
  TimeKind,
} from "../options/option.ts";
import type { LINE_OPTIONS } from "../options/shared.ts";
import { type LineBuffer, StoredText } from "./store.ts";
import {
  createEscapeTable,
  DOUBLE_QUOTE,
  LENGTH_MASK,
  SINGLE_QUOTE,
  spellByte,
} from "./escape.ts";
import { LineFormat } from "./line_format.ts";

/** The options of every format. */
export interface FormatOptions {
  /** How the time is written. */
  time: TimeKind;
  /** `iso` in UTC with `Z`, instead of local time with its offset. */
  utc: boolean;
  /** In front of each line, escaped so that it cannot act on a terminal. */
  label?: string;
  /** The process id in a line of `seed`. */
  pid: number;
  /** Whether our own decorations may have colour. */
  color: boolean;
  /** What becomes of the command's own colours in `text`. Default: shown. */
  ansi?: "show" | "keep" | "strip";
  /** Mark lines more than this many milliseconds after the previous one. */
  slowMs?: number;
  /** Show which slices came from one read, which were full, and cut characters. */
  marks: boolean;
  /** Name the stream, `out` or `err`, on each line. */
  streams: boolean;
  /**
   * Each piece is a whole message (a line, a frame): an incomplete character at
   * its end belongs to it, not to the next one.
   *
   * @default {false}
   */
  frames?: boolean;
}

/** What the options of a command line say of each line. */
interface LineSettings extends
  Pick<
    Settings<typeof LINE_OPTIONS>,
    "time" | "utc" | "label" | "ansi" | "slow" | "marks"
  > {
  readonly frame: string | null;
}

/** The options that a format has from the command line. */
export function formatOptions(
  { time, utc, label, ansi, slow, marks, frame }: LineSettings,
  { color, streams }: Pick<FormatOptions, "color" | "streams">,
): FormatOptions {
  return {
    time,
    utc,
    label: label ?? undefined,
    pid: Deno.pid,
    color,
    ansi: ansi === "auto" ? (color ? "keep" : "strip") : ansi,
    slowMs: slow ?? undefined,
    marks,
    streams,
    frames: frame !== "slice",
  };
}

/** A way to write what arrived. It has state: each log needs its own. */
export interface Format {
  /**
   * Appends the line or lines of `chunk[start, end)` as one piece, even if it is
   * empty; marked if the rest of its line is still to come.
   */
  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: LineArrival,
    isUnfinished?: boolean,
  ): void;
  /**
   * Appends `chunk[start, end)` in pieces of `size` bytes, of which the last may
   * be shorter; returns the number of pieces. It writes what {@linkcode piece}
   * writes for each, but faster. The bytes given bound the room that it takes in
   * `out`: give a large chunk in portions that are multiples of `size`.
   */
  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: LineArrival,
  ): number;
  /**
   * Sets the offset of the next byte of `stream`: bytes that are not logged were
   * in front of it, as the header of a frame.
   */
  seek?(stream: LineArrival["stream"], offset: number): void;
  /** `end()` appends a line without bytes, which `--count` may drop. */
  readonly endIsExtra?: true;
  /** Appends the bytes that were held back, at the end of a stream. */
  end?(out: LineBuffer, arrival: LineArrival): void;
}

/** The class of a format. */
export type FormatClass = new (options: FormatOptions) => Format;

/** Loads the class of a format, by the name that `--format` takes. */
export const FORMATS: Record<
  FormatName,
  () => FormatClass | Promise<FormatClass>
> = {
  // The default. It is loaded with the log: an import() here takes longer.
  seed: () => SeedFormat,
  text: async () => (await import("./text.ts")).TextFormat,
  hex: async () => (await import("./hex.ts")).HexFormat,
  json: async () => (await import("./json.ts")).JsonFormat,
  raw: () => RawFormat,
};

/** `raw`: the bytes, unchanged, without times and without lines of our own. */
export class RawFormat implements Format {
  piece(out: LineBuffer, chunk: Uint8Array, start: number, end: number): void {
    out.append(chunk.subarray(start, end));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    _arrival: LineArrival,
  ): number {
    out.append(chunk.subarray(start, end));
    return Math.ceil((end - start) / size);
  }
}

/**
 * Whether our own decorations have colour. `auto`: if stdout is a terminal,
 * `NO_COLOR` is not set to something, and TERM is not `dumb`, as far as we may
 * see it: Deno shows TERM only with `--allow-env`.
 */
export function shouldColor(
  when: ColorWord,
  isToStdout: boolean,
): boolean {
  if (when !== "auto") return when === "always";
  if (!isToStdout || !Deno.stdout.isTerminal() || Deno.noColor) return false;
  const term = { name: "env", variable: "TERM" } as const;
  if (Deno.permissions.querySync(term).state !== "granted") return true;
  try {
    return Deno.env.get("TERM") !== "dumb";
  } catch {
    return true; // Deno cannot read a value that is not UTF-8.
  }
}

const IN_SINGLE = createEscapeTable((byte) =>
  byte === 0x27 ? "\\'" : spellByte(byte)
);
const IN_DOUBLE = createEscapeTable(spellByte);
const QUOTES = SINGLE_QUOTE | DOUBLE_QUOTE;
const DOUBLE = 0x22;

/**
 * `seed`: `Parent 4711 got [b'Spam 0'] as 1795393202.244190`.
 *
 * The bytes are written exactly as CPython's `repr(bytes)` writes them: quoted
 * by `'`, or by `"` if there is a `'` and no `"` among them.
 */
export class SeedFormat extends LineFormat {
  readonly #pid: number;
  readonly #head = new StoredText();
  /** Everything between two payloads: the end of a line and the next head. */
  readonly #between = new StoredText();

  constructor(options: FormatOptions) {
    super(options);
    this.#pid = options.pid;
  }

  protected override rebuild(): void {
    const { slowMark, label, stream, marksText, time, tail: mark } =
      this.prefix;
    const head =
      `${slowMark}${label}${stream}${marksText}Parent ${this.#pid} got [b'`;
    const tail = time === "" ? `']${mark}\n` : `'] as ${time}${mark}\n`;
    this.#head.set(head);
    this.#between.set(tail + head);
  }

  protected override write(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): void {
    const head = this.#head.length;
    const pieces = Math.max(1, Math.ceil((end - start) / size));
    // A byte has at most 4 characters; a store can write 7 bytes too far.
    out.ensure(head + pieces * this.#between.length + (end - start) * 4 + 8);
    const { bytes, view } = out;
    let at = this.#head.store(view, out.length);
    let from = start;
    do {
      const to = Math.min(from + size, end);
      const payload = at;
      let seen = 0;
      for (let i = from; i < to; i++) {
        const byte = chunk[i]!;
        const info = IN_SINGLE.infos[byte]!;
        view.setUint32(at, IN_SINGLE.words[byte]!, true);
        seen |= info;
        at += info & LENGTH_MASK;
      }
      const double = (seen & QUOTES) === SINGLE_QUOTE;
      if (double) {
        at = payload;
        bytes[at - 1] = DOUBLE;
        for (let i = from; i < to; i++) {
          const byte = chunk[i]!;
          view.setUint32(at, IN_DOUBLE.words[byte]!, true);
          at += IN_DOUBLE.infos[byte]! & LENGTH_MASK;
        }
      }
      const tail = at;
      at = this.#between.store(view, at);
      if (double) bytes[tail] = DOUBLE;
      from = to;
    } while (from < end);
    out.length = at - head;
  }
}
