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
import { Ticks } from "./cli/child/ticks.ts";
import type { ChildSettings } from "./cli/child/child_program.ts";

/**
 * The first argument of a child that our own parent starts; the second has its
 * settings as JSON. A compiled program is started by it too, as it is its own
 * child: without it, it would start itself again and again.
 */
export const CHILD_MODE = "--run-as-the-child";

/** What the child does when nothing else is asked for. */
export const DEFAULTS: ChildSettings = {
  messages: null,
  text: "Spam",
  tick: 1000,
  cycle: 5,
  frame: null,
  lifeline: false,
};

/** Writes all bytes of a message. */
export type WriteMessage = (bytes: Uint8Array) => Promise<void>;

/** Writes the messages until all are written or the parent has ended. */
async function work(
  settings: ChildSettings,
  write: WriteMessage,
): Promise<number> {
  const messages = writeMessages(settings, write);
  await (settings.lifeline
    ? Promise.race([messages, lifelineEnd()])
    : messages);
  return 0;
}

async function writeMessages(
  { text, tick, cycle, messages, frame }: ChildSettings,
  write: WriteMessage,
): Promise<void> {
  const encoder = new TextEncoder();
  const ticks = new Ticks(tick);
  for (let sent = 0, n = 0; sent < (messages ?? Infinity); sent++) {
    await ticks.pause(n);
    const message = `${text} ${n}`;
    await write(
      frame === null
        ? encoder.encode(message)
        : encodeFrame(frame, message, encoder),
    );
    n = (n + 1) % cycle;
  }
}

/**
 * A message as a frame, in one piece, so that one write takes it. The framings of
 * the library are not used, as they have 9 modules to load. The tests read these
 * frames by the library's, so that both are tested.
 */
function encodeFrame(
  rule: NonNullable<ChildSettings["frame"]>,
  message: string,
  encoder: TextEncoder,
): Uint8Array {
  switch (rule) {
    case "lines":
      return encoder.encode(`${message}\n`);
    case "nul":
      return encoder.encode(`${message}\0`);
    case "json":
      return encoder.encode(`${JSON.stringify(message)}\n`);
    case "length":
    case "connection": {
      const payload = encoder.encode(message);
      const frame = new Uint8Array(4 + payload.length);
      new DataView(frame.buffer).setUint32(0, payload.length);
      frame.set(payload, 4);
      return frame;
    }
    case "header": {
      const { length } = encoder.encode(message);
      return encoder.encode(`Content-Length: ${length}\r\n\r\n${message}`);
    }
  }
}

/** Resolves when stdin ends, as it does when the parent ends. */
async function lifelineEnd(): Promise<void> {
  // The parent writes nothing to it. Not Deno.stdin.readable: to load streams
  // takes 3 ms, a fifth of the start.
  const nothing = new Uint8Array(64);
  while (await Deno.stdin.read(nothing) !== null);
}

/** Writes to the pipe of our parent, which blocks until it has room. */
async function writeToParent(bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await Deno.stdout.write(rest));
  }
}

/** Runs the child on its arguments; resolves to its exit status. */
export async function runChild(args: readonly string[]): Promise<number> {
  if (args[0] !== CHILD_MODE) {
    const { runChildProgram } = await import("./cli/child/child_program.ts");
    return await runChildProgram(args, work);
  }
  const settings = { ...DEFAULTS, ...JSON.parse(args[1] ?? "{}") };
  try {
    return await work({ ...settings, lifeline: true }, writeToParent);
  } catch (error) {
    // The parent has ended: this is not a failure.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    const { reportChildFailure } = await import(
      "./cli/child/child_program.ts"
    );
    return await reportChildFailure(error);
  }
}

// Deno.exit, as the pending read of stdin would keep the program alive.
if (import.meta.main) Deno.exit(await runChild(Deno.args));
