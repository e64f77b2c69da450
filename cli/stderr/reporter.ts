import type { Arrival, Clock, Stream } from "../arrival.ts";
import type { ReadObserver } from "../log/follow.ts";
import { diagnosis } from "../summary/diagnosis.ts";
import {
  columnsOf,
  cutTo,
  type Ending,
  formatBytes,
  formatMs,
} from "../words.ts";
import { type SliceCount, Statistics } from "../summary/statistics.ts";
import { summary } from "../summary/summary.ts";
import { show, talk } from "./talk.ts";
import { escapeText } from "../../src/text_safety.ts";
import { drawColumns, greatest, TimeLine } from "../summary/time_line.ts";

/** The widest a summary is. */
const MAX_COLUMNS = 80;

/** What a {@linkcode Reporter} shows, and of what. */
export interface ReporterOptions {
  /** The command and its arguments; `null` for the built-in child. */
  command: readonly string[] | null;
  label: string | null;
  /** Whether the command writes to a terminal of its own, and not to a pipe. */
  isOnTerminal: boolean;
  /** Whether to show the numbers at the end. */
  summary: boolean;
  /** Whether to show a live line, where stderr is a terminal. */
  progress: boolean;
  /** Whether what we write goes to a file, and not to stdout. */
  isToFile: boolean;
  /** Counts the slices of the log; `null` where it has none. */
  slices: SliceCount | null;
}

/** What is shown on stderr beside the log: the live line, and the summary. */
export class Reporter implements ReadObserver {
  readonly #options: ReporterOptions;
  readonly #statistics: Statistics | null;
  readonly #progress: Progress | null;

  /** Shows what the options ask for. */
  constructor(options: ReporterOptions) {
    const { summary, progress, label, isToFile } = options;
    const isSeen = showsProgress(
      Deno.stdout.isTerminal() && !isToFile,
      Deno.stderr.isTerminal(),
    );
    this.#options = options;
    this.#statistics = summary ? new Statistics() : null;
    this.#progress = progress && isSeen
      ? new Progress({ label, write: (bytes) => Deno.stderr.write(bytes) })
      : null;
  }

  ask({ stream, elapsedMs }: Arrival): void {
    this.#statistics?.ask(stream, elapsedMs);
  }

  resume(stream: Stream): void {
    this.#statistics?.resume(stream);
  }

  take(chunk: Uint8Array, arrival: Arrival): void {
    const { slices } = this.#options;
    const count = slices?.take(chunk.length, arrival.stream) ?? 0;
    this.#statistics?.take(chunk, count, arrival);
    this.#progress?.take(chunk.length);
  }

  /** Takes the live line away before something else is written. */
  async hide(): Promise<void> {
    await this.#progress?.hide();
  }

  /** Takes the live line away for good. */
  async close(): Promise<void> {
    await this.#progress?.close();
  }

