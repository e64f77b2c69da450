/**
 * The rows of a page as columns of small numbers, which deflate packs to a
 * byte or two a row. `session.js` reads them in the page.
 */
import type { RecordedStream } from "../../src/recording/event.ts";

/** The streams, in the order of their numbers: as `STREAMS` of `session.js`. */
const STREAM_NUMBERS: Record<RecordedStream, number> = {
  in: 0,
  out: 1,
  err: 2,
};

/** The kinds of rows, in the order of their numbers: as `KINDS` of `session.js`. */
export const ROW_KINDS = [
  ...["request", "answer", "error", "notification", "batch"] as const,
  ...["message", "text", "noise", "broken", "gap", "end", "status"] as const,
];

/** What a row is. */
export type RowKind = typeof ROW_KINDS[number];

/** A row of the page's table. */
export interface Row {
  kind: RowKind;
  from: RecordedStream;
  /** Milliseconds since the start. */
  ms: number;
  /** Where its bytes begin in their stream. */
  offset: number;
  /** How many bytes it has there, with its header and its delimiter. */
  size: number;
  /** How many of them stand before the payload. */
  lead?: number;
  /** How many of them follow the payload. */
  tail?: number;
  /** The method of a message of JSON-RPC; an answer has that of its request. */
  method?: string;
  /** The id of a message of JSON-RPC, as JSON has it. */
  id?: string;
  /** What is said beside the bytes, or in their place. */
  word?: string;
}

/** How requests end, in the order of their numbers: as `OUTCOMES` there. */
export const OUTCOMES = ["pending", "answer", "error", "cancelled"] as const;

/** A request, and what has become of it. */
export interface Request {
  /** The row that it is in; several of a batch are in one. */
  row: number;
  method: string;
  /** Its id, if its row is a batch and has none. */
  id?: string;
  outcome: typeof OUTCOMES[number];
  /** The row with its answer. */
  answer?: number;
  /** The milliseconds until its answer came, or until the end. */
  tookMs: number;
}

/** Texts that many rows share: each is kept once, and has a number from 1 on. */
class Words {
  readonly all: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a text; 0 for none. */
  number(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.all.push(text));
    return this.all.length;
  }
}

