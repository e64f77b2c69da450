import type { LineArrival } from "../arrival.ts";
import { safeJson } from "../formats/escape.ts";
import type { Format, FormatOptions } from "../formats/formats.ts";
import { Stamp } from "../formats/stamp.ts";
import type { LineBuffer } from "../formats/store.ts";
import type { Shown } from "./show_lines.ts";

/** An arrival that knows what arrived. */
export interface ShownArrival extends LineArrival {
  /** What the line tells of. */
  shown: Shown;
}

/**
 * Lines with bytes in one format, and all others, which are words, as text.
 *
 * `hex` has its words in a line above the rows: behind them the columns would
 * not stand below each other.
 */
export class ShowFormat implements Format {
  readonly #words: Format;
  readonly #bytes: Format;
  readonly #wordsAbove: boolean;

  constructor(words: Format, bytes: Format, wordsAbove: boolean) {
    this.#words = words;
    this.#bytes = bytes;
    this.#wordsAbove = wordsAbove;
  }

  seek(stream: LineArrival["stream"], offset: number): void {
    this.#bytes.seek?.(stream, offset);
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: LineArrival,
    isUnfinished?: boolean,
  ): void {
    const hasBytes = "payload" in (arrival as ShownArrival).shown;
    if (this.#wordsAbove) {
      const mark = arrival.mark?.trimEnd();
      this.#words.piece(out, chunk, start, start, { ...arrival, mark });
    } else if (!hasBytes) {
      this.#words.piece(out, chunk, start, start, arrival);
    }
    if (!hasBytes || (this.#wordsAbove && start === end)) return;
    const under = this.#wordsAbove ? { ...arrival, mark: "    " } : arrival;
    this.#bytes.piece(out, chunk, start, end, under, isUnfinished);
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    size: number,
    arrival: LineArrival,
  ): number {
    return this.#bytes.slices(out, chunk, start, end, size, arrival);
  }

  end(out: LineBuffer, arrival: LineArrival): void {
    this.#bytes.end?.(out, arrival);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * `json`: an object a line, with what the analysis knows of an item.
 *
 * First `time` (seconds, or a text with `iso`), `label` and `slow`, as in a log;
 * then the keys of the item, as `SessionItem` of the library documents them:
 * `kind`, `index`, `ms`, `from`, `offset`, `size`, `rpc` and others. The payload
 * is `text` if it is UTF-8, else `base64`. The first line has the kind
 * `recording` and the keys of the header.
 */
export class ShowJsonFormat implements Format {
  readonly #options: FormatOptions;
  readonly #stamp: Stamp;

  constructor(options: FormatOptions) {
    this.#options = options;
    this.#stamp = new Stamp(options);
  }

  piece(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    arrival: LineArrival,
  ): void {
    const { time, label, slowMs } = this.#options;
    this.#stamp.set(arrival);
    const { text, gapMs } = this.#stamp;
    const { shown } = arrival as ShownArrival;
    const { payload: _, json: __, kind, ...rest } = shown as
      & Shown
      & { payload?: unknown; json?: unknown };
    const line = {
      ...time === "none" ? {} : { time: time === "iso" ? text : Number(text) },
      ...label ? { label } : {},
      ...slowMs !== undefined && gapMs > slowMs ? { slow: true } : {},
      kind,
      ...rest,
      ..."payload" in shown ? bytesOf(chunk.subarray(start, end)) : {},
    };
    out.append(encoder.encode(`${safeJson(line)}\n`));
  }

  slices(
    out: LineBuffer,
    chunk: Uint8Array,
    start: number,
    end: number,
    _size: number,
    arrival: LineArrival,
  ): number {
    this.piece(out, chunk, start, end, arrival);
    return 1;
  }
}

function bytesOf(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { base64: bytes.toBase64() };
  }
}
