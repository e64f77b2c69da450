import { contentLength } from "../frame/content_length.ts";
import { lines } from "../frame/delimited.ts";
import type { Framing } from "../frame/framing.ts";
import { lengthPrefix } from "../frame/length_prefix.ts";
import { jsonOf } from "./check_json.ts";
import {
  checkMessage,
  type Format,
  maxMessageBytes,
  type MessageOptions,
  withCodec,
} from "./format.ts";
import {
  DECODER,
  ENCODER,
  HeaderCodec,
  LengthCodec,
  LineCodec,
} from "./json_codecs.ts";

/**
 * Messages are JSON values, one on each line: what most programs can write and
 * read with nothing but a JSON library.
 *
 * A message is any JSON value but `null`, which means the end. What JSON would
 * change or lose is refused by `send` with a `TypeError`: `undefined`,
 * functions, symbols, `bigint`, `NaN`, the infinities, `-0`, cycles, and every
 * object that is neither plain nor an array (a `Map`, a `Date`, an instance of
 * a class). Keys that are symbols and properties that are not enumerable are
 * not part of a message. Empty lines mean nothing.
 *
 * @typeParam Message What the messages are: it is believed, not checked.
 * @param options The longest message.
 * @returns The format.
 *
 * @example Talk to a program that answers line by line
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, jsonLines, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, jsonLines<{ n: number }>());
 * await channel.send({ n: 1 });
 * assertEquals(await channel.receive(), { n: 1 });
 * ```
 */
export function jsonLines<Message = unknown>(
  options: MessageOptions = {},
): Format<Message> {
  const maxBytes = maxMessageBytes(options);
  const format = jsonFormat<Message>("line", lines({ maxBytes }));
  return withCodec(
    format,
    (reader, writer) => new LineCodec<Message>(reader, writer, maxBytes),
  );
}

/**
 * Messages are JSON values, each after a header with its length: how language
 * servers speak (the base protocol of the Language Server Protocol 3.17).
 *
 * What cannot travel is refused as {@linkcode jsonLines} does.
 *
 * @typeParam Message What the messages are: it is believed, not checked.
 * @param options The longest message.
 * @returns The format.
 *
 * @example A message with its header, there and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, jsonHeader, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, jsonHeader());
 * await channel.send({ jsonrpc: "2.0", method: "initialized" });
 * assertEquals(await channel.receive(), {
 *   jsonrpc: "2.0",
 *   method: "initialized",
 * });
 * ```
 */
export function jsonHeader<Message = unknown>(
  options: MessageOptions = {},
): Format<Message> {
  const framing = contentLength({ maxBytes: maxMessageBytes(options) });
  const format = jsonFormat<Message>(framing.name, framing);
  return withCodec(
    format,
    (reader, writer) => new HeaderCodec(format, reader, writer),
  );
}

/**
 * Messages are JSON values, each after its length as an unsigned big-endian
 * number of 4 bytes, as `lengthPrefix()` has it.
 *
 * What cannot travel is refused as {@linkcode jsonLines} does.
 *
 * @typeParam Message What the messages are: it is believed, not checked.
 * @param options The longest message.
 * @returns The format.
 *
 * @example A message with its length, there and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, jsonLength, spawn } from "@basic-pipes/basic-pipes";
 *
 * await using child = spawn("cat", [], { stdin: "piped" });
 * const channel = channelOf(child, jsonLength());
 * await channel.send(["Spam", 0]);
 * assertEquals(await channel.receive(), ["Spam", 0]);
 * ```
 */
export function jsonLength<Message = unknown>(
  options: MessageOptions = {},
): Format<Message> {
  const framing = lengthPrefix({ maxBytes: maxMessageBytes(options) });
  const format = jsonFormat<Message>(framing.name, framing);
  return withCodec(
    format,
    (reader, writer) => new LengthCodec(format, reader, writer),
  );
}

function jsonFormat<Message>(name: string, framing: Framing): Format<Message> {
  return {
    name,
    framing,
    encode: (message) => ENCODER.encode(jsonOf(checkMessage(message))),
    decode: (payload) => JSON.parse(DECODER.decode(payload)),
  };
}
