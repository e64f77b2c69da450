/**
 * One way of writing to stdout, timed from within: `writer_case.ts CASE COUNT`.
 * Says on stderr how many bytes it wrote per second.
 */
import { stdoutWriter } from "../mod.ts";

const TEXT = "a line of just 25 bytes.\n";
const LINE = new TextEncoder().encode(TEXT);
const CHUNK = new TextEncoder().encode(TEXT.repeat(2621)); // 65,525 bytes

const CASES: Record<string, (count: number) => Promise<void> | void> = {
  async "await Deno.stdout.write"(count) {
    for (let n = 0; n < count; n++) await Deno.stdout.write(LINE);
  },
  "console.log"(count) {
    const text = TEXT.trimEnd();
    // deno-lint-ignore no-console -- the peer
    for (let n = 0; n < count; n++) console.log(text);
  },
  writeSync(count) {
    for (let n = 0; n < count; n++) Deno.stdout.writeSync(LINE);
  },
  async "await writer.write"(count) {
    await using writer = stdoutWriter();
    for (let n = 0; n < count; n++) await writer.write(LINE);
  },
  async "await writer.write, text"(count) {
    await using writer = stdoutWriter();
    for (let n = 0; n < count; n++) await writer.write(TEXT);
  },
  async "writer.write, flushed every 10,000"(count) {
    await using writer = stdoutWriter();
    for (let n = 0; n < count; n++) {
      writer.write(LINE);
      if (n % 10_000 === 9_999) await writer.flush();
    }
  },
  async "one 64 KiB buffer, by hand"(count) {
    const buffer = new Uint8Array(65_536);
    let used = 0;
    for (let n = 0; n < count; n++) {
      if (used + LINE.length > buffer.length) {
        await Deno.stdout.write(buffer.subarray(0, used));
        used = 0;
      }
      buffer.set(LINE, used);
      used += LINE.length;
    }
    await Deno.stdout.write(buffer.subarray(0, used));
  },
  async "64 KiB, await writer.write"(count) {
    await using writer = stdoutWriter();
    for (let n = 0; n < count; n += 2621) await writer.write(CHUNK);
  },
  async "64 KiB, await Deno.stdout.write"(count) {
    for (let n = 0; n < count; n += 2621) await Deno.stdout.write(CHUNK);
  },
  "64 KiB, writeSync"(count) {
    for (let n = 0; n < count; n += 2621) Deno.stdout.writeSync(CHUNK);
  },
};

const [name = "", count = ""] = Deno.args;
const startMs = performance.now();
await CASES[name]!(Number(count));
const seconds = (performance.now() - startMs) / 1000;
const rate = Number(count) * LINE.length / seconds;
Deno.stderr.writeSync(new TextEncoder().encode(String(Math.round(rate))));
