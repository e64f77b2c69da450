import { concat, LF, NO_BYTES } from "../bytes.ts";
import { isJsonText } from "./delimited_cutter.ts";
import type { RecordedEvent } from "./event.ts";

/** Where messages end as the first line of a stream shows; `null`: not known. */
export type Guess = "header" | "json" | "lines";

/** How long lines that are no messages are waited past, by the recording. */
const WAIT_MS = 1000;

/** The same in events. */
const WAIT_EVENTS = 4096;

/**
 * What one line shows: a header of language servers, a JSON object or array, or
 * only that it is a line.
 */
export function guessOfLine(line: Uint8Array): Guess {
  if (/^content-(length|type)[ \t]*:/i.test(startOf(line))) return "header";
  return isJsonText(line) ? "json" : "lines";
}

/** Whether a line without its end can still become a message. */
function isOpen(line: Uint8Array): boolean {
  const start = startOf(line).toLowerCase();
  return /^\s*[[{]/.test(start) || "content-".startsWith(start) ||
    start.startsWith("content-");
}

function startOf(line: Uint8Array): string {
  return String.fromCharCode(...line.subarray(0, 32));
}

/**
 * Finds out where messages end from the first lines of both directions.
 *
 * The first line of the client decides, whatever it is. A server may print
 * something before it speaks: its lines are passed over until one of them is a
 * message, for one second of the recording, 4096 events or `maxBytes`.
 */
export class FrameGuess {
  readonly #maxBytes: number;
  readonly #parts = { in: NO_BYTES as Uint8Array, out: NO_BYTES as Uint8Array };
  #bytes = 0;
  #events = 0;
  #startMs = NaN;

  /** Waits for at most `maxBytes`. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether what has come can still become a message. */
  get isOpen(): boolean {
    const { in: input, out } = this.#parts;
    return (input.length > 0 && isOpen(input)) ||
      (out.length > 0 && isOpen(out));
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
    const line = this.#parts[from];
    this.#parts[from] = NO_BYTES;
    return line.length === 0 ? null : guessOfLine(line);
  }

  #lines(from: "in" | "out", bytes: Uint8Array): Guess | null {
    let line = this.#parts[from];
    let start = 0;
    for (let end; (end = bytes.indexOf(LF, start)) >= 0; start = end + 1) {
      line = concat([line, bytes.subarray(start, end)]);
      const isBlank = line.every((byte) => byte <= 0x20);
      const guess = isBlank ? null : guessOfLine(line);
      line = NO_BYTES;
      if (guess !== null && (guess !== "lines" || from === "in")) return guess;
    }
    this.#parts[from] = concat([line, bytes.subarray(start)]);
    return null;
  }
}
