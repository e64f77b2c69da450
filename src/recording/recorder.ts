import { NO_BYTES } from "../bytes.ts";
import { settlesWithin } from "../wait.ts";
import type { Sink } from "../write/sink.ts";
import { PipeWriter } from "../write/writer.ts";
import type { PassedBytes, RecordedEvent, RecordedStream } from "./event.ts";
import { RECORDED_STREAMS } from "./event.ts";
import { EventBuffer } from "./event_buffer.ts";
import { headerLine, roundMs } from "./line.ts";
import { checked, type RecorderOptions } from "./recorder_options.ts";
import { Redactor } from "./redact.ts";

/** So many bytes of lines leave with one write, and are made in one go. */
const BATCH_BYTES = 262_144;
/** What an event takes in memory beside its bytes. */
const EVENT_BYTES = 256;
/** The memory that the copies of small pieces share. */
const SHARED_BYTES = 65_536;
/** A longer piece is more than one line, which a reader can hold. */
const MAX_PIECE_BYTES = 16_777_216;

const WHY_BEHIND = "the recorder fell behind";
const WHY_FULL = "the recording has reached its largest size";

/** Bytes of a stream that passed and are not kept. */
interface Unkept {
  ms: number;
  bytes: number;
}

type PieceEvent = Extract<RecordedEvent, { kind: "piece" }>;

/**
 * Writes a recording: what passed through the pipes of a command, with its times.
 *
 * It never stands in the way of what it records: {@linkcode Recorder.piece} copies
 * the bytes, returns at once and never throws. Lines are made and written later,
 * up to 256 KiB at a time. When what they are written to is too slow, at most
 * `maxPendingBytes` wait; what comes above that is left out until half of them
 * have left, and one gap for each stream says so in its place. When nothing can
 * be written any more, `onTrouble` is called and nothing more is kept.
 *
 * Each line is written whole and in order: a recording whose recorder is killed
 * can be read up to there.
 *
 * @example Record, and read it again
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Recorder, Recording } from "@basic-pipes/basic-pipes";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const recorder = new Recorder(writable, {
 *   program: "example 1.0",
 *   command: ["cat"],
 *   startMs: 1000,
 * });
 * recorder.piece("in", new TextEncoder().encode("Spam 0"), 1012.345);
 * recorder.end("in", 1020);
 * const finished = recorder.finish();
 *
 * const seen: unknown[] = [];
 * for await (const event of await Recording.read(readable)) {
 *   seen.push([event.kind, event.ms]);
 * }
 * await finished;
 * assertEquals(seen, [["piece", 12.345], ["end", 20]]);
 * ```
 */
export class Recorder {
  readonly #writer: Pick<PipeWriter, "writeNow" | "close">;
  readonly #startMs: number;
  readonly #maxPendingBytes: number;
  readonly #maxBytes: number;
  readonly #patienceMs: number;
  readonly #onTrouble: ((sentence: string) => void) | undefined;
  readonly #redactor: Redactor | undefined;
  readonly #lines = new EventBuffer();
  readonly #offsets: Record<RecordedStream, number> = { in: 0, out: 0, err: 0 };
  /** What was left out of each stream since its last gap was written. */
  readonly #unkept = new Map<RecordedStream, Unkept>();
  #sharedFree: Uint8Array = NO_BYTES;
  #queue: RecordedEvent[] = [];
  #pendingBytes = 0;
  #writtenBytes = 0;
  #isBehind = false;
  #isFull = false;
  #hasFailed = false;
  #hasToldBehind = false;
  #drained: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;

  /**
   * Writes the header.
   *
   * @param to Where the recording goes: a file's stream, a `PipeWriter`, or a
   *   `Sink`. It is closed by {@linkcode Recorder.finish}.
   * @param options What is recorded, and the bounds.
   * @throws {TypeError | RangeError} If an option is unknown or unusable.
   */
  constructor(
    to: PipeWriter | WritableStream<Uint8Array> | Sink,
    options: RecorderOptions,
  ) {
    const { startMs = performance.now(), frame = "auto", onTrouble, redact } =
      checked(options);
    const { maxPendingBytes = 8_388_608, maxBytes = Infinity } = options;
    const { patienceMs = 1000 } = options;
    this.#redactor = redact && new Redactor(redact, frame);
    this.#writer = to instanceof PipeWriter ? to : new PipeWriter(to);
    this.#startMs = startMs;
    this.#maxPendingBytes = maxPendingBytes;
    this.#maxBytes = maxBytes;
    this.#patienceMs = patienceMs;
    this.#onTrouble = onTrouble;
    const { program, command } = options;
    const { startedAt = wallTime(startMs) } = options;
    this.#lines.addText(headerLine({ program, command, startedAt, frame }));
    this.#drain();
  }

