/** Where what a writer writes goes, one write at a time. */
export interface Sink {
  /**
   * Whether the bytes are free again once `write` has settled. A stream may
   * hold them longer: an identity `TransformStream` passes them on as they are.
   */
  readonly givesBack: boolean;
  /**
   * Settles when all of the pieces have been accepted. Nothing of another
   * writer to the same sink comes between them.
   */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Ends it; called once, after the last write. */
  close(): Promise<void>;
}

/**
 * Streams of ours whose sink a writer talks to directly. A queue of Web
 * Streams in between costs more than the write itself.
 */
const OWN_SINKS = new WeakMap<WritableStream<Uint8Array>, Sink>();

/** Makes a stream that a `PipeWriter` recognizes as `sink`. */
export function ownStream(sink: Sink): WritableStream<Uint8Array> {
  const stream = new WritableStream<Uint8Array>({
    write: (bytes) => sink.write([bytes]),
    close: () => sink.close(),
  });
  OWN_SINKS.set(stream, sink);
  return stream;
}

/** Locks a stream and gives its sink. */
export function sinkOf(stream: WritableStream<Uint8Array>): Sink {
  const writer = stream.getWriter();
  // Both reject when the stream breaks, which every write tells as well.
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  return OWN_SINKS.get(stream) ?? {
    givesBack: false,
    async write(pieces) {
      for (const piece of pieces) await writer.write(piece);
    },
    close: () => writer.close(),
  };
}
