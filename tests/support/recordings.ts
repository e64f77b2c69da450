/** Reads recordings in the tests, and holds them against what passed. */
import {
  type RecordedEvent,
  type RecordedStream,
  Recording,
} from "../../mod.ts";

/** All of a recording. */
export interface Recorded {
  readonly recording: Recording;
  readonly events: readonly RecordedEvent[];
}

/** Reads a recording to its end. */
export async function readRecording(path: string): Promise<Recorded> {
  const file = await Deno.open(path);
  const recording = await Recording.read(file.readable);
  return { recording, events: await Array.fromAsync(recording) };
}

/** What each read of a stream gave, as text. */
export function textOf(
  events: readonly RecordedEvent[],
  from: RecordedStream,
): string {
  const decoder = new TextDecoder();
  return events.map((event) =>
    event.kind === "piece" && event.from === from
      ? decoder.decode(event.bytes, { stream: true })
      : ""
  ).join("");
}

/**
 * Why a recording is not what passed through a stream, or `null`. Its gaps are
 * passed over; without an end it may stop before the bytes do.
 */
export function difference(
  events: readonly RecordedEvent[],
  from: RecordedStream,
  bytes: Uint8Array,
): string | null {
  let offset = 0;
  for (const event of events) {
    if (event.kind === "status" || event.from !== from) continue;
    if (event.kind === "gap") offset += event.bytes;
    if (event.kind !== "piece") continue;
    const { length } = event.bytes;
    if (event.offset !== offset) {
      return `${from}: a piece at ${event.offset} follows ${offset}`;
    }
    const passed = bytes.subarray(offset, offset + length);
    if (!isEqual(passed, event.bytes)) {
      return `${from}: ${length} bytes at ${offset} are not those that passed`;
    }
    offset += length;
  }
  return null;
}

/** How many bytes of a stream a recording tells of, those of gaps included. */
export function extent(
  events: readonly RecordedEvent[],
  from: RecordedStream,
): number {
  let bytes = 0;
  for (const event of events) {
    if (event.kind === "status" || event.from !== from) continue;
    if (event.kind === "gap") bytes += event.bytes;
    if (event.kind === "piece") bytes += event.bytes.length;
  }
  return bytes;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
