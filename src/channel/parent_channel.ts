import type * as NodeConsole from "node:console";
import type * as NodeProcess from "node:process";
import { checkKeys } from "../check.ts";
import { PipeReader } from "../read/reader.ts";
import { stdinReader } from "../read/stdin_reader.ts";
import type { Sink } from "../write/sink.ts";
import { stdoutWriter } from "../write/stdout.ts";
import { PipeWriter } from "../write/writer.ts";
import { Channel, type ChannelOptions } from "./channel.ts";
import type { Format } from "./format.ts";
import { nodeModule } from "./node_module.ts";
import { polledSink, polledSource } from "./polled_pipe.ts";

/** Options of {@linkcode parentChannel}. */
export interface ParentChannelOptions extends ChannelOptions {
  /**
   * The channel is on the descriptors 3 (to read) and 4 (to write), as `spawn`
   * with `channel: "separate"` starts a child. stdin and stdout stay what they
   * are, and `console` is not changed.
   *
   * @default {false}
   */
  separate?: boolean;
}

/**
 * The channel with the parent, in a Deno program that was started as a child: by
 * its stdin and its stdout, each of which has to be a pipe for full speed.
 *
 * From here on everything that `console` would print to stdout goes to stderr:
 * a stray print would be noise on the channel. `Deno.stdout` is not changed. At
 * the end of its parent, `receive` gives `null`.
 *
 * Call it once. A program that ends by `Deno.exit` awaits `flush` first.
 *
 * @typeParam Message What is sent and received.
 * @param format What the parent speaks.
 * @param options What becomes of noise, and which descriptors to use.
 * @returns The channel.
 * @throws {TypeError} If an option is unknown.
 * @throws {Error} If `separate` is set and the descriptors are no pipes.
 *
 * @example A child that doubles numbers
 * ```ts
 * import { jsonLines, parentChannel } from "@basic-pipes/basic-pipes";
 *
 * const channel = parentChannel(jsonLines<number>());
 * for await (const n of channel) await channel.send(2 * n);
 * ```
 */
export function parentChannel<Message>(
  format: Format<Message>,
  options: ParentChannelOptions = {},
): Channel<Message> {
  checkKeys("make a channel", options, ["onNoise", "separate"]);
  const { separate = false, ...rest } = options;
  if (separate) {
    const reader = new PipeReader(polledSource(3));
    const writer = new PipeWriter(polledSink(4));
    return new Channel({ reader, writer }, format, rest);
  }
  printToStderr();
  const pipes = { reader: stdinReader(), writer: stdout() };
  return new Channel(pipes, format, rest);
}

/**
 * stdout, opened at the first write: from then on its pipe is non-blocking for
 * all who hold it.
 */
function stdout(): PipeWriter {
  let sink: Sink | undefined;
  return new PipeWriter({
    givesBack: true,
    write: (pieces) => (sink ??= openStdout()).write(pieces),
    close: () => (sink ??= openStdout()).close(),
  });
}

function openStdout(): Sink {
  try {
    return polledSink(1);
  } catch {
    const writer = stdoutWriter(); // A file, or a terminal.
    return {
      givesBack: true,
      write: (pieces) => writer.writeNow(pieces),
      close: () => writer.close(),
    };
  }
}

/** Everything of `console` that prints to stdout; the rest is made of these. */
const BY_ERROR = ["log", "info", "debug"] as const;
const BY_NODE = ["dir", "dirxml", "table", "count", "countReset"] as const;

function printToStderr(): void {
  const { console } = globalThis;
  for (const name of BY_ERROR) console[name] = console.error;
  // Deno's own have no way to stderr. Those of Node take 10 ms to load.
  let node: Console | undefined;
  for (const name of BY_NODE) {
    console[name] = (...args: unknown[]) => {
      node ??= nodeConsole();
      node[name](...args as []);
    };
  }
  // It would clear the terminal by writing to stdout.
  console.clear = () => {};
}

function nodeConsole(): Console {
  const { Console } = nodeModule<typeof NodeConsole>("node:console");
  const { stderr } = nodeModule<typeof NodeProcess>("node:process");
  return new Console({ stdout: stderr, stderr }) as unknown as Console;
}
