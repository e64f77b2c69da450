import { LF, PIPE_BYTES } from "../bytes.ts";
import { ByteBuffer } from "../read/byte_buffer.ts";
import { isJsonText } from "./stream_cutter.ts";
import type { RecordedEvent } from "./event.ts";

/** Where messages end as the first line of a stream shows; `null`: not known. */
export type Guess = "header" | "json" | "lines";

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
