import { describeEnding, type Ending } from "../../../cli/summary/ending.ts";
import { Statistics } from "../../../cli/summary/statistics.ts";
import { summary } from "../../../cli/summary/summary.ts";
import type { ExitStatus } from "../../../mod.ts";
import { isHidden } from "../../../src/text_safety.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";

const encoder = new TextEncoder();

const EXITED: ExitStatus = {
  code: 0,
  signal: null,
  success: true,
  reason: "exited",
  stopSteps: 0,
  receivedSignal: null,
  durationMs: 995,
  bytesIn: 0,
  bytesOut: 0,
  bytesErr: 0,
  stderrTail: "",
  drained: true,
};

type Read = [elapsedMs: number, bytes: string | Uint8Array, "out" | "err"];

function statisticsOf(reads: readonly Read[], endMs: number): Statistics {
  const statistics = new Statistics();
  for (const [elapsedMs, given, stream] of reads) {
    const chunk = typeof given === "string" ? encoder.encode(given) : given;
    const slices = Math.ceil(chunk.length / 32);
    statistics.take(chunk, slices, { wallMs: 0, elapsedMs, stream });
  }
  statistics.end(endMs);
  return statistics;
}

const ABOUT = { label: "web", command: ["python3", "slow one.py"] };

const CASES: {
  title: string;
  reads: Read[];
  endMs: number;
  ending?: Ending;
  expected: string;
}[] = [
  {
    title: "a child that wrote some lines",
    reads: [
      [12.3, "Spam 0", "out"],
      [112.5, "Spam 1", "out"],
      [312.7, "Spam 2", "out"],
      [612.6, "Spam 3", "out"],
      [990, "Spam 4Spam 0 \x1b[2J\u202e and what was to come", "out"],
    ],
    endMs: 1000,
    expected: `\
label         web
command       python3 \'slow one.py\'
ended         code 0 after 995 ms, by itself
duration      1.00 s
stdout        65 B, 65 B/s
              6 slices of 5 reads
              first byte after 12.3 ms, last after 990 ms
              no character cut
                       min      median         p90         p99         max
reads                  6 B         6 B        41 B        41 B        41 B
gaps                100 ms      200 ms      377 ms      377 ms      377 ms
read sizes    ███
              ███      ▄▄▄
              4 B   16 B
gap lengths         ███
              █████████
              65.5 ms
silences         377 ms from    613 ms, then "Spam 4Spam 0 \\x1b[2J\\u{202e} and"…
                 300 ms from    313 ms, then "Spam 3"
                 200 ms from    113 ms, then "Spam 2"
                 100 ms from   12.3 ms, then "Spam 1"
                10.0 ms from    990 ms, then the end
`,
  },
  {
    title: "a child that wrote nothing and was killed",
    reads: [],
    endMs: 2000,
    ending: {
      ...EXITED,
      code: 137,
      signal: "SIGKILL",
      reason: "timeout",
      durationMs: 1999,
    },
    expected: `\
label         web
command       python3 \'slow one.py\'
ended         SIGKILL after 2.00 s, stopped by --timeout
duration      2.00 s
stdout        nothing
`,
  },
  {
    title: "a child that wrote once to stderr, and that we stopped",
    reads: [[5, new Uint8Array(4096), "err"]],
    endMs: 8,
    ending: "reader",
    expected: `\
label         web
command       python3 \'slow one.py\'
ended         stopped by the program: the reader of the log had left
duration      8.00 ms
stdout        nothing
stderr        4.0 KiB (4,096 bytes), 500 KiB/s
              128 slices of 1 read
              first byte after 5.00 ms, last after 5.00 ms
              not text: a NUL, or not UTF-8
                       min      median         p90         p99         max
reads (err)        4,096 B     4,096 B     4,096 B     4,096 B     4,096 B
`,
  },
  {
    title: "a child whose pipe was always full",
    reads: Array.from(
      { length: 100 },
      (_, index): Read => [index + 1, "x".repeat(65536), "out"],
    ),
    endMs: 101,
    expected: `\
label         web
command       python3 \'slow one.py\'
ended         code 0 after 995 ms, by itself
duration      101 ms
stdout        6.3 MiB (6,553,600 bytes), 61.9 MiB/s
              204,800 slices of 100 reads, 100 % of 65,536 bytes
              first byte after 1.00 ms, last after 100 ms
              no character cut
                       min      median         p90         p99         max
reads             65,536 B    65,536 B    65,536 B    65,536 B    65,536 B
gaps               1.00 ms     1.00 ms     1.00 ms     1.00 ms     1.00 ms
read sizes    ███
              ███
              64.0 KiB
gap lengths   ███
              ███
              512 µs
`,
  },
];

