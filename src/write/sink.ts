import { shown } from "../check.ts";

/**
 * Where the bytes of a {@linkcode PipeWriter} go directly, without a Web Stream
 * between. One write at a time.
 */
export interface Sink {
  /**
   * Whether the bytes are free again once `write` has settled. `false` where
   * they may be held longer: a `TransformStream` passes its chunks on as they
   * are.
   */
  readonly givesBack: boolean;
  /**
   * Rejects as soon as nothing can be written any more. Leave it out if only a
   * write shows that.
   */
  readonly closed?: Promise<void>;
  /**
   * Takes bytes, in order.
   *
   * @param pieces The bytes. If several writers share the sink, nothing of
   * another comes between two pieces.
   * @returns Resolves when all of the pieces have been accepted; rejects with a
   * `Deno.errors.BrokenPipe` if nobody reads them any more.
   */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /**
   * Ends it. Called once, after the last write; also after one that has failed,
   * if there is no `abort`. What it rejects with is ignored then.
   *
   * @returns Resolves when it has ended.
   */
  close(): Promise<void>;
  /**
   * Ends it at once, also while a write is pending, because the rest of the
   * bytes cannot be had, or because a write has failed. Called once, and `close`
   * is not called then. `close` is called if it is left out.
   *
   * @param reason Why the rest cannot be had, or written.
   * @returns Resolves when it has ended.
   */
  abort?(reason: unknown): Promise<void>;
}

/** The sink of what a writer was given. */
export function sinkOf(to: WritableStream<Uint8Array> | Sink): Sink {
  if (to instanceof WritableStream) return streamSink(to);
  const given = Object(to);
  if (typeof given.write === "function" && typeof given.close === "function") {
    return to;
  }
  throw new TypeError(
    "Cannot write as what is written to must be a WritableStream or a Sink: " +
      `current value is ${shown(to)}`,
  );
}

/** Locks a stream and makes a sink of it. */
function streamSink(stream: WritableStream<Uint8Array>): Sink {
  const writer = stream.getWriter();
  // Rejects when the stream breaks. Each write rejects then, too.
  writer.ready.catch(() => {});
  return {
    givesBack: false,
    closed: writer.closed,
    async write(pieces) {
      for (const piece of pieces) await writer.write(piece);
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  };
}