  /** How many bytes wait to be written; each event counts 256 more. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * Keeps what one read gave. Returns at once, never throws, and copies the
   * bytes.
   *
   * @param from The stream that it came through.
   * @param bytes The bytes; none is nothing.
   * @param atMs When it was read, by `performance.now()`.
   */
  piece(from: RecordedStream, bytes: Uint8Array, atMs: number): void {
    if (bytes.length === 0 || this.#hasFailed || this.#finishing) return;
    try {
      this.#keep(from, bytes, this.#since(atMs));
    } catch (error) {
      // No memory for a copy, for instance.
      this.#fail(error);
    }
  }

  /**
   * Keeps that a stream has ended. Returns at once and never throws.
   *
   * @param from The stream.
   * @param atMs When its end was read, by `performance.now()`.
   */
  end(from: RecordedStream, atMs: number = performance.now()): void {
    if (this.#hasFailed || this.#finishing) return;
    if (!this.#isFull) this.#addGap(from, WHY_BEHIND);
    this.#add({ kind: "end", ms: this.#since(atMs), from });
  }

  /**
   * Keeps how the command has ended: the last line. Returns at once and never
   * throws.
   *
   * @param status How it ended; an `ExitStatus` can be given.
   * @param bytes How many bytes each stream carried.
   * @param atMs When it ended, by `performance.now()`.
   */
  status(
    status: {
      readonly code: number | null;
      readonly signal: string | number | null;
      readonly reason: string;
    },
    bytes: Readonly<Partial<Record<RecordedStream, PassedBytes>>>,
    atMs: number = performance.now(),
  ): void {
    if (this.#hasFailed || this.#finishing) return;
    const { code, reason } = status;
    // A real-time signal has no name in Deno.
    const signal = status.signal === null ? null : String(status.signal);
    if (!this.#isFull) this.#addGaps(WHY_BEHIND);
    const ms = this.#since(atMs);
    this.#add({ kind: "status", ms, status: { code, signal, reason }, bytes });
  }

  /**
   * Writes what is left, and closes what it is written to. The second call gives
   * the first one's promise; what is kept after the first one is left out.
   *
   * @returns Resolves when all has been written, when it cannot be, or when
   *   nothing was accepted for `patienceMs`. Never rejects.
   */
  finish(): Promise<void> {
    return this.#finishing ??= this.#finish();
  }

  async #finish(): Promise<void> {
    if (!this.#hasFailed && !this.#isFull) this.#addGaps(WHY_BEHIND);
    const close = async () => {
      while (this.#drained !== undefined) await this.#drained;
      if (!this.#hasFailed) await this.#writeLast();
      await this.#writer.close();
    };
    const closed = close().catch((error) => this.#fail(error));
    // A place that is slow, and takes more meanwhile, is not stuck.
    for (let writtenBytes = -1; writtenBytes !== this.#writtenBytes;) {
      writtenBytes = this.#writtenBytes;
      if (await settlesWithin(closed, this.#patienceMs)) return;
    }
    this.#fail(
      new Error("what it is written to did not accept the rest in time"),
    );
  }

  #keep(from: RecordedStream, bytes: Uint8Array, ms: number): void {
    const { length } = bytes;
    const offset = this.#offsets[from];
    this.#offsets[from] = offset + length;
    const size = this.#pendingBytes + length + EVENT_BYTES;
    if (!this.#isFull && size > this.#maxPendingBytes) this.#fallBehind();
    const isKept = !this.#isFull && !this.#isBehind;
    if (!isKept && this.#redactor === undefined) {
      return this.#leaveOut(from, ms, length);
    }
    const copy = this.#copy(bytes);
    // Also of what is left out: a value may begin there and end behind it.
    this.#redactor?.blank(from, copy);
    if (!isKept) return this.#leaveOut(from, ms, length);
    for (let at = 0; at < length; at += MAX_PIECE_BYTES) {
      const part = copy.subarray(at, at + MAX_PIECE_BYTES);
      const start = offset + at;
      this.#add({ kind: "piece", ms, from, offset: start, bytes: part });
    }
  }

  /** A copy. Small ones share memory: a buffer for each takes half the time. */
  #copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length > SHARED_BYTES / 8) return bytes.slice();
    if (this.#sharedFree.length < length) {
      this.#sharedFree = new Uint8Array(SHARED_BYTES);
    }
    const copy = this.#sharedFree.subarray(0, length);
    this.#sharedFree = this.#sharedFree.subarray(length);
    copy.set(bytes);
    return copy;
  }

  #since(atMs: number): number {
    return roundMs(Math.max(0, atMs - this.#startMs));
  }

  #add(event: RecordedEvent): void {
    this.#queue.push(event);
    this.#pendingBytes += sizeOf(event);
    this.#drain();
  }

  #leaveOut(from: RecordedStream, ms: number, bytes: number): void {
    const unkept = this.#unkept.get(from);
    if (unkept === undefined) {
      this.#unkept.set(from, { ms, bytes });
    } else {
      // What waited in the queue is older than what has just come.
      unkept.ms = Math.min(unkept.ms, ms);
      unkept.bytes += bytes;
    }
  }

  #takeGap(from: RecordedStream, why: string): RecordedEvent | undefined {
    const unkept = this.#unkept.get(from);
    this.#unkept.delete(from);
    return unkept && { kind: "gap", from, ...unkept, why };
  }

  #addGap(from: RecordedStream, why: string): void {
    const gap = this.#takeGap(from, why);
    if (gap !== undefined) this.#add(gap);
  }

  /** In the order in which they began. */
  #addGaps(why: string): void {
    for (const from of [...this.#unkept.keys()]) this.#addGap(from, why);
  }

  #fallBehind(): void {
    this.#isBehind = true;
    if (this.#hasToldBehind) return;
    this.#hasToldBehind = true;
    this.#tell(
      "the recording has a gap: what it is written to is slower than what passes",
    );
  }

  #tell(sentence: string): void {
    try {
      this.#onTrouble?.(sentence);
    } catch {
      // Its trouble is not that of what is recorded.
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#queue = [];
    this.#unkept.clear();
    this.#pendingBytes = 0;
    const why = error instanceof Error ? error.message : String(error);
    this.#tell(`the recording stops here: ${why}`);
  }

  #drain(): void {
    this.#drained ??= this.#write().catch((error) => this.#fail(error))
      .then(() => {
        this.#drained = undefined;
        // It came after the last look into the queue.
        if (this.#queue.length > 0) this.#drain();
      });
  }

  /** Writes what is in the queue, until nothing is. */
  async #write(): Promise<void> {
    while (this.#queue.length > 0 || this.#lines.length > 0) {
      // What is recorded goes first.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const size = this.#encode();
      if (this.#lines.length > 0) {
        await this.#writer.writeNow([this.#lines.written()]);
      }
      if (this.#hasFailed) return;
      this.#writtenBytes += this.#lines.length;
      this.#lines.reset();
      this.#pendingBytes -= size;
      if (this.#isBehind && this.#pendingBytes * 2 <= this.#maxPendingBytes) {
        this.#isBehind = false;
        if (!this.#isFull) this.#addGaps(WHY_BEHIND);
      }
    }
  }

  /** Makes lines of the first events of the queue; returns their size there. */
  #encode(): number {
    const lines = this.#lines;
    let size = 0;
    let count = 0;
    for (const event of this.#queue) {
      if (lines.length >= BATCH_BYTES) break;
      count++;
      size += sizeOf(event);
      if (this.#redactor === undefined) this.#encodeOne(event);
      else for (const each of this.#redactor.take(event)) this.#encodeOne(each);
    }
    this.#queue = this.#queue.slice(count);
    return size;
  }

  #encodeOne(event: RecordedEvent): void {
    if (event.kind === "piece") this.#encodePiece(event);
    else this.#encodeOther(event);
  }

  #encodePiece(event: PieceEvent): void {
    const { from, ms, bytes } = event;
    if (this.#isFull) return this.#leaveOut(from, ms, bytes.length);
    const lines = this.#lines;
    const before = lines.length;
    lines.add(event);
    if (this.#writtenBytes + lines.length <= this.#maxBytes) return;
    lines.length = before;
    this.#isFull = true;
    // Said at once: the recorder may be killed before the end.
    lines.add({ kind: "gap", ms, from, bytes: bytes.length, why: WHY_FULL });
  }

  #encodeOther(event: Exclude<RecordedEvent, PieceEvent>): void {
    if (this.#isFull && event.kind !== "gap") {
      const from = event.kind === "end" ? [event.from] : RECORDED_STREAMS;
      for (const each of from) this.#encodeGap(each);
    }
    this.#lines.add(event);
  }

  #encodeGap(from: RecordedStream): void {
    const gap = this.#takeGap(from, WHY_FULL);
    if (gap !== undefined) this.#lines.add(gap);
  }

  /** What the redactor holds, and what came since the recording is full. */
  async #writeLast(): Promise<void> {
    for (const event of this.#redactor?.end() ?? []) this.#encodeOne(event);
    for (const from of RECORDED_STREAMS) this.#encodeGap(from);
    if (this.#lines.length > 0) {
      await this.#writer.writeNow([this.#lines.written()]);
    }
  }
}

function sizeOf(event: RecordedEvent): number {
  return EVENT_BYTES + (event.kind === "piece" ? event.bytes.length : 0);
}

/** The wall time of a moment of `performance.now()`, to the microsecond. */
function wallTime(atMs: number): string {
  const micros = Math.round((Date.now() - performance.now() + atMs) * 1000);
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(
    0,
    19,
  );
  const fraction = ((micros % 1e6) + 1e6) % 1e6;
  return `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}
