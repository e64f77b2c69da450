/**
 * The child: it writes one encoded message to its stdout at every tick.
 *
 * A loop without an end pauses for `n` ticks, encodes the text `Spam n` as
 * UTF-8, writes the bytes in one write and takes `n = (n + 1) % 5`. `main.ts`
 * launches it; it runs by itself as well:
 *
 * ```sh
 * deno run child.ts --tick 100ms --messages 5
 * ```
 *
 * @module
 */
import { type ChildSettings, readChildArguments } from "./cli/options/child.ts";
import { Ticks } from "./cli/child/ticks.ts";

async function writeMessages(settings: ChildSettings): Promise<void> {
  const { text, tick, cycle, messages } = settings;
  const write = await openOutput(settings);
  const encode = await chooseEncoder(settings);
  const ticks = new Ticks(tick);
  for (let sent = 0, n = 0; sent < (messages ?? Infinity); sent++) {
    await ticks.pause(n);
    await write(encode(`${text} ${n}`));
    n = (n + 1) % cycle;
  }
}

/** How the bytes of one message leave, in one write. */
async function openOutput(
  { lifeline }: ChildSettings,
): Promise<(bytes: Uint8Array) => Promise<void>> {
  // The pipe of our own parent is blocking and takes a message whole. Any
  // other stdout needs the writer, which takes as long to load as Deno itself.
  if (lifeline) {
    return async (bytes) => {
      while (bytes.length > 0) {
        bytes = bytes.subarray(await Deno.stdout.write(bytes));
      }
    };
  }
  const { stdoutWriter } = await import("./src/write/stdout_writer.ts");
  const stdout = stdoutWriter();
  return async (bytes) => {
    await stdout.write(bytes);
    await stdout.flush();
  };
}

/** How a message becomes bytes: as its text, or as one frame of a rule. */
async function chooseEncoder(
  { frame }: ChildSettings,
): Promise<(message: string) => Uint8Array> {
  const encoder = new TextEncoder();
  if (frame === null) return (message) => encoder.encode(message);
  const { encodeFrame } = await import("./cli/child/encode_frame.ts");
  return (message) => encodeFrame(frame, message);
}

/** Resolves when the parent that holds the other end of our stdin is gone. */
async function lifelineEnd(): Promise<void> {
  // A life line carries no bytes; its end is the message. Not by
  // Deno.stdin.readable: streams take 3 ms to load, a fifth of the start.
  const nothing = new Uint8Array(64);
  while (await Deno.stdin.read(nothing) !== null);
}

/** Writes the messages until there are enough, or the parent is gone. */
async function work(settings: ChildSettings): Promise<number> {
  const messages = writeMessages(settings);
  await (settings.lifeline
    ? Promise.race([messages, lifelineEnd()])
    : messages);
  return 0;
}

/** Runs the child on its arguments; resolves to its exit status. */
export async function runChild(args: readonly string[]): Promise<number> {
  const settings = readChildArguments(args);
  if (settings?.lifeline) {
    // A parent that is gone is a broken pipe, and a quiet end.
    return await work(settings).catch(async (error) => {
      const { tellFailure } = await import("./cli/main/program.ts");
      return await tellFailure(error);
    });
  }
  const { runChildProgram } = await import("./cli/child/child_program.ts");
  return await runChildProgram(args, work);
}

// Deno.exit and not the natural end: a read of the life line is under way.
if (import.meta.main) Deno.exit(await runChild(Deno.args));
