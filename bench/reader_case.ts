/**
 * One case of bench/reader.ts, in a process of its own: reads what the given
 * command writes and prints things per second, and the peak of its memory.
 *
 *     deno run -A bench/reader_case.ts <case> <command> [arguments]
 */
import { TextLineStream } from "@std/streams";
import {
  contentLength,
  type Framing,
  lengthPrefix,
  lines,
  PipeReader,
} from "../mod.ts";

type Pipe = ReadableStream<Uint8Array<ArrayBuffer>>;

const framing = lengthPrefix({ maxBytes: 0x1000_0000 });

async function countFrames<Frame>(
  pipe: Pipe,
  framing: Framing<Frame>,
): Promise<number> {
  const reader = new PipeReader(pipe);
  let count = 0;
  while (await reader.readFrame(framing) !== null) count++;
  return count;
}

const CASES: Record<string, (pipe: Pipe) => Promise<number>> = {
  async "byob reads"(pipe) {
    const reader = pipe.getReader({ mode: "byob" });
    let count = 0;
    while (!(await reader.read(new Uint8Array(32))).done) count++;
    return count;
  },
  async "bare chunks"(pipe) {
    let count = 0;
    for await (const chunk of pipe) {
      for (let at = 0; at < chunk.length; at += 32) {
        count += chunk.subarray(at, at + 32).length && 1;
      }
    }
    return count;
  },
  async "tryRead ?? read"(pipe) {
    const reader = new PipeReader(pipe);
    let count = 0;
    for (;;) {
      const slice = reader.tryRead(32) ?? await reader.read(32);
      if (slice === null) return count;
      count += slice.length && 1;
    }
  },
  async "read"(pipe) {
    const reader = new PipeReader(pipe);
    let count = 0;
    for (;;) {
      const slice = await reader.read(32);
      if (slice === null) return count;
      count += slice.length && 1;
    }
  },
  async "slices"(pipe) {
    let count = 0;
    for await (const slice of new PipeReader(pipe).slices(32)) {
      count += slice.length && 1;
    }
    return count;
  },
  async "TextLineStream"(pipe) {
    let count = 0;
    const lines: ReadableStream<string> = pipe
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) count += line.length && 1;
    return count;
  },
  async "lines"(pipe) {
    let count = 0;
    for await (const line of new PipeReader(pipe).lines()) {
      count += line.length && 1;
    }
    return count;
  },
  async "readLine"(pipe) {
    const reader = new PipeReader(pipe);
    let count = 0;
    while (await reader.readLine() !== null) count++;
    return count;
  },
  async "lineArrays"(pipe) {
    let count = 0;
    for await (const lines of new PipeReader(pipe).lineArrays()) {
      for (const line of lines) count += line.length && 1;
    }
    return count;
  },
  async "frames"(pipe) {
    let count = 0;
    for await (const frame of new PipeReader(pipe).frames(framing)) {
      count += frame.length && 1;
    }
    return count;
  },
  readFrame: (pipe) => countFrames(pipe, framing),
  "line frames": (pipe) => countFrames(pipe, lines()),
  "contentLength frames": (pipe) => countFrames(pipe, contentLength()),
  /** A consumer that waits a little after every 64 KiB. */
  async "slow slices"(pipe) {
    let count = 0;
    for await (const slice of new PipeReader(pipe).slices(32)) {
      if (++count % 2048 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (slice.length === 0) break;
    }
    return count;
  },
};

const [name = "", command = "", ...args] = Deno.args;
const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
const begin = performance.now();
const count = await CASES[name]!(child.stdout);
const ms = performance.now() - begin;
await child.status;
const status = await Deno.readTextFile("/proc/self/status");
const peakKiB = Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]);
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({
  perSecond: count / ms * 1000,
  ms,
  peakMiB: peakKiB / 1024,
})));
