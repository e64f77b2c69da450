/**
 * Messages both ways with a process in any language, over its stdin and stdout.
 *
 * @module
 */
export { Channel, type ChannelOptions, type ChannelPipes } from "./channel.ts";
export { channelOf } from "./channel_of.ts";
export { bytes, type Format, type MessageOptions } from "./format.ts";
export { jsonHeader, jsonLength, jsonLines } from "./json.ts";
export { structured } from "./structured.ts";
export { parentChannel, type ParentChannelOptions } from "./parent_channel.ts";
export type { RequestOptions } from "./asking.ts";
export type { Call, Handlers, ServeOptions } from "./serving.ts";
export { DisconnectedError, NoiseError, RequestError } from "./errors.ts";
