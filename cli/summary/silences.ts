/** How many silences are kept. */
const KEPT = 5;
/** A shorter pause is no silence. */
const MIN_SILENCE_MS = 10;
/** How much is kept of what came after one. */
const NEXT_BYTES = 24;

/** A time in which nothing arrived although somebody waited for it. */
export interface Silence {
  /** When it began: milliseconds since the start. */
  readonly fromMs: number;
  readonly lengthMs: number;
  /** The first bytes that came after it, a copy; `null` if the end came. */
  readonly next: Uint8Array | null;
  /** Whether more bytes arrived with these. */
  readonly isCut: boolean;
}

/** The five longest silences of at least 10 ms. */
export class Silences {
  /** The longest first. */
  readonly longest: Silence[] = [];

  /** One more, before `chunk`, or before the end. */
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