for (const { title, reads, endMs, ending = EXITED, expected } of CASES) {
  Deno.test(`the summary of ${title}`, () => {
    const text = summary(statisticsOf(reads, endMs), ending, ABOUT);
    assertEquals(text, expected);
  });
}

const ENDINGS: [ending: Ending, words: string][] = [
  [EXITED, "code 0 after 995 ms, by itself"],
  [
    { ...EXITED, code: 130, signal: "SIGINT", reason: "signaled" },
    "SIGINT after 995 ms, by a signal from elsewhere",
  ],
  [
    {
      ...EXITED,
      code: 130,
      signal: "SIGINT",
      reason: "signaled",
      receivedSignal: "SIGINT",
    },
    "SIGINT after 995 ms, by the signal that the program was sent",
  ],
  [
    {
      ...EXITED,
      code: 139,
      signal: "SIGSEGV",
      reason: "signaled",
      receivedSignal: "SIGINT",
    },
    "SIGSEGV after 995 ms, by a signal from elsewhere",
  ],
  [
    { ...EXITED, code: 3, receivedSignal: "SIGINT" },
    "code 3 after 995 ms, by itself, after the program was sent SIGINT",
  ],
  [
    { ...EXITED, reason: "received", receivedSignal: "SIGTERM" },
    "code 0 after 995 ms, as the program had to end",
  ],
  ["count", "stopped by the program: as many lines as --count were logged"],
  ["reader", "stopped by the program: the reader of the log had left"],
];

Deno.test("the end is told with its reason", () => {
  const told = ENDINGS.map(([ending]) => [ending, describeEnding(ending)]);
  assertEquals(told, ENDINGS);
});

Deno.test("the worst summary has 30 lines of 80 columns, and nothing in it acts", () => {
  const hostile = encoder.encode("\x1b]0;x\x07\r\u009b\u202e\ufeff\x7f\xe4本");
  const statistics = new Statistics();
  const chunk = new Uint8Array(1048576).fill(0xe2);
  let elapsedMs = 0;
  for (let octave = 0; octave <= 30; octave++) {
    for (const stream of ["out", "err"] as const) {
      elapsedMs += 2 ** octave / 1000 * 3;
      const size = 2 ** Math.min(octave, 20);
      const bytes = octave > 24 ? hostile : chunk.subarray(0, size);
      const arrival = { wallMs: 0, elapsedMs, stream };
      statistics.take(bytes, 123456789, arrival);
    }
  }
  for (const pipe of [statistics.out, statistics.err]) {
    pipe.bytes *= 1e6;
    pipe.slices *= 10;
    pipe.reads *= 1e6;
    pipe.exactly[65536] = pipe.reads;
  }
  statistics.end(elapsedMs + 1e9);
  const text = summary(statistics, {
    ...EXITED,
    signal: "SIGVTALRM",
    reason: "received",
    durationMs: 3_599_000,
  }, ABOUT);
  const lines = text.split("\n").slice(0, -1);
  assertEquals(lines.length <= 30, true, text);
  for (const line of lines) {
    assert([...line].length <= 80, line);
    for (const character of line) {
      const codePoint = character.codePointAt(0)!;
      assert(codePoint >= 0x20 && codePoint !== 0x7f && !isHidden(codePoint));
    }
  }
});
