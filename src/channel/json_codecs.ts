import { concat, LF, textDecoder } from "../bytes.ts";
import { FramingError, TooLongError, UnexpectedEndError } from "../errors.ts";
import type { PipeReader } from "../read/reader.ts";
import { encodeInto } from "../write/queue.ts";
import { type PipeWriter, writeMessage } from "../write/writer.ts";
import { jsonOf } from "./check_json.ts";
import {
  type Batch,
  checkMessage,
  type Codec,
  FrameCodec,
  tooLong,
} from "./format.ts";

/** Text as UTF-8. */
export const ENCODER: TextEncoder = new TextEncoder();
/** No byte is changed silently: what is not UTF-8 is noise. */
export const DECODER: TextDecoder = textDecoder(true);
/** One read takes all that has arrived. */
const ALL_BYTES = 0x7fff_ffff;
/** Above it the decoder is faster. */
const SHORT_LINE_BYTES = 64;
const NEWLINE = Uint8Array.of(LF);
/** So many pieces of a line are made one. */
const MAX_PIECES = 1_024;

/** Whether a text is longer than so many bytes; counts only if it may be. */
function isLonger(text: string, maxBytes: number): boolean {
  if (text.length * 3 <= maxBytes) return false;
  return text.length > maxBytes || ENCODER.encode(text).length > maxBytes;
}

/** JSON lines: all lines of a read are decoded at once. */
export class LineCodec<Message> implements Codec<Message> {
  readonly #reader: PipeReader;
  readonly #writer: PipeWriter;
  readonly #maxBytes: number;
  /** Lines that have arrived: text, or the bytes of one that is not UTF-8. */
  #lines: (string | Uint8Array)[] = [];
  #next = 0;
  /** The pieces of a line whose end has not come; the last ones apart. */
  #part: Uint8Array[] = [];
  #lastParts: Uint8Array[] = [];
  #partBytes = 0;
  #hasEnded = false;

  constructor(reader: PipeReader, writer: PipeWriter, maxBytes: number) {
    this.#reader = reader;
    this.#writer = writer;
    this.#maxBytes = maxBytes;
  }

  write(message: Message): Promise<void> {
    const line = jsonOf(checkMessage(message));
    if (isLonger(line, this.#maxBytes)) {
      throw tooLong("line", this.#maxBytes, ENCODER.encode(line).length);
    }
    return writeMessage(this.#writer, line, NEWLINE);
  }

  leave(): void {}

  read(limit: number): Promise<Batch<Message> | null> {
    try {
      if (this.#next === this.#lines.length && !this.#hasEnded) {
        // One promise for the usual case: a read that ends with a line.
        return this.#reader.read(ALL_BYTES).then((chunk) =>
          this.#land(chunk) ? this.#take(limit) : this.#readOn(limit)
        );
      }
      return Promise.resolve(this.#take(limit));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Waits for the rest of a line. */
  async #readOn(limit: number): Promise<Batch<Message> | null> {
    while (!this.#land(await this.#reader.read(ALL_BYTES)));
    return this.#take(limit);
  }

  #take(limit: number): Batch<Message> | null {
    return this.#next === this.#lines.length ? null : this.#parse(limit);
  }

  #parse(limit: number): Batch<Message> {
    const messages: Message[] = [];
    let bytes = 0;
    let at = this.#next;
    const lines = this.#lines;
    while (at < lines.length && messages.length < limit) {
      const line = lines[at++]!;
      if (line === "" || line === "\r") continue;
      if (typeof line === "string" && isLonger(line, this.#maxBytes)) {
        // The messages before it are given first.
        if (messages.length === 0) throw this.#tooLong(ENCODER.encode(line));
        at--;
        break;
      }
      let cause: unknown;
      try {
        if (typeof line !== "string") DECODER.decode(line); // Throws.
        messages.push(checkMessage(JSON.parse(line as string)));
        bytes += line.length;
        continue;
      } catch (error) {
        cause = error;
      }
      this.#next = at;
      const noise = {
        bytes: typeof line === "string" ? ENCODER.encode(line) : line,
        cause,
      };
      return { messages, bytes, noise };
    }
    this.#next = at;
    return { messages, bytes };
  }

  /** Takes what has arrived, or the end; `false` while no line is complete. */
  #land(chunk: Uint8Array | null): boolean {
    if (chunk === null) {
      this.#end();
      return true;
    }
    const last = chunk.lastIndexOf(LF);
    if (last < 0) {
      this.#keep(chunk);
      return false;
    }
    let whole = chunk.subarray(0, last);
    if (this.#partBytes > 0) {
      this.#keep(whole);
      whole = this.#takePart();
    }
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1));
    this.#lines = decodeLines(whole);
    this.#next = 0;
    return true;
  }

  #keep(bytes: Uint8Array): void {
    this.#lastParts.push(bytes);
    this.#partBytes += bytes.length;
    // A piece costs a hundred bytes: of one byte each they would be too many.
    if (this.#lastParts.length === MAX_PIECES) {
      this.#part.push(concat(this.#lastParts));
      this.#lastParts = [];
    }
    // The CR of the line's end may be one of them.
    if (this.#partBytes > this.#maxBytes + 1) {
      throw this.#tooLong(this.#takePart());
    }
  }

