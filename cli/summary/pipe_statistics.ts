import { Bursts } from "./bursts.ts";
import { CutCharacters } from "./cut_characters.ts";
import { Distribution } from "./distribution.ts";
import { JoinedMessages } from "./joined_messages.ts";

/** What a pipe holds, and so what one read gives at most. */
export const PIPE_BYTES = 65536;

/** What arrived through one pipe, in numbers. About 75 KiB of memory. */
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
  /** Reads of exactly 4096 bytes, of 8192, and of 65536 or more: a full pipe. */
  readonly exactly = { 4096: 0, 8192: 0, 65536: 0 };
  /** Milliseconds between a read and the next wish for one; NaN if not told. */
  busyMs = NaN;
  #askedMs = NaN;
  #isAwaited = false;

  /** Somebody waits for bytes from now on. */
  ask(elapsedMs: number): void {
    this.#askedMs = elapsedMs;
    this.#isAwaited = true;
    if (Number.isNaN(this.busyMs)) this.busyMs = 0;
    if (this.reads > 0) this.busyMs += Math.max(0, elapsedMs - this.lastMs);
  }

  /** Whether somebody has asked and got nothing yet; `null` if not told. */
  get isAwaited(): boolean | null {
    return Number.isNaN(this.#askedMs) ? null : this.#isAwaited;
  }

  /** When the wait began that is on, or that ended with the last read. */
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
    if (size === 4096) this.exactly[4096]++;
    else if (size === 8192) this.exactly[8192]++;
    else if (size >= PIPE_BYTES) this.exactly[65536]++;
  }

  #begin(chunk: Uint8Array, elapsedMs: number): void {
    this.firstMs = elapsedMs;
    const newline = chunk.indexOf(10);
    if (newline < 0) return;
    this.lines = chunk.indexOf(10, newline + 1) < 0 ? 1 : 2;
  }
}
