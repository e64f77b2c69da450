import type { WaitOptions } from "../read/read_options.ts";
import { Ahead } from "./ahead.ts";
import { timeoutError } from "./errors.ts";
import type { Batch } from "./format.ts";

/** A receive that waits. */
interface Waiter<Message> {
  give(message: Message | null): void;
  fail(error: unknown): void;
}

/** Messages that have arrived, and those who wait for one. */
export class Inbox<Message> extends Ahead<Message> {
  readonly #waiting = new Set<Waiter<Message>>();
  /** Set when no more will arrive; with why, if that is not a clean end. */
  #end: { error: unknown } | undefined;

  /** The next message, `null` at the end. The options were checked. */
  receive(options?: WaitOptions): Promise<Message | null> {
    const message = this.take();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end === undefined) return this.#wait(options);
    const { error } = this.#end;
    return error === undefined ? Promise.resolve(null) : Promise.reject(error);
  }

  override add(batch: Batch<Message>): void {
    super.add(batch);
    for (const waiter of this.#waiting) {
      const message = this.take();
      if (message === undefined) break;
      this.#waiting.delete(waiter);
      waiter.give(message);
    }
  }

  /** No more will arrive. */
  end(error: unknown): void {
    this.#end = { error };
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      if (error === undefined) waiter.give(null);
      else waiter.fail(error);
    }
  }

  #wait(options?: WaitOptions): Promise<Message | null> {
    if (options === undefined) {
      // Most waits: there is nothing to be cleaned up after them.
      return new Promise((give, fail) => {
        this.#waiting.add({ give, fail });
      });
    }
    const { signal, timeoutMs } = options;
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const finish = () => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
      };
      const waiter: Waiter<Message> = {
        give(message) {
          finish();
          resolve(message);
        },
        fail(error) {
          finish();
          reject(error);
        },
      };
      const abort = () => waiter.fail(signal!.reason);
      signal?.addEventListener("abort", abort);
      if (timeoutMs !== undefined) {
        const late = () => waiter.fail(timeoutError("receive", timeoutMs));
        timer = setTimeout(late, timeoutMs);
      }
      this.#waiting.add(waiter);
    });
  }
}