  /**
   * Shows the numbers, how the child ended or why the program stopped it, and
   * what is wrong with the pipe.
   */
  async printSummary(clock: Clock, ending: Ending): Promise<void> {
    if (this.#statistics === null) return;
    const { command, label, isOnTerminal } = this.#options;
    // A file keeps the whole width, a narrower terminal would break the lines.
    const columns = Deno.stderr.isTerminal()
      ? Math.min(MAX_COLUMNS, terminalColumns())
      : MAX_COLUMNS;
    try {
      this.#statistics.end(clock.now("out").elapsedMs);
      const options = { label, command, columns };
      // On a terminal a command holds nothing back.
      const piped = isOnTerminal ? null : command;
      const notes = diagnosis(this.#statistics, ending, piped);
      // In one write: several programs of a pipeline have the same stderr.
      await show(
        summary(this.#statistics, ending, options) +
          notes.map((note) => wrap(note, columns)).join(""),
      );
    } catch (error) {
      // It is no part of the log: the exit status stays the command's.
      await talk(`Cannot show the summary as it failed: ${error}`);
    }
  }
}

/**
 * A sentence in lines of at most `columns`, with `->` in front of the first. A
 * command line behind a newline is not broken, so that it can be copied.
 */
export function wrap(sentence: string, columns = MAX_COLUMNS): string {
  const [said = "", ...commands] = sentence.split("\n");
  const lines: string[] = [];
  let line = "->";
  for (const word of said.split(" ")) {
    if (line.length + 1 + word.length > columns && line.trim() !== "") {
      lines.push(line);
      line = "  ";
    }
    line += ` ${word}`;
  }
  lines.push(line, ...commands.map((command) => `     ${command}`));
  return `${lines.join("\n")}\n`;
}

/** Between two drawings of the line. */
const DRAW_MS = 100;
/** How many drawings the rate looks back: one second. */
const RATE_DRAWINGS = 10;
/** After so long without a byte the line says how long, in place of the rate. */
const SILENT_MS = 1000;
/** How long a stopped terminal may delay what comes next. */
const HIDE_MS = 1000;
/** Carriage return, and erase to the end of the line. */
const ERASE = "\r\x1b[K";
/** Columns of the amount and the time, so that what follows stays in place. */
const AMOUNT_COLUMNS = 19;
/** The same of the rate, or of how long nothing has come. */
const RATE_COLUMNS = 13;
/** A shorter time line would show nothing. */
const MIN_LINE_COLUMNS = 10;
/** The time that a column of it stands for at first: a power of two. */
const MIN_COLUMN_MS = 16;
/** The most columns of a label. */
const LABEL_COLUMNS = 20;

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
  /** What the line begins with; default: nothing. */
  label?: string | null;
  /** How many columns the terminal has now; default: asked of Deno, else 80. */
  columns?(): number;
  /** Monotonic milliseconds; default `performance.now()`. */
  now?(): number;
  /**
   * Calls `draw` ten times a second, until what it returns is called; default: a
   * timer that does not keep the program alive.
   */
  every?(draw: () => void): () => void;
}

/**
 * One live line: bytes, time since the start, rate over the last second or how
 * long nothing has come, and the time line from the start to now, as wide as the
 * terminal allows.
 *
 * It is drawn at most ten times a second, and is cut to the width of the
 * terminal. Await {@linkcode hide} before anything else is written there.
 * {@linkcode close} erases the line for good.
 */
export class Progress {
  readonly #options: Required<ProgressOptions>;
  readonly #startMs: number;
  readonly #endDrawing: () => void;
  readonly #timeLine = new TimeLine();
  #bytes = 0;
  /** When the last bytes came, or the start. */
  #lastMs: number;
  /** Bytes and times of the last drawings, the oldest first. */
  readonly #past: { bytes: number; ms: number }[] = [];
  #underway: Promise<unknown> | null = null;
  #drawn = "";

  /** Draws the line from now on. */
  constructor(options: ProgressOptions) {
    this.#options = {
      label: null,
      columns: terminalColumns,
      now: () => performance.now(),
      every: everyTenthOfASecond,
      ...options,
    };
    this.#startMs = this.#lastMs = this.#options.now();
    this.#past.push({ bytes: 0, ms: this.#startMs });
    this.#endDrawing = this.#options.every(() => this.#draw());
  }

  /** More bytes have passed. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#lastMs = this.#options.now();
    this.#timeLine.add(this.#lastMs - this.#startMs, bytes);
  }

  /**
   * Erases the line until it is drawn again; resolves when it is gone, or after
   * 1 s if the terminal takes nothing: the program must stay able to end.
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
    this.#endDrawing();
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
    const rate = this.#rate(ms);
    if (this.#underway !== null) return;
    // A character in the last column would begin a new line on some terminals.
    const shown = this.#line(ms, rate, this.#options.columns() - 1);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    this.#write(ERASE + shown);
  }

  /** Bytes a second over the last second. */
  #rate(ms: number): number {
    const past = this.#past;
    const { bytes, ms: fromMs } = past[0]!;
    past.push({ bytes: this.#bytes, ms });
    if (past.length > RATE_DRAWINGS) past.shift();
    return (this.#bytes - bytes) / Math.max(1, ms - fromMs) * 1000;
  }

  #line(ms: number, rate: number, columns: number): string {
    const durationMs = ms - this.#startMs;
    const { label } = this.#options;
    const name = label === null
      ? ""
      : `${cutTo(escapeText(label), LABEL_COLUMNS)}: `;
    const amount = `${formatBytes(this.#bytes)} in ${formatMs(durationMs)}`;
    const silentMs = ms - this.#lastMs;
    const pace = silentMs >= SILENT_MS
      ? `silent ${formatMs(silentMs)}`
      : `${formatBytes(rate)}/s`;
    const text = name + amount.padStart(AMOUNT_COLUMNS) + "  " +
      pace.padEnd(RATE_COLUMNS);
    const room = columns - columnsOf(text) - 2;
    if (room < MIN_LINE_COLUMNS) {
      return cutTo(text.trimEnd(), Math.max(1, columns));
    }
    const drawn = this.#columns(room, durationMs);
    return `${text}  ${drawColumns(drawn, greatest([drawn]))}`;
  }

  /**
   * The time line so far. It grows to the right until there is no room, and then
   * each column stands for twice the time: with a width that changes at each
   * drawing the line would be restless.
   */
  #columns(room: number, durationMs: number): number[] {
    let widthMs = MIN_COLUMN_MS;
    while (durationMs > room * widthMs) widthMs *= 2;
    const count = Math.max(1, Math.ceil(durationMs / widthMs));
    return this.#timeLine.columns(count, count * widthMs);
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

function everyTenthOfASecond(draw: () => void): () => void {
  const timer = setInterval(draw, DRAW_MS);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}

/** How many columns the terminal has; 80 if that cannot be known. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
