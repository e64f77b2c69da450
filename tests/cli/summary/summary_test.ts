import { columnsOf, describeEnding, type Ending } from "../../../cli/words.ts";
import { Statistics } from "../../../cli/summary/statistics.ts";
import { summary } from "../../../cli/summary/summary.ts";
import { isHidden } from "../../../src/text_safety.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";
import { EXITED } from "../../support/statuses.ts";

const encoder = new TextEncoder();

const ENDED = { ...EXITED, durationMs: 995 };

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
label          web
command        python3 'slow one.py'
ended          after 1.00 s with status 0, by itself
time, stdout   ▅▁▁▁▁▁▅▁▁▁▁▁▁▁▁▁▁▁▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█
               0 s           250 ms       500 ms        750 ms       1.00 s
               ▁ nothing came, █ 41 B came in 16.7 ms (log scale)
stdout         65 B, 65 B/s
               5 reads, logged in 6 slices
               the first came after 12.3 ms, the last after 990 ms
                      least      median  90 % up to  99 % up to        most
stdout reads            6 B         6 B                                41 B
  time between       100 ms      200 ms                              377 ms
silences          377 ms from    613 ms on, then "Spam 4Spam 0 \\x1b[2J\\u{202e}"…
                  300 ms from    313 ms on, then "Spam 3"
                  200 ms from    113 ms on, then "Spam 2"
                  100 ms from   12.3 ms on, then "Spam 1"
`,
  },
  {
    title: "a child that wrote nothing and was killed",
    reads: [],
    endMs: 2000,
    ending: {
      ...ENDED,
      code: 137,
      signal: "SIGKILL",
      reason: "timeout",
      durationMs: 1999,
    },
    expected: `\
label          web
command        python3 'slow one.py'
ended          after 2.00 s by SIGKILL, stopped by --timeout
stdout         nothing
`,
  },
  {
    title: "a child that wrote once to stderr, and that we stopped",
    reads: [[5, new Uint8Array(4096), "err"]],
    endMs: 8,
    ending: "reader",
    expected: `\
label          web
command        python3 'slow one.py'
ended          after 8.00 ms, stopped by this program: the reader of the log had
               left
time, stderr   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
               0 s          2.00 ms       4.00 ms      6.00 ms      8.00 ms
               ▁ nothing came, █ 4.0 KiB came in 133 µs (log scale)
stdout         nothing
stderr         4.0 KiB (4,096 bytes), 500 KiB/s
               1 read, logged in 128 slices
               it came after 5.00 ms
               no text: it has a NUL, or is not UTF-8
`,
  },
  {
    title: "a child with many reads of many sizes",
    reads: Array.from(
      { length: 40 },
      (_, n): Read => [n * (n + 1) + 40, "x".repeat(1 + n % 20), "out"],
    ),
    endMs: 2000,
    expected: `\
label          web
command        python3 'slow one.py'
ended          after 995 ms with status 0, by itself; the log was complete after
               2.00 s
time, stdout   ▁▇█▇▆█▇▇▇▇▇▇█▂▁▃▄▅▁▅▅▁▆▆▁▆▁▆▁▆▇▁▇▁▇▁▇▁▁▇▁▇▁▇▁▇▁▁█▁▁▁▁▁▁▁▁▁▁▁
               0 s           500 ms       1.00 s        1.50 s       2.00 s
               ▁ nothing came, █ 25 B came in 33.3 ms (log scale)
stdout         420 B, 210 B/s
               40 reads, logged in 40 slices
               the first came after 40.0 ms, the last after 1.60 s
                      least      median  90 % up to  99 % up to        most
stdout reads            1 B        10 B        18 B                    20 B
  time between      2.00 ms     40.0 ms     72.0 ms                 78.0 ms
stdout by size          ███▂▂▂
highest 16     ▂▂▂▄▄▄█████████
               1 B   4 B   16 B
  time between                ███
highest 16     ▁▁▁▁▁▁▂▂▂▄▄▄██████▇▇▇
               1.02 ms  8.19 ms  65.5 ms
