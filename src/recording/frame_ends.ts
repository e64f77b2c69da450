import { LF, PIPE_BYTES } from "../bytes.ts";
import { contentLength } from "../frame/content_length.ts";
import type { MeasuredRule } from "../frame/framing.ts";
import { lengthPrefix, pythonConnection } from "../frame/length_prefix.ts";
import { ByteBuffer } from "../read/byte_buffer.ts";
import { isJsonText } from "./stream_cutter.ts";
import type { RecordedEvent } from "./event.ts";

const NUL = 0;
/** The first byte of `Content-Length`, in both cases. */
const HEADER_STARTS: readonly number[] = [0x43, 0x63];

/** Framings with a header in front, by the name that a recording has for them. */
export const MEASURED = {
  header: contentLength,
  length: lengthPrefix,
  connection: pythonConnection,
} as const;

/**
 * Where the frames of a stream end that is seen from its first byte on, as the
 * header of its recording names them. Where one breaks its rule, and where bytes
 * are missing, lines are all that is left.
 */
export class FrameEnds {
  /**
   * How many bytes the frame has that was looked at last, if its header is here
   * and the rest is not.
   */
  size: number | undefined;
  #rule: MeasuredRule | undefined;
  #maxBytes = 0;
  #isAuto: boolean;
  readonly #delimiter: number;

  /** `frame` is the name of the rule: what is unknown has lines. */
  constructor(frame: string) {
    this.#isAuto = frame === "auto";
    this.#delimiter = frame === "nul" ? NUL : LF;
    if (Object.hasOwn(MEASURED, frame)) {
      this.#measureAs(frame as keyof typeof MEASURED);
    }
  }

  #measureAs(frame: keyof typeof MEASURED): void {
    const { rule, maxBytes } = MEASURED[frame]();
    if (rule.kind === "measured") this.#rule = rule;
    this.#maxBytes = maxBytes;
  }

  /** From here on the end of a line is the end of a frame. */
  fallBack(): void {
    this.#rule = undefined;
    this.#isAuto = false;
    this.size = undefined;
  }

  /**
   * The index behind the frame that begins at `start`, if its end is here. Up to
   * `searched` a line was looked through before.
   */
  find(
    bytes: Uint8Array,
    start: number,
    searched: number,
  ): number | undefined {
    if (start === bytes.length) return undefined;
    if (this.#isAuto) {
      this.#isAuto = false;
      if (HEADER_STARTS.includes(bytes[start]!)) this.#measureAs("header");
    }
    let from = searched;
    if (this.#rule !== undefined) {
      try {
        this.size = this.#measure(this.#rule, bytes.subarray(start));
        if (this.size === undefined) return undefined;
        const end = start + this.size;
        if (end > bytes.length) return undefined;
        this.size = undefined;
        return end;
      } catch {
        this.fallBack();
        from = start;
      }
    }
    const found = bytes.indexOf(this.#delimiter, from);
    return found === -1 ? undefined : found + 1;
  }

  /** The size of a frame; `undefined` if more of its header has to come. */
  #measure(rule: MeasuredRule, bytes: Uint8Array): number | undefined {
    let headerBytes = headerSize(rule, bytes);
    while (headerBytes !== undefined && headerBytes <= bytes.length) {
      const measure = rule.measure(bytes.subarray(0, headerBytes));
      if (!("payloadBytes" in measure)) {
        headerBytes = measure.headerBytes;
        continue;
      }
      const { payloadBytes } = measure;
      // A print is no length: `Warn` would be one of 1.4 GB.
      if (payloadBytes > this.#maxBytes) throw new RangeError("too long");
      return headerBytes + payloadBytes;
    }
    return undefined;
  }
}

function headerSize(
  { header }: MeasuredRule,
  bytes: Uint8Array,
): number | undefined {
  if ("bytes" in header) return header.bytes;
  const { until, maxBytes } = header;
  const limit = maxBytes + until.length;
  const part = bytes.subarray(0, limit);
  for (let from = 0;;) {
    const at = part.indexOf(until[0]!, from);
    if (at === -1) break;
    if (until.every((byte, n) => part[at + n] === byte)) {
      return at + until.length;
    }
    from = at + 1;
  }
  header.check?.(part, 0);
  if (part.length === limit) throw new RangeError("too long");
  return undefined;
}

/** Where messages end as the first line of a stream shows; `null`: not known. */
type Guess = "header" | "json" | "lines";

/** How long lines that are no messages are waited past, by the recording. */
const WAIT_MS = 1000;

