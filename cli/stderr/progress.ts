import { formatBytes, formatMs } from "../summary/summary.ts";

/** Between two drawings of the line. */
const DRAW_MS = 100;
/** How many drawings the rate looks back: one second. */
const RATE_DRAWINGS = 10;
/** How long a terminal that is stopped may delay what comes next. */
const HIDE_MS = 200;
/** Carriage return, and erase to the end of the line. */
const ERASE = "\r\x1b[K";

const encoder = new TextEncoder();

/** Whether a live line is wanted: the person looks, and the log goes elsewhere. */
export function showsProgress(
  stdoutIsTerminal: boolean,
  stderrIsTerminal: boolean,
): boolean {
  return stderrIsTerminal && !stdoutIsTerminal;
}

/** Where the line goes and what it needs of the world. */
export interface ProgressOptions {
  /**
   * Writes to the terminal. The line is not drawn while the write before it is
   * underway, so that a terminal that is stopped stops nothing else; failures
   * are left alone, as there is nowhere to tell them.
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
 * Drawn ten times a second at most, by a timer that keeps nothing alive, and
 * cut to the width of the terminal. Before anything else is written there,
 * await {@linkcode hide}; {@linkcode close} erases the line for good.
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

  /** A line that is drawn from now on. */
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

  /** So many bytes more have passed. */
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

  /** Erases the line and draws none any more. */
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
