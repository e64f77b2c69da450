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
   * Ends it. Called once, after the last write.
   *
   * @returns Resolves when it has ended.
   */
  close(): Promise<void>;
  /**
   * Ends it at once, also while a write is pending, because the rest of the
   * bytes cannot be had. `close` is called if it is left out.
   *
   * @param reason Why the rest cannot be had.
   * @returns Resolves when it has ended.
   */
  abort?(reason: unknown): Promise<void>;
}

/** Locks a stream and makes a sink of it. */
export function streamSink(stream: WritableStream<Uint8Array>): Sink {
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