  #takePart(): Uint8Array {
    const pieces = [...this.#part, ...this.#lastParts];
    this.#part = [];
    this.#lastParts = [];
    this.#partBytes = 0;
    return concat(pieces);
  }

  #tooLong(line: Uint8Array): TooLongError {
    const maxBytes = this.#maxBytes;
    const head = line.subarray(0, maxBytes + 1);
    return new TooLongError({ what: "line", maxBytes, head });
  }

  /** A last line without its end is a message only if nothing can be missing. */
  #end(): void {
    this.#hasEnded = true;
    if (this.#partBytes === 0) return;
    const partial = this.#takePart();
    try {
      const text = DECODER.decode(partial);
      // The rest of 12 may have been 345.
      if (typeof JSON.parse(text) !== "number") {
        this.#lines = [text];
        this.#next = 0;
        return;
      }
    } catch {
      // It is cut off.
    }
    throw new UnexpectedEndError({ expected: "a whole line", partial });
  }
}

/** The text of a short line of ASCII, three times as fast as the decoder. */
function shortLine(bytes: Uint8Array): string | undefined {
  const { length } = bytes;
  if (length > SHORT_LINE_BYTES) return undefined;
  const units = new Array<number>(length);
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    if (byte > 127 || byte === LF) return undefined;
    units[at] = byte;
  }
  return String.fromCharCode.apply(null, units);
}

/** The lines as text; those that are not UTF-8 as they are. */
function decodeLines(bytes: Uint8Array): (string | Uint8Array)[] {
  const line = shortLine(bytes);
  if (line !== undefined) return [line];
  try {
    return DECODER.decode(bytes).split("\n");
  } catch {
    const lines: (string | Uint8Array)[] = [];
    for (let start = 0; start <= bytes.length;) {
      const found = bytes.indexOf(LF, start);
      const end = found < 0 ? bytes.length : found;
      const line = bytes.subarray(start, end);
      try {
        lines.push(DECODER.decode(line));
      } catch {
        lines.push(line);
      }
      start = end + 1;
    }
    return lines;
  }
}

/** Where small messages are encoded, with room for a header in front. */
const SCRATCH = new Uint8Array(16_384);
const HEAD_BYTES = 32;
/** A short text fits into it, whatever its characters are. */
const SHORT_UNITS = 5_000;

/** JSON with something in front that says how long it is. */
abstract class SizedCodec<Message> extends FrameCodec<Message> {
  override write(message: Message): Promise<void> {
    const text = jsonOf(checkMessage(message));
    if (text.length > SHORT_UNITS || text.length * 3 > this.maxBytes) {
      return super.writePayload(ENCODER.encode(text));
    }
    const end = encodeInto(text, SCRATCH, HEAD_BYTES);
    const frame = SCRATCH.subarray(this.putHead(end - HEAD_BYTES), end);
    return writeMessage(this.writer, [frame]);
  }

