import { Bursts, type FullBuffers } from "../../../cli/summary/signs.ts";
import { assertEquals } from "../../support/std_assert.ts";

interface Case {
  title: string;
  /** Bytes of each read, and how long it was waited for in milliseconds. */
  reads: [bytes: number, waitMs: number][];
  /** Bytes of a line. */
  line?: number;
  expected: FullBuffers | null;
}

const CASES: Case[] = [
  {
    title: "two exact buffers that part lines are evidence",
    reads: [[4096, 60], [4096, 60], [90, 60]],
    line: 100,
    expected: { bytes: 4096, count: 2, silentMs: 120, isExact: true },
  },
  {
    title: "two exact buffers that end with a line may be chance",
    reads: [[4096, 60], [4096, 60], [90, 60]],
    line: 64,
    expected: null,
  },
  {
    title: "three exact buffers are no chance",
    reads: [[4096, 60], [4096, 60], [4096, 60], [90, 60]],
    line: 64,
    expected: { bytes: 4096, count: 3, silentMs: 180, isExact: true },
  },
  {
    title: "a buffer that arrives in two reads is one",
    reads: [[4096, 60], [4096, 0], [8192, 60], [8192, 60], [10, 60]],
    line: 100,
    expected: { bytes: 8192, count: 3, silentMs: 180, isExact: true },
  },
  {
    title: "two buffers that arrive in one read are two times the least",
    reads: [[4096, 60], [8192, 60], [4096, 60], [10, 60]],
    line: 100,
    expected: { bytes: 4096, count: 3, silentMs: 180, isExact: true },
  },
  {
    title:
      "buffers into which the next line would not have fitted are Python's",
    reads: [[8100, 60], [8100, 60], [8100, 60], [110, 60]],
    line: 100,
    expected: { bytes: 8192, count: 3, silentMs: 180, isExact: false },
  },
  {
    title: "a burst into which the next line would have fitted is no buffer",
    reads: [[8100, 60], [8000, 60], [8100, 60], [110, 60]],
    line: 100,
    expected: null,
  },
  {
    title: "a size that is not the usual one is no buffer's",
    reads: [[4096, 60], [8192, 60], [8192, 60], [8192, 60], [10, 60]],
    line: 100,
    expected: null,
  },
  {
    title: "a pause that nobody notices does not part bursts",
    reads: [[4096, 40], [4096, 40], [4096, 40], [90, 40]],
    line: 100,
    expected: null,
  },
  {
    title: "a last burst of more than the buffer is not what was held",
    reads: [[4096, 60], [4096, 60], [4096, 60], [9000, 60]],
    line: 100,
    expected: null,
  },
  {
    title: "blocks with no line in them are no text",
    reads: [[4096, 60], [4096, 60], [4096, 60], [90, 60]],
    expected: null,
  },
  {
    title: "blocks of 12288 bytes are no usual buffer",
    reads: [[12288, 60], [12288, 60], [12288, 60], [90, 60]],
    line: 100,
    expected: null,
  },
];

for (const { title, reads, line, expected } of CASES) {
  Deno.test(title, () => {
    const bursts = new Bursts();
    for (const [bytes, waitMs] of reads) {
      const chunk = new Uint8Array(bytes).fill(0x78);
      if (line !== undefined) {
        for (let at = line - 1; at < bytes; at += line) chunk[at] = 10;
      }
      bursts.take(chunk, waitMs);
    }
    assertEquals(bursts.fullBuffers, expected);
  });
}
