import type { Child } from "../process/child.ts";
import { Channel, type ChannelOptions } from "./channel.ts";
import type { Format } from "./format.ts";

/**
 * A channel with a child, by its stdin and stdout. What it writes to stderr is
 * no part of it: the errors quote it.
 *
 * It is no method of the child: a program that only starts a command loads
 * nothing of channels.
 *
 * @typeParam Message What is sent and received.
 * @param child The child; its stdin and its stdout must be `"piped"`.
 * @param format What it speaks.
 * @param options What becomes of noise.
 * @returns The channel. It does not own the child: use `await using child`.
 * @throws {TypeError} If stdin or stdout is not piped, or an option is unknown.
 *
 * @example Python, with nothing but its standard library
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { channelOf, jsonLines, spawn } from "@basic-pipes/basic-pipes";
 *
 * const script = `
 * import json, sys
 * for line in sys.stdin:
 *     print(json.dumps(sum(json.loads(line))), flush=True)
 * `;
 * await using child = spawn("python3", ["-c", script], { stdin: "piped" });
 * const channel = channelOf(child, jsonLines());
 * await channel.send([1, 2, 3]);
 * assertEquals(await channel.receive(), 6);
 * ```
 */
export function channelOf<Message>(
  child: Child,
  format: Format<Message>,
  options: ChannelOptions = {},
): Channel<Message> {
  const pipes = { reader: child.stdout, writer: child.stdin, child };
  return new Channel(pipes, format, options);
}