/** The same in events. */
const WAIT_EVENTS = 65_536;

const HEADER = /^content-(length|type)[ \t]*:/i;
/** How much of a line its header, or the start of one, is looked for in. */
const START_BYTES = 32;
/** The start of a byte order mark, which may stand before the first line. */
const PART_OF_MARK = /^\xef\xbb?$/;
const MARK = /^\xef\xbb\xbf/;

/**
 * What the first bytes of a stream show, by its first line that is not blank;
 * `null` while more of them are needed, up to 64 KiB.
 *
 * @param isWhole Whether the stream has ended after `head`.
 */
export function guessOfHead(head: Uint8Array, isWhole: boolean): Guess | null {
  const end = head.indexOf(LF);
  const line = head.subarray(0, end < 0 ? PIPE_BYTES : end);
  const isPart = end < 0 && !isWhole && head.length < PIPE_BYTES;
  const isHeader = HEADER.test(startOf(line));
  if (isPart && !isHeader && isOpen(line)) return null;
  if (end < 0 || !isBlank(line)) return guessOfLine(line);
  return guessOfHead(head.subarray(end + 1), isWhole);
}

/**
 * What one line shows: a header of language servers, a JSON object or array, or
 * only that it is a line.
 */
function guessOfLine(line: Uint8Array): Guess {
  if (HEADER.test(startOf(line))) return "header";
  return isJsonText(line) ? "json" : "lines";
}

/** Whether a line without its end can still become a message. */
function isOpen(line: Uint8Array): boolean {
  const start = startOf(line).toLowerCase();
  const isHeader = "content-".startsWith(start) || start.startsWith("content-");
  return isHeader || /^\s*([[{]|$)/.test(start) || PART_OF_MARK.test(start);
}

function startOf(line: Uint8Array): string {
  const start = String.fromCharCode(...line.subarray(0, START_BYTES));
  return start.replace(MARK, "");
}

/**
 * Finds out where messages end from the first lines of both directions.
 *
 * The first line of the client decides, whatever it is. A server may print
 * something before it speaks: its lines are passed over until one of them is a
 * message, for one second of the recording, 65,536 events or `maxBytes`.
 */
export class FrameGuess {
  readonly #maxBytes: number;
  /** The line of each direction whose end has not come. */
  readonly #parts = { in: new ByteBuffer(), out: new ByteBuffer() };
  #bytes = 0;
  #events = 0;
  #startMs = NaN;

  /** Waits for at most `maxBytes`, and 64 KiB in any case. */
  constructor(maxBytes: number) {
    this.#maxBytes = Math.max(maxBytes, PIPE_BYTES);
  }

  /** Whether what has come can still become a message. */
  get isOpen(): boolean {
    return Object.values(this.#parts).some((part) =>
      part.length > 0 && isOpen(part.view(part.length))
    );
  }

  /** What is known with one more event; `null`: nothing yet. */
  take(event: RecordedEvent): Guess | null {
    if (event.kind === "status") return "lines";
    if (event.kind === "piece") this.#bytes += event.bytes.length;
    if (event.kind === "piece" && event.from !== "err") {
      const guess = this.#lines(event.from, event.bytes);
      if (guess !== null) return guess;
    }
    if (event.kind === "end" && event.from !== "err") {
      const guess = this.rest(event.from);
      if (guess !== null && (guess !== "lines" || event.from === "in")) {
        return guess;
      }
    }
    if (Number.isNaN(this.#startMs)) this.#startMs = event.ms;
    const isLate = event.ms - this.#startMs > WAIT_MS && !this.isOpen;
    const isMuch = this.#bytes > this.#maxBytes;
    return isLate || isMuch || ++this.#events > WAIT_EVENTS ? "lines" : null;
  }

  /** What a last line without its end shows. */
  rest(from: "in" | "out"): Guess | null {
    const part = this.#parts[from];
    return part.length === 0 ? null : guessOfLine(part.take(part.length));
  }

  #lines(from: "in" | "out", bytes: Uint8Array): Guess | null {
    const part = this.#parts[from];
    // No end of line is in what waits.
    let searched = part.length;
    part.append(bytes);
    for (;;) {
      const start = part.start + searched;
      const end = part.bytes.subarray(start, part.end).indexOf(LF);
      if (end < 0) return null;
      const line = part.take(searched + end + 1);
      searched = 0;
      const guess = isBlank(line) ? null : guessOfLine(line);
      if (guess !== null && (guess !== "lines" || from === "in")) return guess;
    }
  }
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte <= 0x20);
}
