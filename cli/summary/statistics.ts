import type { Arrival } from "../formats/format.ts";
import { PipeStatistics } from "./pipe_statistics.ts";
import { Silences } from "./silences.ts";

/**
 * What a child's pipes gave, in numbers that do not grow: about 150 KiB for
 * both pipes however much passes.
 *
 * Call it once a read of the pipe, with what that gave: a chunk that was cut or
 * put together on the way says nothing about the child. Times are milliseconds
 * since the start, by the monotonic clock.
 */
export class Statistics {
  readonly out = new PipeStatistics();
  readonly err = new PipeStatistics();
  /** The longest times in which neither pipe gave anything. */
  readonly silences = new Silences();
  /** From the start to the end; NaN until {@linkcode end}. */
  durationMs = NaN;
  #lastMs = NaN;

  /**
   * From now on somebody waits for the next bytes of `stream`.
   *
   * Call it before each read. Without it, time in which the log was written is
   * taken for silence of the child, and nobody can tell which was the slow
   * side.
   */
  ask(stream: Arrival["stream"], elapsedMs: number): void {
    this[stream].ask(elapsedMs);
  }

  /** What one read gave, when it arrived, and into how many slices it was cut. */
  take(chunk: Uint8Array, slices: number, arrival: Arrival): void {
    if (chunk.length === 0) return;
    const { stream, elapsedMs } = arrival;
    this.#silence(elapsedMs, chunk);
    this.#lastMs = elapsedMs;
    this[stream].take(chunk, slices, elapsedMs);
  }

  /** All has arrived. */
  end(elapsedMs: number): void {
    this.#silence(elapsedMs, null);
    this.durationMs = elapsedMs;
  }

  /** What nobody read until now is no silence of the child. */
  #silence(untilMs: number, chunk: Uint8Array | null): void {
    const pipes = [this.out, this.err];
    if (Number.isNaN(this.#lastMs)) return;
    if (pipes.some(({ isAwaited }) => isAwaited === false)) return;
    const fromMs = Math.max(
      this.#lastMs,
      ...pipes.map(({ waitsSinceMs }) => waitsSinceMs),
    );
    this.silences.add(fromMs, untilMs - fromMs, chunk);
  }
}
