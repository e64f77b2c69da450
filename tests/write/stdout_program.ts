/**
 * A program whose output the tests of `stdoutWriter` and `stderrWriter` look
 * at: it writes one of the payloads below. Started as a process of its own.
 *
 *     stdout_program.ts PROGRAM | PAYLOAD [stderr]
 */
import {
  BrokenPipeError,
  PipeReader,
  stderrWriter,
  stdoutWriter,
} from "../../mod.ts";

/** Puts `make(n)` together, from `n = first` up to a size. */
function fill(bytes: number, make: (n: number) => string, first = 0): string {
  const parts: string[] = [];
  let length = 0;
  for (let n = first; length < bytes; n++) {
    const part = make(n);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

const letters = (n: number, count: number) =>
  `${n}.`.padEnd(count, "abcdefghijklmnopqrstuvwxyz");

const BORDERS = [0, 1, 1000, 1023, 1024, 1025, 4095, 4096, 4097, 8191];
const shortLine = (n: number) => letters(n, 10 + n % 90) + "\n";
const lineAroundABorder = (n: number) =>
  letters(n, BORDERS[n % 10]! + n % 7) + "\n";
const noNewline = (n: number) => letters(n, 100);

/** Each kind of text in turn, 90 kB of it; the last one has a short tail. */
function allKinds(): string {
  const rounds = [0, 1, 2, 3].map((round) => {
    const first = round * 10_000;
    return fill(90_000, shortLine, first) +
      fill(90_000, lineAroundABorder, first) +
      fill(90_000, noNewline, first) +
      // More newlines than are written at once.
      "\n".repeat(5000) + letters(first, 900);
  });
  return rounds.join("");
}

/** What is written, by its name: over 1 MB each. */
export const PAYLOADS: Record<string, () => Uint8Array> = {
  "short lines": () => new TextEncoder().encode(fill(1_200_000, shortLine)),
  "all kinds": () => new TextEncoder().encode(allKinds()),
};

const CUTS = [1, 25, 700, 4096, 5000, 20_000, 70_000];

async function writePayload(name: string, to?: string): Promise<void> {
  const bytes = PAYLOADS[name]!();
  const writer = to === "stderr" ? stderrWriter() : stdoutWriter();
  let start = 0;
  for (let n = 0; start < bytes.length; n++) {
    const end = start + CUTS[n % CUTS.length]!;
    await writer.write(bytes.subarray(start, end));
    start = end;
  }
  await writer.close();
}

/** How many times this process has called write(2), by proc(5). */
function countWrites(): number {
  const counts = Deno.readTextFileSync("/proc/self/io");
  return Number(/^syscw: (\d+)$/m.exec(counts)![1]);
}

const PROGRAMS: Record<string, (to?: string) => Promise<void>> = {
  /** Writes 20,000 lines, and at last by how many calls of write(2). */
  async counts_writes() {
    const writer = stdoutWriter();
    const before = countWrites();
    for (let n = 0; n < 20_000; n++) await writer.write(letters(n, 24) + "\n");
    await writer.flush();
    await writer.write(`${countWrites() - before} writes\n`);
    await writer.close();
  },
  /** Does not await a single write, and falls off its end. */
  async burst() {
    const writer = stdoutWriter();
    const bytes = PAYLOADS["short lines"]!();
    for (let start = 0; start < bytes.length; start += 25) {
      writer.write(bytes.subarray(start, start + 25));
    }
    await Promise.resolve();
  },
  /** Writes 1.2 MB four times, and waits for stdin's end after the second. */
  async flood() {
    const writer = stdoutWriter();
    const bytes = PAYLOADS["short lines"]!();
    for (let n = 0; n < 4; n++) {
      await writer.write(bytes);
      if (n === 1) await new Response(Deno.stdin.readable).bytes();
    }
    await writer.close();
  },
  /** Writes 20 kB, which any pipe has room for, and waits for their echo. */
  async in_turns() {
    const writer = stdoutWriter();
    await using echo = new PipeReader(Deno.stdin.readable);
    const bytes = PAYLOADS["short lines"]!();
    for (let start = 0; start < bytes.length; start += 20_000) {
      const piece = bytes.subarray(start, start + 20_000);
      writer.write(piece);
      await writer.flush();
      await echo.readExactly(piece.length);
    }
    await writer.close();
  },
  /** Writes for ever; ends by SIGTERM without waiting for its own output. */
  async stuck(to) {
    const [writer, other] = to === "stderr"
      ? [stderrWriter(), Deno.stdout]
      : [stdoutWriter(), Deno.stderr];
    Deno.addSignalListener("SIGTERM", () => {
      other.writeSync(new TextEncoder().encode("heard SIGTERM\n"));
      Deno.exit(7);
    });
    const bytes = PAYLOADS["short lines"]!();
    other.writeSync(new TextEncoder().encode("ready\n"));
    for (;;) await writer.write(bytes);
  },
  /** Writes until the reader leaves, and says what it was told. */
  async reader_leaves(to) {
    const [writer, other] = to === "stderr"
      ? [stderrWriter(), Deno.stdout]
      : [stdoutWriter(), Deno.stderr];
    const told: string[] = [];
    const tell = (error: unknown) => {
      const { cause } = error as Error;
      told.push(`${error instanceof BrokenPipeError} ${(cause as Error).name}`);
    };
    try {
      for (;;) await writer.write("a line of the log, and another one\n");
    } catch (error) {
      tell(error);
    }
    writer.write("nobody awaits this");
    await writer.write("again").catch(tell);
    await writer.flush().catch(tell);
    await writer.close();
    told.push(`${writer.broken instanceof BrokenPipeError} quiet`);
    other.writeSync(new TextEncoder().encode(told.join("\n")));
  },
  /** Writes to a device without room. */
  async full(to) {
    const [writer, other] = to === "stderr"
      ? [stderrWriter(), Deno.stdout]
      : [stdoutWriter(), Deno.stderr];
    await writer.write("one line\n");
    const error = await writer.close().then(() => undefined, (error) => error);
    other.writeSync(new TextEncoder().encode(String(error)));
  },
};

if (import.meta.main) {
  const [name = "", to] = Deno.args;
  await (PROGRAMS[name]?.(to) ?? writePayload(name, to));
}
