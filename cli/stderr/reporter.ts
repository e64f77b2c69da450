import type { Arrival, Clock, Stream } from "../arrival.ts";
import type { ReadObserver } from "../log/follow.ts";
import { diagnosis } from "../summary/diagnosis.ts";
import type { Ending } from "../summary/words.ts";
import { type SliceCount, Statistics } from "../summary/statistics.ts";
import { summary } from "../summary/summary.ts";
import { Progress, showsProgress, terminalColumns } from "./progress.ts";
import { show, talk } from "./talk.ts";

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
