/**
 * After a blocked event loop a timer comes before the news that wait in the
 * system: bytes, a child's end. So long later they are known, on a busy machine,
 * too, where one turn of the loop alone is not always enough.
 */
export const SECOND_LOOK_MS = 5;

/** A pipe whose child has ended. */
export interface Draining {
  /** Bytes that have arrived. */
  readonly bytes: number;
  /** Whether the pipe is being waited for; if not, its reader is slow. */
  readonly isWaiting: boolean;
  /** The pipe is silent, or time is up: nothing more is waited for. */
  giveUp(): void;
}

/** Tells when a pipe that somebody may still hold has been read for long enough. */
export class DrainWatch {
  /** When something last arrived, by `performance.now()`. */
  lastMs = performance.now();
  /** Whether time was up, and only what was in the pipe by then is wanted. */
  isLate = false;
  readonly #pipe: Draining;
  #silenceMs: number | undefined;
  #isLookedAtTwice = false;
  #isHeldBack = false;
  #isOver = false;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(pipe: Draining) {
    this.#pipe = pipe;
  }

  /** Something has arrived. */
  touch(): void {
    this.lastMs = performance.now();
    this.#isLookedAtTwice = false;
  }

  /** From now on the pipe is given up when it is silent for so long. */
  start(silenceMs: number): void {
    this.#silenceMs = silenceMs;
    this.touch();
    // A look that was due later may be far too late now.
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.look();
  }

  /** After so long it is given up though it is not silent. */
  limit(maxMs: number): void {
    this.#deadline ??= setTimeout(() => this.#hurry(), maxMs);
  }

  /** Nothing is watched any more. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#deadline);
  }

  /** Looks whether it is silent, and again when it could be. */
  look(): void {
    if (this.#silenceMs === undefined || this.#isOver) return;
    if (this.#silence !== undefined) return;
    // A slow reader reads on: only from now on it is the pipe that is silent.
    if (this.#isHeldBack) this.touch();
    this.#isHeldBack = false;
    const dueMs = this.lastMs + this.#silenceMs - performance.now();
    if (dueMs <= 0 && this.#isLookedAtTwice) return this.#giveUp();
    // Only a second look tells that no bytes wait in the pipe.
    this.#isLookedAtTwice = dueMs <= 0;
    this.#silence = setTimeout(() => {
      this.#silence = undefined;
      this.look();
    }, Math.max(SECOND_LOOK_MS, dueMs));
  }

  /** Time is up; a second look, too. */
  #hurry(): void {
    this.isLate = true;
    if (!this.#pipe.isWaiting) return this.#giveUp();
    const { bytes } = this.#pipe;
    this.#deadline = setTimeout(() => {
      if (this.#pipe.bytes === bytes) this.#giveUp();
    }, SECOND_LOOK_MS);
  }

  #giveUp(): void {
    this.#isHeldBack = !this.#pipe.isWaiting;
    this.#pipe.giveUp();
  }
}
