/** Channels without a process between, for tests of what a process cannot show. */
import {
  Channel,
  type ChannelOptions,
  type Format,
  PipeReader,
  PipeWriter,
} from "../../mod.ts";

/** Two channels that are each other's other side. */
export function channelPair<Message>(
  format: Format<Message>,
  options: ChannelOptions = {},
): [Channel<Message>, Channel<Message>] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  const side = (
    from: ReadableStream<Uint8Array>,
    to: WritableStream<Uint8Array>,
  ) =>
    new Channel(
      { reader: new PipeReader(from), writer: new PipeWriter(to) },
      format,
      options,
    );
  return [
    side(back.readable, there.writable),
    side(there.readable, back.writable),
  ];
}

/** A channel that receives these bytes, in these chunks, and then the end. */
export function channelFrom<Message>(
  format: Format<Message>,
  chunks: readonly (string | Uint8Array)[],
  options: ChannelOptions = {},
): Channel<Message> {
  const encoder = new TextEncoder();
  const bytes = chunks.map((chunk) =>
    typeof chunk === "string" ? encoder.encode(chunk) : chunk
  );
  return new Channel(
    {
      reader: new PipeReader(ReadableStream.from(bytes)),
      writer: new PipeWriter(new WritableStream()),
    },
    format,
    options,
  );
}

/** All messages up to the end, and what ended them if that was an error. */
export async function received<Message>(
  channel: Channel<Message>,
): Promise<{ messages: Message[]; error?: string }> {
  const messages: Message[] = [];
  try {
    for await (const message of channel) messages.push(message);
  } catch (error) {
    return {
      messages,
      error: `${(error as Error).name}: ${(error as Error).message}`,
    };
  }
  return { messages };
}

/** What the messages are as bytes. */
export async function encoded<Message>(
  format: Format<Message>,
  messages: readonly Message[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const bytes = new PipeReader(readable).readAll();
  const writer = new PipeWriter(writable);
  const reader = new PipeReader(ReadableStream.from([]));
  const channel = new Channel({ reader, writer }, format);
  for (const message of messages) channel.send(message);
  await channel.close();
  return await bytes;
}
