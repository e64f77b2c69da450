import type { Batch } from "./format.ts";

/** How many messages are read ahead of a slow receiver. */
export const AHEAD_MESSAGES = 4_096;
/** How many bytes of messages are. One read more may come on top. */
export const AHEAD_BYTES = 1_048_576;

/** A bounded place for what has arrived: reading waits while it is full. */
export interface Bounded {
  /** Whether no more may be read. */
  readonly isFull: boolean;
  /** How many more messages may be read now. */
  readonly limit: number;
  /** Resolves when it is no longer full. */
  room(): Promise<void>;
}

/**
 * Messages that have arrived and were not received.
 *
 * It is read on at half: else each message that is taken would ask for a read
 * of one, and a codec would decode all that has arrived for it.
 */
export class Ahead<Message> implements Bounded {
  readonly #batches: Batch<Message>[] = [];
  /** The place in the first batch. */
  #at = 0;
  #messages = 0;
  #bytes = 0;
  #wake: (() => void) | undefined;

  get isFull(): boolean {
    return this.#messages * 2 > AHEAD_MESSAGES || this.#bytes >= AHEAD_BYTES;
  }

  get limit(): number {
    return AHEAD_MESSAGES - this.#messages;
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  add(batch: Batch<Message>): void {
    this.#batches.push(batch);
    this.#messages += batch.messages.length;
    this.#bytes += batch.bytes;
  }

  /** The next message, or `undefined`. */
  take(): Message | undefined {
    const batch = this.#batches[0];
    if (batch === undefined) return undefined;
    const { messages } = batch;
    const message = messages[this.#at]!;
    // It may be large: the batch must not hold it until its end.
    messages[this.#at++] = undefined as Message;
    this.#messages--;
    if (this.#at === messages.length) {
      this.#batches.shift();
      this.#at = 0;
      this.#bytes -= batch.bytes;
    }
    if (this.#wake !== undefined && !this.isFull) {
      const wake = this.#wake;
      this.#wake = undefined;
      wake();
    }
    return message;
  }
}