/** Numbers of seven bits a byte, the lowest first. */
class Column {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** Adds a whole number, at least 0. */
  add(value: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    // No shifts: an offset can have more than 32 bits.
    while (value > 127) {
      this.#bytes[this.#length++] = value % 128 + 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
  }

  /** Adds a whole number of either sign: 0, -1, 1, -2, … as 0, 1, 2, 3, … */
  addSigned(value: number): void {
    this.add(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** What was added. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What a page holds of one stream: parts of it, as something may be missing. */
class StreamBytes {
  readonly parts: [offset: number, size: number][] = [];
  readonly chunks: Uint8Array<ArrayBuffer>[] = [];

  add(offset: number, bytes: Uint8Array): void {
    const last = this.parts.at(-1);
    if (last !== undefined && last[0] + last[1] === offset) {
      last[1] += bytes.length;
    } else {
      this.parts.push([offset, bytes.length]);
    }
    this.chunks.push(bytes as Uint8Array<ArrayBuffer>);
  }
}

/** Times are kept in microseconds, as a recording has them. */
const toUs = (ms: number) => Math.round(ms * 1000);

/** Collects the rows and the reads of a session, as columns. */
export class Columns {
  rows = 0;
  reads = 0;
  requests = 0;
  /** Bytes of streams that are kept. */
  keptBytes = 0;
  readonly #columns = new Map<string, Column>();
  readonly #methods = new Words();
  readonly #words = new Words();
  readonly #streams = [0, 1, 2].map(() => new StreamBytes());
  readonly #next = { row: [0, 0, 0], read: [0, 0, 0] };
  readonly #lastId = [0, 0, 0];
  #rowUs = 0;
  #requestRow = 0;
  #readUs = 0;

  /** Adds a row; its number is `rows` before. */
  addRow(row: Row): void {
    const { offset, size } = row;
    const from = STREAM_NUMBERS[row.from];
    const us = toUs(row.ms);
    this.#at("kind").add(ROW_KINDS.indexOf(row.kind));
    this.#at("from").add(from);
    this.#at("time").addSigned(us - this.#rowUs);
    this.#at("offset").addSigned(offset - this.#next.row[from]!);
    this.#at("size").add(size);
    this.#at("lead").add(row.lead ?? 0);
    this.#at("tail").add(row.tail ?? 0);
    this.#at("method").add(this.#methods.number(row.method));
    this.#at("word").add(this.#words.number(row.word));
    this.#addId(row.id, from);
    this.#rowUs = us;
    this.#next.row[from] = offset + size;
    this.rows++;
  }

  /** Adds a request; those of one row follow each other. */
  addRequest({ row, method, id, outcome, answer, tookMs }: Request): void {
    this.#at("request").add(row - this.#requestRow);
    this.#at("request method").add(this.#methods.number(method));
    // The row has it, but for a batch.
    this.#at("request id").add(this.#words.number(id));
    this.#at("outcome").add(OUTCOMES.indexOf(outcome));
    this.#at("answer").add(answer === undefined ? 0 : answer - row);
    this.#at("took").add(toUs(tookMs));
    this.#requestRow = row;
    this.requests++;
  }

  /** Most ids count up: the difference to the one before is small. */
  #addId(id: string | undefined, from: number): void {
    const isNumber = id !== undefined && /^-?(0|[1-9][0-9]{0,14})$/.test(id) &&
      id !== "-0";
    this.#at("id kind").add(id === undefined ? 0 : isNumber ? 1 : 2);
    if (isNumber) {
      this.#at("id").addSigned(Number(id) - this.#lastId[from]!);
      this.#lastId[from] = Number(id);
    } else {
      this.#at("id").add(this.#words.number(id));
    }
  }

  /** Adds what one read gave. */
  addRead(stream: RecordedStream, ms: number, offset: number, size: number) {
    const from = STREAM_NUMBERS[stream];
    const us = toUs(ms);
    this.#at("read from").add(from);
    this.#at("read time").addSigned(us - this.#readUs);
    this.#at("read offset").addSigned(offset - this.#next.read[from]!);
    this.#at("read size").add(size);
    this.#readUs = us;
    this.#next.read[from] = offset + size;
    this.reads++;
  }

  /** Keeps bytes of a stream; they must not change later. */
  addBytes(stream: RecordedStream, offset: number, bytes: Uint8Array): void {
    this.#streams[STREAM_NUMBERS[stream]]!.add(offset, bytes);
    this.keptBytes += bytes.length;
  }

  /** What the page must know to read the packed bytes. */
  describe() {
    return {
      columns: [...this.#columns].map(([name, { bytes }]) =>
        [name, bytes.length] as const
      ),
      methods: this.#methods.all,
      words: this.#words.all,
      counts: {
        rows: this.rows,
        reads: this.reads,
        requests: this.requests,
      },
    };
  }

  /** Which parts of a stream are kept. */
  partsOf(stream: RecordedStream): readonly (readonly [number, number])[] {
    return this.#streams[STREAM_NUMBERS[stream]]!.parts;
  }

  /** The columns and then the streams, deflated. */
  async pack(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks = [
      ...[...this.#columns.values()].map(({ bytes }) => bytes),
      ...this.#streams.flatMap(({ chunks }) => chunks),
    ];
    const deflate = new CompressionStream("deflate-raw");
    const packed = new Response(deflate.readable).bytes();
    const writer = deflate.writable.getWriter();
    // A write for each of 100,000 small chunks would take seconds.
    for (const bytes of joined(chunks)) await writer.write(bytes);
    await writer.close();
    return await packed;
  }

  #at(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new Column();
      this.#columns.set(name, column);
    }
    return column;
  }
}

const JOINED_BYTES = 262_144;

/** The same bytes in chunks of 256 KiB. */
function* joined(
  chunks: readonly Uint8Array[],
): Generator<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(JOINED_BYTES);
  let size = 0;
  for (let chunk of chunks) {
    while (chunk.length > 0) {
      const part = chunk.subarray(0, JOINED_BYTES - size);
      buffer.set(part, size);
      size += part.length;
      chunk = chunk.subarray(part.length);
      if (size < JOINED_BYTES) continue;
      yield buffer;
      buffer = new Uint8Array(JOINED_BYTES);
      size = 0;
    }
  }
  if (size > 0) yield buffer.subarray(0, size);
}
