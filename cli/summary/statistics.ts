import { LF, PIPE_BYTES } from "../../src/bytes.ts";
import type { Arrival, PerStream, Stream } from "../arrival.ts";
import { Distribution } from "./distribution.ts";
import { Bursts, CutCharacters, JoinedMessages } from "./signs.ts";
import { TimeLine } from "./time_line.ts";

/**
 * What a child's pipes gave, in numbers. They take about 190 KiB for both pipes,
 * however much passes.
 *
 * Call {@linkcode take} once for each read of a pipe, with all that it gave: a
 * chunk that was cut or joined says nothing about the child. Times are milliseconds
 * since the start, by the monotonic clock.
 */
export class Statistics {
  readonly out = new PipeStatistics();
  readonly err = new PipeStatistics();
  /** The longest times in which neither pipe gave anything. */
  readonly silences = new Silences();
  /** From the start to the end; NaN until {@linkcode end}. */
  durationMs = NaN;
  #lastMs = 0;

  /**
   * The reader waits for the next bytes of `stream` from now on.
   *
   * Call it before each read. Without it, the time in which the log is written
   * counts as silence of the child, and it cannot be known which side was slow.
   */
  ask(stream: Stream, elapsedMs: number): void {
    this[stream].ask(elapsedMs);
  }

  /** The reader has bytes of `stream` and does not wait for more. */
  resume(stream: Stream): void {
    this[stream].resume();
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

  /** Time in which a pipe was not being read is no silence of the child. */
  #silence(untilMs: number, chunk: Uint8Array | null): void {
    const pipes = [this.out, this.err];
    if (pipes.some(({ isAwaited }) => isAwaited === false)) return;
    const fromMs = Math.max(
      this.#lastMs,
      ...pipes.map(({ waitsSinceMs }) => waitsSinceMs),
    );
    // What came before the reader waited would have been there at once. So a
    // child that was waited for has been silent since the start.
    const isFirst = this.#lastMs === 0 && untilMs - fromMs >= MIN_SILENCE_MS;
    const sinceMs = isFirst ? 0 : fromMs;
    this.silences.add(sinceMs, untilMs - sinceMs, chunk);
  }
}

/** What arrived through one pipe, in numbers. About 95 KiB of memory. */
export class PipeStatistics {
  bytes = 0;
  slices = 0;
  reads = 0;
  /** When the first byte arrived: milliseconds since the start. */
  firstMs = NaN;
  /** When the last byte arrived. */
  lastMs = NaN;
  /** Newlines in the first read; 2 stands for any more. */
  lines = 0;
  /** Bytes of each read. */
  readonly sizes = new Distribution();
  /** Microseconds between one read and the next. */
  readonly gaps = new Distribution();
  readonly characters = new CutCharacters();
  readonly bursts = new Bursts();
  readonly messages = new JoinedMessages();
  /** How many bytes came when. */
  readonly timeLine = new TimeLine();
  /** Reads of exactly 4096 bytes, of 8192, and of 65536 or more: a full pipe. */
  readonly exactly = { 4096: 0, 8192: 0, 65536: 0 };
  /** Time the reader spent elsewhere between two reads; NaN without `ask`. */
  busyMs = NaN;
  #askedMs = NaN;
  #isAwaited = false;

  /** The reader waits from now on. */
  ask(elapsedMs: number): void {
    this.#askedMs = elapsedMs;
    this.#isAwaited = true;
    if (Number.isNaN(this.busyMs)) this.busyMs = 0;
    if (this.reads > 0) this.busyMs += Math.max(0, elapsedMs - this.lastMs);
  }

  /** The reader does not wait. */
  resume(): void {
    this.#isAwaited = false;
  }

