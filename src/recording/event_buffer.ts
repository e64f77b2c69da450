import type { RecordedEvent } from "./event.ts";
import { eventLine } from "./line.ts";

const ENCODER = new TextEncoder();

/** Lines that are collected to be written together: a buffer that grows. */
export class EventBuffer {
  /** How many bytes are collected. */
  length = 0;
  #bytes = new Uint8Array(65_536);

  /** What is collected, as a view that the next change overwrites. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Empties it, and keeps its memory. */
  reset(): void {
    this.length = 0;
  }

  /** Adds the line of an event. */
  add(event: RecordedEvent): void {
    this.addText(eventLine(event));
  }

  /** Adds a text. */
  addText(text: string): void {
    this.#ensure(text.length * 3);
    const free = this.#bytes.subarray(this.length);
    this.length += ENCODER.encodeInto(text, free).written;
  }

  #ensure(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.written());
    this.#bytes = grown;
  }
}
