/** Ways to cut bytes, and streams that give them cut so. */
import { Buffer } from "node:buffer";

/** Text as bytes, one byte per character (U+0000 to U+00FF). */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** Bytes as text, one character per byte: the other way round. */
export function textOf(bytes: Uint8Array): string {
  const { buffer, byteOffset, length } = bytes;
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length)
    .toString("latin1");
}

/** The bytes, cut at the given places. */
export function cutAt(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const starts = [0, ...places];
  return starts.map((start, i) => bytes.slice(start, starts[i + 1]));
}

/** Whole, byte by byte, and every way to cut at one or at two places. */
export function everyCut(bytes: Uint8Array): Uint8Array[][] {
  const all = Array.from(bytes, (_, at) => at).slice(1);
  const ways = [[], all];
  for (const first of all) {
    ways.push([first]);
    for (const second of all) if (second > first) ways.push([first, second]);
  }
  return ways.map((places) => cutAt(bytes, places));
}

/** A stream that gives a piece whenever it is asked for one. */
export function streamOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const piece = pieces[next++];
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

/** A stream that is fed by hand. */
export function fedStream(): {
  stream: ReadableStream<Uint8Array>;
  feed: (text: string) => void;
  end: () => void;
  fail: (error: Error) => void;
  reads: () => number;
  cancelled: Promise<unknown>;
} {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let reads = 0;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    pull() {
      reads++;
    },
    cancel: resolve,
  }, { highWaterMark: 0 });
  return {
    stream,
    feed: (text) => controller.enqueue(bytesOf(text)),
    end: () => controller.close(),
    fail: (error) => controller.error(error),
    reads: () => reads,
    cancelled: promise,
  };
}
