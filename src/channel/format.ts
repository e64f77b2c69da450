import { checkKeys } from "../check.ts";
import { frameName } from "../errors.ts";
import type { Framing } from "../frame/framing.ts";
import type { PipeReader } from "../read/reader.ts";
import { type PipeWriter, writeMessage } from "../write/writer.ts";

/**
 * What the messages of a channel are, and how they travel: a framing, and the
 * encoding of a message as the payload of a frame.
 *
 * Ready-made: {@linkcode jsonLines}, {@linkcode jsonHeader},
 * {@linkcode jsonLength}, {@linkcode bytes}, {@linkcode structured}. A format
 * of one's own is a plain object of this shape.
 *
 * @typeParam Message What is sent and received.
 *
 * @example Text, a line each
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, type Format, lines, spawn } from "@basic-pipes/basic-pipes";
 *
 * const text: Format<string> = {
 *   name: "text",
 *   framing: lines(),
 *   encode: (message) => new TextEncoder().encode(message),
 *   decode: (payload) => new TextDecoder().decode(payload),
 * };
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, text);
 * await channel.send("Spam 0");
 * assertEquals(await channel.receive(), "Spam 0");
 * ```
 */
export interface Format<Message> {
  /** What errors call it. */
  readonly name: string;
  /** Says where one message ends. */
  readonly framing: Framing;
  /**
   * Makes the payload of a message.
   *
   * @param message The message.
   * @returns The payload. It is not copied if it has 16 KiB or more.
   * @throws {TypeError} If the message would not arrive as it is.
   */
  encode(message: Message): Uint8Array;
  /**
   * Makes the message of a payload.
   *
   * @param payload The payload, a view.
   * @returns The message: anything but `null` and `undefined`.
   * @throws Whatever it likes, if the payload is no message: it is noise then.
   */
  decode(payload: Uint8Array): Message;
}

/** Bytes of a channel that are no message, and why. */
export interface Noise {
  readonly bytes: Uint8Array;
  readonly cause: unknown;
}

/** What one read of a codec gives: messages, and the noise that followed. */
export interface Batch<Message> {
  readonly messages: Message[];
  /** How much memory the messages take, roughly: what they had as bytes. */
  readonly bytes: number;
  readonly noise?: Noise;
}

/** A format at work on one channel. */
export interface Codec<Message> {
  /**
   * Writes a message: at once if nothing is being written, else with the rest
   * of the turn.
   *
   * @returns Resolves when there is room for more.
   * @throws {TypeError | RangeError} If the message cannot travel.
   */
  write(message: Message): Promise<void>;
  /** Hands all to the writer that was not handed over so far. */
  leave(): void;
  /**
   * Waits for the next messages, at most `limit` of them.
   *
   * @returns `null` at the end.
   */
  read(limit: number): Promise<Batch<Message> | null>;
}

/** Makes the codec of a channel. */
export type OpenCodec<Message> = (
  reader: PipeReader,
  writer: PipeWriter,
) => Codec<Message>;

/** The fast paths of the formats that have one. */
const OPENERS = new WeakMap<object, OpenCodec<never>>();

/** Gives a format a codec of its own. */
export function withCodec<Message>(
  format: Format<Message>,
  open: OpenCodec<Message>,
): Format<Message> {
  OPENERS.set(format, open as OpenCodec<never>);
  return format;
}

/** The codec of a format: its own, or the one that suits each format. */
export function openCodec<Message>(
  format: Format<Message>,
  reader: PipeReader,
  writer: PipeWriter,
): Codec<Message> {
  const open = OPENERS.get(format) as OpenCodec<Message> | undefined;
  return open?.(reader, writer) ?? new FrameCodec(format, reader, writer);
}

/** Options of the formats that carry JSON. */
export interface MessageOptions {
  /**
   * The most bytes of a message (1 to 2,147,483,647).
   *
   * @default {16_777_216}
   */
  maxBytes?: number;
}

/** The checked limit of a message. */
export function maxMessageBytes(options: MessageOptions): number {
  checkKeys("make a format", options, ["maxBytes"]);
  return options.maxBytes ?? 16_777_216;
}

/**
 * Messages are bytes, as the framing carries them: nothing is encoded.
 *
 * With `bytes(pythonConnection())` the other side is Python's
 * `multiprocessing.connection.Connection`, with `send_bytes` and `recv_bytes`.
 * What is received is a view. Bytes of 16 KiB and more are sent without a copy:
 * leave them alone until `send` has resolved.
 *
 * @param framing Says where one message ends.
 * @returns The format.
 *
 * @example Bytes there and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bytes, channelOf, lengthPrefix, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, bytes(lengthPrefix()));
 * await channel.send(Uint8Array.of(1, 2, 3));
 * assertEquals(await channel.receive(), Uint8Array.of(1, 2, 3));
 * ```
 */
export function bytes(framing: Framing): Format<Uint8Array> {
  return {
    name: framing.name,
    framing,
    encode: (message) => message,
    decode: (payload) => payload,
  };
}

/** The codec of every format: one frame after the other. */
export class FrameCodec<Message> implements Codec<Message> {
  protected readonly reader: PipeReader;
  protected readonly writer: PipeWriter;
  protected readonly maxBytes: number;
  readonly #format: Format<Message>;
  readonly #framing: Framing;

  constructor(
    format: Format<Message>,
    reader: PipeReader,
    writer: PipeWriter,
  ) {
    this.reader = reader;
    this.writer = writer;
    this.maxBytes = format.framing.maxBytes;
    this.#format = format;
    this.#framing = format.framing;
  }

  write(message: Message): Promise<void> {
    return this.writePayload(this.#format.encode(message));
  }

  protected writePayload(payload: Uint8Array): Promise<void> {
    return writeMessage(this.writer, this.#framing.encode(payload));
  }

  leave(): void {}

  async read(limit: number): Promise<Batch<Message> | null> {
    const { reader } = this;
    const framing = this.#framing;
    const first = await reader.readFrame(framing);
    if (first === null) return null;
    const messages: Message[] = [];
    let bytes = 0;
    for (let payload: Uint8Array | undefined = first;;) {
      try {
        messages.push(this.#decode(payload));
      } catch (cause) {
        return { messages, bytes, noise: { bytes: payload, cause } };
      }
      bytes += payload.length;
      if (messages.length >= limit) break;
      try {
        payload = reader.tryReadFrame(framing);
      } catch {
        break; // It has taken nothing: the next read throws it.
      }
      if (payload === undefined) break;
    }
    return { messages, bytes };
  }

  #decode(payload: Uint8Array): Message {
    const message = this.#format.decode(payload);
    return checkMessage(message);
  }
}

/** Refuses what `receive` gives at the end of a channel. */
export function checkMessage<Message>(message: Message): Message {
  if (message !== null && message !== undefined) return message;
  throw new TypeError(
    `Cannot send a message as null means the end of a channel: current value is ${message}`,
  );
}

/** Whether a write would leave now, and must. */
export function isIdle(writer: PipeWriter): boolean {
  return writer.queuedBytes === 0 && writer.broken === undefined;
}

/** The error of a message that is longer than its format allows. */
export function tooLong(
  framing: string,
  maxBytes: number,
  bytes: number,
): RangeError {
  return new RangeError(
    `Cannot send a ${
      frameName(framing)
    } as it must have at most ${maxBytes} bytes: current value is ${bytes}`,
  );
}
