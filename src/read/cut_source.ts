import { ByteBuffer } from "./byte_buffer.ts";
import type { Cutter } from "./cutter.ts";
import { Intake } from "./intake.ts";
import { checkMs } from "../check.ts";
import type { ReadFrameOptions } from "./read_options.ts";

/** Who must be asked before anybody else may touch the buffer. */
export interface Holder {
  /** Why nobody else may; absent if {@linkcode settle} clears the way. */
  refusal?: string;
  /** Puts back what was cut and not yet given. */
  settle(): void;
}

const WAITING: Holder = {
  refusal:
    "Cannot read as only one read may wait at a time: current value is a read that still waits",
  settle() {},
};

const HANDED_OVER: Holder = {
  refusal:
    "Cannot read as the stream must not have been handed over: current value is a reader after rest()",
  settle() {},
};

/** The buffer of a stream, and the one loop that waits until a cut is there. */
export class CutSource {
  readonly buffer: ByteBuffer = new ByteBuffer();
  readonly intake: Intake;
  holder: Holder | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.intake = new Intake(stream, this.buffer);
  }

  /** Clears the way to the buffer, or throws a `TypeError`. */
  enter(): void {
    const holder = this.holder;
    if (holder === undefined) return;
    if (holder.refusal !== undefined) throw new TypeError(holder.refusal);
    holder.settle();
  }

  /** What can be cut from what has arrived. */
  tryTake<T>(cutter: Cutter<T>): T | undefined {
    this.enter();
    cutter.begin();
    return cutter.cut(this.buffer, this.intake.ended);
  }

  /** The next cut, or `null` when nothing is left. */
  async take<T>(
    cutter: Cutter<T>,
    options: ReadFrameOptions = {},
  ): Promise<T | null> {
    const { signal, timeoutMs, idleTimeoutMs } = options;
    checkMs("wait", "timeoutMs", timeoutMs);
    checkMs("wait", "idleTimeoutMs", idleTimeoutMs);
    signal?.throwIfAborted();
    const deadline = timeoutMs === undefined
      ? Infinity
      : performance.now() + timeoutMs;
    let value = this.tryTake(cutter);
    for (let isFirst = true; value === undefined; isFirst = false) {
      if (this.intake.ended) return null;
      let waitMs = deadline - performance.now();
      let limit = "timeoutMs";
      if (idleTimeoutMs !== undefined && this.buffer.length > 0) {
        if (idleTimeoutMs < waitMs) {
          waitMs = idleTimeoutMs;
          limit = "idleTimeoutMs";
        }
      }
      const timeoutError = () => timeout(limit, options);
      // A steady trickle must not outrun the deadline; yet the first wait
      // always starts a read, so that a timeout of 0 polls.
      if (waitMs <= 0 && !isFirst) throw timeoutError();
      this.holder = WAITING;
      try {
        await this.intake.more(Math.max(0, waitMs), timeoutError, signal);
      } finally {
        this.holder = undefined;
        // A wish for room must not outlive the read that had it.
        this.buffer.reserve(0);
      }
      value = cutter.cut(this.buffer, this.intake.ended);
    }
    return value;
  }

  /** Whether {@linkcode handOver} was called. */
  get isHandedOver(): boolean {
    return this.holder === HANDED_OVER;
  }

  /** Refuses everybody from here on. */
  handOver(): void {
    this.enter();
    this.holder = HANDED_OVER;
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.isHandedOver) this.enter();
    this.holder?.settle();
    await this.intake.cancel(reason);
  }
}

function timeout(limit: string, options: ReadFrameOptions): DOMException {
  const ms = limit === "timeoutMs" ? options.timeoutMs : options.idleTimeoutMs;
  return new DOMException(
    `Cannot read as ${limit} has passed: current value is ${ms}`,
    "TimeoutError",
  );
}