  /** Writes the head before `HEAD_BYTES`, and returns where it begins. */
  protected abstract putHead(bytes: number): number;
}

/** JSON behind a length of 4 bytes. */
export class LengthCodec<Message> extends SizedCodec<Message> {
  protected override putHead(bytes: number): number {
    // No more than two bytes are used by a short text.
    SCRATCH[HEAD_BYTES - 4] = SCRATCH[HEAD_BYTES - 3] = 0;
    SCRATCH[HEAD_BYTES - 2] = bytes >> 8;
    SCRATCH[HEAD_BYTES - 1] = bytes;
    return HEAD_BYTES - 4;
  }
}

const NAME = ENCODER.encode("Content-Length: ");
const ENDING = ENCODER.encode("\r\n\r\n");
const NAME_TEXT = "Content-Length: ";
const ENDING_TEXT = "\r\n\r\n";
/** What one read of a pipe gives, twice. */
const ASCII_BYTES = 131_072;

/** A number of decimal digits; NaN if it is none. */
function decimal(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** JSON behind a header; what was printed before a header is noise. */
export class HeaderCodec<Message> extends SizedCodec<Message> {
  override async read(limit: number): Promise<Batch<Message> | null> {
    const reader = this.reader;
    if (reader.buffered === 0 && await reader.peek(1) === null) return null;
    const view = await reader.peek(reader.buffered);
    const batch = view && this.#parseAscii(view, limit);
    return batch ?? await this.#readFrame();
  }

  /**
   * All frames of a read, decoded together. Where each character is one byte, a
   * length in bytes is one in characters. Whatever is not usual (another header,
   * other characters, half a frame) is left to the framing.
   */
  #parseAscii(view: Uint8Array, limit: number): Batch<Message> | undefined {
    // Half of a large frame would be decoded again and again.
    if (view.length > ASCII_BYTES) return undefined;
    let text: string;
    try {
      text = DECODER.decode(view);
    } catch {
      return undefined;
    }
    if (text.length !== view.length) return undefined;
    const messages: Message[] = [];
    let at = 0;
    let bytes = 0;
    while (messages.length < limit && text.startsWith(NAME_TEXT, at)) {
      const digits = at + NAME_TEXT.length;
      const end = text.indexOf(ENDING_TEXT, digits);
      // 8 digits are more than the longest text here.
      if (end <= digits || end > digits + 8) break;
      const size = decimal(text, digits, end);
      const start = end + ENDING_TEXT.length;
      if (!(start + size <= text.length) || size > this.maxBytes) break;
      try {
        messages.push(
          checkMessage(JSON.parse(text.slice(start, start + size))),
        );
      } catch {
        break; // It is noise, which is taken for itself.
      }
      at = start + size;
      bytes += size;
    }
    if (at === 0) return undefined;
    this.reader.tryRead(at);
    return { messages, bytes };
  }

  async #readFrame(): Promise<Batch<Message> | null> {
    try {
      // One: those behind it are again parsed together.
      return await super.read(1);
    } catch (cause) {
      if (!(cause instanceof FramingError)) throw cause;
      const found = indexOfName(cause.header);
      const size = found > 0 ? found : cause.header.length;
      const bytes = this.reader.tryRead(size);
      if (bytes === undefined) throw cause;
      return { messages: [], bytes: 0, noise: { bytes, cause } };
    }
  }

  protected override putHead(bytes: number): number {
    let start = HEAD_BYTES - ENDING.length;
    SCRATCH.set(ENDING, start);
    for (let rest = bytes; rest > 0; rest = Math.floor(rest / 10)) {
      SCRATCH[--start] = 0x30 + rest % 10;
    }
    start -= NAME.length;
    SCRATCH.set(NAME, start);
    return start;
  }
}

/** Where `Content-Length: ` stands in what is no header. */
function indexOfName(bytes: Uint8Array): number {
  // Latin-1: a byte is a character, so that the index is the same.
  const text = new TextDecoder("latin1").decode(bytes);
  return text.search(/content-length: *\d+\r\n/i);
}
