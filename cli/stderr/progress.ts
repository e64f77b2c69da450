import { formatBytes, formatMs } from "../summary/summary.ts";

/** Between two drawings of the line. */
const DRAW_MS = 100;
/** How many drawings the rate looks back: one second. */
const RATE_DRAWINGS = 10;
/** How long a stopped terminal may delay what comes next. */
const HIDE_MS = 200;
/** Carriage return, and erase to the end of the line. */
const ERASE = "\r\x1b[K";

const encoder = new TextEncoder();

/** Whether to show a live line: stderr is a terminal, and the log goes elsewhere. */
export function showsProgress(
  stdoutIsTerminal: boolean,
  stderrIsTerminal: boolean,
): boolean {
  return stderrIsTerminal && !stdoutIsTerminal;
}

/** Where the line goes, and what it asks for. */
export interface ProgressOptions {
  /**
   * Writes to the terminal. The line is not drawn while the last write is
   * pending, so that a stopped terminal (Ctrl-S) stops nothing else. A failure is
   * ignored: there is nowhere to report it.
   */
  write(bytes: Uint8Array): Promise<unknown>;
  /** How many columns the terminal has now; default: asked of Deno, else 80. */
  columns?(): number;
  /** Monotonic milliseconds; default `performance.now()`. */
  now?(): number;
}

/**
 * One live line: bytes, rate over the last second, time since the start.
 *
 * It is drawn at most ten times a second, by a timer that does not keep the
 * program alive, and is cut to the width of the terminal. Await
 * {@linkcode hide} before anything else is written there. {@linkcode close}
 * erases the line for good.
 */
export class Progress {
  readonly #options: Required<ProgressOptions>;
  readonly #startMs: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #bytes = 0;
  /** Bytes and times of the last drawings, the oldest first. */
  readonly #past: { bytes: number; ms: number }[] = [];
  #underway: Promise<unknown> | null = null;
  #drawn = "";

  /** Draws the line from now on. */
  constructor(options: ProgressOptions) {
    this.#options = {
      columns: terminalColumns,
      now: () => performance.now(),
      ...options,
    };
    this.#startMs = this.#options.now();
    this.#past.push({ bytes: 0, ms: this.#startMs });
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    Deno.unrefTimer(this.#timer);
  }

  /** More bytes have passed. */
  take(bytes: number): void {
    this.#bytes += bytes;
  }

  /**
   * Erases the line until it is drawn again; resolves when it is gone, or after
   * 200 ms if the terminal takes nothing: the program must stay able to end.
   */
  async hide(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, HIDE_MS);
    });
    await Promise.race([this.#erase(), late]);
    clearTimeout(timer);
  }

  /** Erases the line for good. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.hide();
  }

  async #erase(): Promise<void> {
    await this.#underway;
    if (this.#drawn === "") return;
    this.#drawn = "";
    await this.#write(ERASE);
  }

  #draw(): void {
    const ms = this.#options.now();
    const past = this.#past;
    const { bytes, ms: fromMs } = past[0]!;
    const rate = (this.#bytes - bytes) / Math.max(1, ms - fromMs) * 1000;
    past.push({ bytes: this.#bytes, ms });
    if (past.length > RATE_DRAWINGS) past.shift();
    const line = `${formatBytes(this.#bytes).padStart(8)}  ` +
      `${formatBytes(rate).padStart(8)}/s  ${formatMs(ms - this.#startMs)}`;
    // A character in the last column would begin a new line on some terminals.
    const shown = line.slice(0, Math.max(0, this.#options.columns() - 1));
    if (this.#underway !== null || shown === this.#drawn) return;
    this.#drawn = shown;
    this.#write(ERASE + shown);
  }

  #write(text: string): Promise<unknown> {
    const written = this.#options.write(encoder.encode(text))
      .catch(() => {})
      .then(() => {
        this.#underway = null;
      });
    this.#underway = written;
    return written;
  }
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