  /** Whether the reader waits; `null` without `ask`. */
  get isAwaited(): boolean | null {
    return Number.isNaN(this.#askedMs) ? null : this.#isAwaited;
  }

  /** When the pending wait began, or the one that the last read has ended. */
  get waitsSinceMs(): number {
    const before = this.reads > 0 ? this.lastMs : 0;
    return Math.max(before, Number.isNaN(this.#askedMs) ? 0 : this.#askedMs);
  }

  /** What one read gave. */
  take(chunk: Uint8Array, slices: number, elapsedMs: number): void {
    const size = chunk.length;
    this.#isAwaited = false;
    this.bursts.take(chunk, elapsedMs - this.waitsSinceMs);
    this.messages.take(chunk);
    this.characters.take(chunk);
    if (this.reads === 0) this.#begin(chunk, elapsedMs);
    else this.gaps.add((elapsedMs - this.lastMs) * 1000);
    this.lastMs = elapsedMs;
    this.bytes += size;
    this.slices += slices;
    this.reads++;
    this.sizes.add(size);
    this.timeLine.add(elapsedMs, size);
    if (size === 4096) this.exactly[4096]++;
    else if (size === 8192) this.exactly[8192]++;
    else if (size >= PIPE_BYTES) this.exactly[65536]++;
  }

  #begin(chunk: Uint8Array, elapsedMs: number): void {
    this.firstMs = elapsedMs;
    const newline = chunk.indexOf(LF);
    if (newline < 0) return;
    this.lines = chunk.indexOf(LF, newline + 1) < 0 ? 1 : 2;
  }
}

/** How many silences are kept. */
const KEPT = 5;
/** A shorter pause is no silence. */
const MIN_SILENCE_MS = 10;
/** How many bytes after a silence are kept. */
const NEXT_BYTES = 24;

/** A time in which the reader waited and nothing arrived. */
export interface Silence {
  /** When it began: milliseconds since the start. */
  readonly fromMs: number;
  readonly lengthMs: number;
  /** The first bytes that came after it, a copy; `null` if the end came. */
  readonly next: Uint8Array | null;
  /** Whether the same read gave more bytes. */
  readonly isCut: boolean;
}

/** The five longest silences of at least 10 ms. */
export class Silences {
  /** The longest first. */
  readonly longest: Silence[] = [];

  /** Adds one that ended with `chunk`, or with the end of the stream. */
  add(fromMs: number, lengthMs: number, chunk: Uint8Array | null): void {
    const { longest } = this;
    const least = longest.length < KEPT ? 0 : longest[KEPT - 1]!.lengthMs;
    if (lengthMs < MIN_SILENCE_MS || lengthMs <= least) return;
    const next = chunk === null ? null : chunk.slice(0, NEXT_BYTES);
    const isCut = chunk !== null && chunk.length > NEXT_BYTES;
    longest.push({ fromMs, lengthMs, next, isCut });
    longest.sort((a, b) => b.lengthMs - a.lengthMs);
    if (longest.length > KEPT) longest.pop();
  }
}

/** What the number of slices of a pipe depends on. */
export interface SliceCountOptions {
  /** The most bytes of a slice. */
  readonly sliceBytes: number;
  /** Whether a slice that is not full waits for the next bytes. */
  readonly fill: boolean;
  /** The most slices of both pipes together. */
  readonly max: number;
}

/** Counts the slices that the log makes of what the pipes give. */
export class SliceCount {
  readonly #options: SliceCountOptions;
  /** Bytes of the slice of each pipe that is not full so far. */
  readonly #begun: PerStream<number> = { out: 0, err: 0 };
  #left: number;

  /** None yet. */
  constructor(options: SliceCountOptions) {
    this.#options = options;
    this.#left = options.max;
  }

  /** How many slices begin with these bytes, at most as many as are left. */
  take(bytes: number, stream: Stream): number {
    const { sliceBytes, fill } = this.#options;
    const begun = this.#begun[stream];
    const slices = Math.ceil((begun + bytes) / sliceBytes) -
      Math.ceil(begun / sliceBytes);
    if (fill) this.#begun[stream] = (begun + bytes) % sliceBytes;
    const logged = Math.min(slices, this.#left);
    this.#left -= logged;
    return logged;
  }
}
