import type { Arrival, Clock, Stream } from "../arrival.ts";
import type { ReadObserver } from "../log/follow.ts";
import type { ParentLine } from "../main/parent_program.ts";
import { diagnosis } from "../summary/diagnosis.ts";
import { SliceCount, Statistics } from "../summary/statistics.ts";
import { type Ending, summary } from "../summary/summary.ts";
import { Progress, showsProgress } from "./progress.ts";
import { show, talk } from "./talk.ts";

/** What is shown on stderr beside the log: the live line, and the summary. */
export class Reporter implements ReadObserver {
  readonly #line: ParentLine;
  readonly #statistics: Statistics | null;
  readonly #progress: Progress | null;
  /** `null` if the log has frames: they are no slices. */
  readonly #slices: SliceCount | null;

  /** Shows what the options ask for. */
  constructor(line: ParentLine) {
    const { summary, progress, output, frame, slice, fill, count } =
      line.settings;
    const isSeen = showsProgress(
      Deno.stdout.isTerminal() && output === null,
      Deno.stderr.isTerminal(),
    );
    this.#line = line;
    this.#statistics = summary ? new Statistics() : null;
    this.#progress = progress && isSeen
      ? new Progress({ write: (bytes) => Deno.stderr.write(bytes) })
      : null;
    this.#slices = frame === "slice"
      ? new SliceCount({ sliceBytes: slice, fill, max: count ?? Infinity })
      : null;
  }

  ask({ stream, elapsedMs }: Arrival): void {
    this.#statistics?.ask(stream, elapsedMs);
  }

  resume(stream: Stream): void {
    this.#statistics?.resume(stream);
  }

  take(chunk: Uint8Array, arrival: Arrival): void {
    const slices = this.#slices?.take(chunk.length, arrival.stream) ?? 0;
    this.#statistics?.take(chunk, slices, arrival);
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
    const { command, settings: { label } } = this.#line;
    try {
      this.#statistics.end(clock.now("out").elapsedMs);
      await show(summary(this.#statistics, ending, { label, command }));
      for (const sentence of diagnosis(this.#statistics, ending, command)) {
        await show(wrap(sentence));
      }
    } catch (error) {
      // It is no part of the log: the exit status stays the command's.
      await talk(`Cannot show the summary as it failed: ${error}`);
    }
  }
}

/** A sentence in lines of at most `columns`, with `->` in front of the first. */
export function wrap(sentence: string, columns = 80): string {
  const lines: string[] = [];
  let line = "->";
  for (const word of sentence.split(" ")) {
    if (line.length + 1 + word.length > columns && line.trim() !== "") {
      lines.push(line);
      line = "  ";
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}