silences          400 ms from    1.60 s on, then the end
                 78.0 ms from    1.52 s on, then "xxxxxxxxxxxxxxxxxxxx"
                 76.0 ms from    1.45 s on, then "xxxxxxxxxxxxxxxxxxx"
                 74.0 ms from    1.37 s on, then "xxxxxxxxxxxxxxxxxx"
                 72.0 ms from    1.30 s on, then "xxxxxxxxxxxxxxxxx"
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
label          web
command        python3 'slow one.py'
ended          after 101 ms with status 0, by itself
time, stdout   ████████████████████████████████████████████████████████████
               0 s          25.3 ms       50.5 ms      75.8 ms       101 ms
               ▁ nothing came, █ 128 KiB came in 1.68 ms (log scale)
stdout         6.3 MiB (6,553,600 bytes), 61.9 MiB/s
               100 reads, each of 65,536 bytes, logged in 204,800 slices
               the first came after 1.00 ms, the last after 100 ms
                      least      median  90 % up to  99 % up to        most
stdout reads       65,536 B    65,536 B    65,536 B    65,536 B    65,536 B
  time between      1.00 ms     1.00 ms     1.00 ms                 1.00 ms
`,
  },
];

for (const { title, reads, endMs, ending = ENDED, expected } of CASES) {
  Deno.test(`the summary of ${title}`, () => {
    const text = summary(statisticsOf(reads, endMs), ending, ABOUT);
    assertEquals(text, expected);
  });
}

const ENDINGS: [ending: Ending, durationMs: number, words: string][] = [
  [ENDED, 1001, "after 1.00 s with status 0, by itself"],
  [
    ENDED,
    1495,
    "after 995 ms with status 0, by itself; the log was complete after 1.50 s",
  ],
  [
    { ...ENDED, code: 130, signal: "SIGINT", reason: "signaled" },
    995,
    "after 995 ms by SIGINT, a signal from elsewhere",
  ],
  [
    {
      ...ENDED,
      code: 130,
      signal: "SIGINT",
      reason: "signaled",
      receivedSignal: "SIGINT",
    },
    995,
    "after 995 ms by SIGINT, the signal that this program was sent",
  ],
  [
    {
      ...ENDED,
      code: 139,
      signal: "SIGSEGV",
      reason: "signaled",
      receivedSignal: "SIGINT",
    },
    995,
    "after 995 ms by SIGSEGV, a signal from elsewhere",
  ],
  [
    { ...ENDED, code: 3, receivedSignal: "SIGINT" },
    995,
    "after 995 ms with status 3, by itself, after this program was sent SIGINT",
  ],
  [
    { ...ENDED, reason: "received", receivedSignal: "SIGTERM" },
    995,
    "after 995 ms with status 0, stopped as this program had to end",
  ],
  [
    { ...ENDED, signal: "SIGKILL", reason: "timeout" },
    995,
    "after 995 ms by SIGKILL, stopped by --timeout",
  ],
  [
    "count",
    8,
    "after 8.00 ms, stopped by this program: --count was reached",
  ],
  [
    "reader",
    8,
    "after 8.00 ms, stopped by this program: the reader of the log had left",
  ],
];

Deno.test("the end is told with its time and its reason", () => {
  const told = ENDINGS.map(([ending, durationMs]) => [
    ending,
    durationMs,
    describeEnding(ending, durationMs),
  ]);
  assertEquals(told, ENDINGS);
});

Deno.test("the worst summary has 32 lines of 80 columns, and nothing in it acts", () => {
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
  const ending: Ending = {
    ...ENDED,
    signal: "SIGVTALRM",
    reason: "received",
    durationMs: 3_599_000,
  };
  for (const columns of [80, 79, 66, 65, 52, 51, 41, 40]) {
    const text = summary(statistics, ending, { ...ABOUT, columns });
    const wide = text.split("\n").filter((line) => columnsOf(line) > columns);
    assertEquals(wide, [], `${columns} columns`);
  }
  const lines = summary(statistics, ending, ABOUT).split("\n").slice(0, -1);
  assertEquals(lines.length <= 32, true, lines.join("\n"));
  for (const line of lines) {
    for (const character of line) {
      const codePoint = character.codePointAt(0)!;
      assert(codePoint >= 0x20 && codePoint !== 0x7f && !isHidden(codePoint));
    }
  }
});
