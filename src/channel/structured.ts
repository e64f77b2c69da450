import type * as V8 from "node:v8";
import { decodeText } from "../bytes.ts";
import { lengthPrefix } from "../frame/length_prefix.ts";
import type { PipeReader } from "../read/reader.ts";
import { quote } from "../text_safety.ts";
import { type PipeWriter, writeMessage } from "../write/writer.ts";
import {
  type Batch,
  checkMessage,
  type Codec,
  type Format,
  isIdle,
  maxMessageBytes,
  type MessageOptions,
  tooLong,
  withCodec,
} from "./format.ts";
import { nodeModule } from "./node_module.ts";

const NAME = "structured";
/** One frame holds at most so many messages. */
const MAX_TOGETHER = 1_024;

let loaded: typeof V8 | undefined;

function v8(): typeof V8 {
  return loaded ??= nodeModule<typeof V8>("node:v8");
}

/** What each side sends first. The format of V8 changes with its versions. */
function greeting(): Uint8Array {
  const version = v8().serialize(null)[1];
  return new TextEncoder().encode(`${NAME} 1, V8 format ${version}`);
}

/**
 * Messages are values as `structuredClone` copies them, between two Deno
 * processes: `Map`, `Set`, `Date`, `bigint`, `undefined`, typed arrays, errors,
 * cycles.
 *
 * It pays for what JSON cannot carry: plain messages are faster by
 * `jsonLines()`. Do not change a message before `send` has resolved: all
 * messages of a turn are serialised together at its end. The first frame of each
 * side says which version it speaks, and `receive` rejects with an `Error` where
 * the other side speaks another one. Use it with a child that is trusted: the
 * format is that of V8, which has to be right about what it is given.
 *
 * @typeParam Message What the messages are: it is believed, not checked.
 * @param options The longest message.
 * @returns The format.
 *
 * @example A map there and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, spawn, structured } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, structured<Map<string, bigint>>());
 * await channel.send(new Map([["n", 1n]]));
 * assertEquals(await channel.receive(), new Map([["n", 1n]]));
 * ```
 */
export function structured<Message = unknown>(
  options: MessageOptions = {},
): Format<Message> {
  const framing = lengthPrefix({ maxBytes: maxMessageBytes(options) });
  const format: Format<Message> = {
    name: NAME,
    framing,
    encode: (message) => serialize([checkMessage(message)]),
    decode: (payload) => v8().deserialize(payload as V8Bytes)[0],
  };
  return withCodec(
    format,
    (reader, writer) => new StructuredCodec(format, reader, writer),
  );
}

type V8Bytes = Parameters<typeof V8.deserialize>[0];

function serialize(messages: unknown[]): Uint8Array {
  try {
    const { buffer, byteOffset, length } = v8().serialize(messages);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `Cannot send a message as it must be cloneable: current value is ${
        quote(why)
      }`,
      { cause },
    );
  }
}

/** A message that waits for the end of the turn. */
interface Sending<Message> {
  readonly message: Message;
  readonly resolve: (sent: Promise<void>) => void;
  readonly reject: (error: unknown) => void;
}

class StructuredCodec<Message> implements Codec<Message> {
  readonly #format: Format<Message>;
  readonly #reader: PipeReader;
  readonly #writer: PipeWriter;
  #together: Sending<Message>[] = [];
  #hasGreeted = false;
  #isGreeted = false;
  /** What a frame held beyond the limit of a read. */
  #rest: Batch<Message> | undefined;

  constructor(
    format: Format<Message>,
    reader: PipeReader,
    writer: PipeWriter,
  ) {
    this.#format = format;
    this.#reader = reader;
    this.#writer = writer;
  }

  write(message: Message): Promise<void> {
    checkMessage(message);
    if (this.#together.length === 0) {
      if (isIdle(this.#writer)) return this.#send([message]);
      setImmediate(() => this.leave());
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#together.push({ message, resolve, reject });
    if (this.#together.length === MAX_TOGETHER) this.leave();
    return promise;
  }

  leave(): void {
    const together = this.#together;
    if (together.length > 0) this.#together = [];
    this.#sendAll(together);
  }

  async read(limit: number): Promise<Batch<Message> | null> {
    const { framing } = this.#format;
    let batch = this.#rest;
    this.#rest = undefined;
    if (batch === undefined) {
      let frame = await this.#reader.readFrame(framing);
      if (frame !== null && !this.#isGreeted) {
        this.#checkGreeting(frame);
        frame = await this.#reader.readFrame(framing);
      }
      if (frame === null) return null;
      const bytes = frame.length;
      try {
        const messages = v8().deserialize(frame as V8Bytes);
        batch = { messages: messages.map(checkMessage), bytes };
      } catch (cause) {
        return { messages: [], bytes: 0, noise: { bytes: frame, cause } };
      }
    }
    const { messages, bytes } = batch;
    if (messages.length <= limit) return batch;
    this.#rest = { messages: messages.splice(limit), bytes: bytes / 2 };
    return { messages, bytes: bytes / 2 };
  }

  /** One frame; of many messages only if it has no more than `maxBytes`. */
  #sendAll(together: readonly Sending<Message>[]): void {
    if (together.length === 0) return;
    try {
      const sent = this.#send(together.map(({ message }) => message));
      for (const { resolve } of together) resolve(sent);
    } catch (error) {
      if (together.length === 1) return together[0]!.reject(error);
      // One of them cannot travel, or all are too long: the halves, in order.
      const half = together.length >> 1;
      this.#sendAll(together.slice(0, half));
      this.#sendAll(together.slice(half));
    }
  }

  #send(messages: Message[]): Promise<void> {
    const { framing } = this.#format;
    const payload = serialize(messages);
    if (payload.length > framing.maxBytes) {
      throw tooLong(NAME, framing.maxBytes, payload.length);
    }
    const pieces = framing.encode(payload);
    if (!this.#hasGreeted) {
      this.#hasGreeted = true;
      pieces.unshift(...framing.encode(greeting()));
    }
    return writeMessage(this.#writer, pieces);
  }

  #checkGreeting(frame: Uint8Array): void {
    const expected = decodeText(greeting());
    const received = decodeText(frame.subarray(0, 2 * expected.length));
    if (received !== expected) {
      throw new Error(
        `Cannot receive as the other side must speak "${expected}": current value is "${
          quote(received)
        }"`,
      );
    }
    this.#isGreeted = true;
  }
}
