import { needs, testNeeding } from "../../support/processes.ts";
import type { Ending } from "../../../cli/words.ts";
import { Statistics } from "../../../cli/summary/statistics.ts";
import {
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "../../support/std_assert.ts";
import { EXITED } from "../../support/statuses.ts";
import { type Together, together } from "../../support/together.ts";
import { observe, type ObserveOptions, sentences } from "./observe.ts";

const test = testNeeding("sh", "head");

/** For children that mostly wait. */
const beside = together("what is told of a child that takes its time");

interface Case extends ObserveOptions {
  title: string;
  /** With `%` in front of the milliseconds that it pauses. */
  command: string[];
  /** It keeps the machine busy. */
  isFlood?: boolean;
  expected: string[];
}

const LEFT =
  "The child had ended, but a process that it left behind still held the " +
  "pipe: what that wrote later is not in the log.";

function held(count: number | "N", bytes: string): string {
  return `${count} times a full buffer of ${bytes} bytes came at once, after ` +
    "T of silence on average. If it was printed bit by bit, it was held back, " +
    "as stdout is a pipe.";
}

const PYTHON = "To get it at once, set PYTHONUNBUFFERED=1, or run:";

const STAGES =
  "To see which of the programs that it runs holds back, look at each of them:";

const EACH =
  "To see which of the programs that it runs holds back, put this in front of " +
  "each:";

const LINES = ["75", "600", "%12"];

const CASES: Case[] = [
  {
    title: "a Python script that prints in a loop holds its lines back",
    command: ["python3", "@prints_slowly.py", ...LINES],
    expected: [held("N", "8,192"), PYTHON],
  },
  {
    title: "the same script with -u has nothing to be told",
    command: ["python3", "-u", "@prints_slowly.py", ...LINES],
    expected: [],
  },
  {
    title: "Python that writes blocks may be innocent",
    command: ["python3", "@writes_pages.py", "%80"],
    expected: [held("N", "4,096"), PYTHON],
  },
  {
    title: "the arguments of a Python script are none of Python",
    command: ["python3", "@prints_slowly.py", "8", "20", "%100", "-run"],
    expected: [
      "Everything (144 B) came at once as the child ended, after T of " +
      "silence. If it was printed before that, it was held back: while " +
      "stdout is a pipe, up to 8,192 bytes are.",
      PYTHON,
    ],
  },
  {
    title: "a Perl script holds exact buffers back, in which lines are parted",
    command: ["perl", "@prints_slowly.pl", ...LINES],
    expected: [
      held("N", "8,192"),
      "To get it at once, put `$| = 1;` at the start of the Perl program, or run:",
    ],
  },
  {
    title: "in a shell it is not known which program holds back",
    command: [
      "sh",
      "-c",
      'python3 -u "$0" 50 600 %15 | sed s/x/y/',
      "@prints_slowly.py",
    ],
    expected: [
      held("N", "4,096"),
      STAGES,
    ],
  },
  {
    title: "a Python script that says all as it ends may have held it back",
    command: ["python3", "@prints_slowly.py", "8", "20", "%100"],
    expected: [
      "Everything (144 B) came at once as the child ended, after T of " +
      "silence. If it was printed before that, it was held back: while " +
      "stdout is a pipe, up to 8,192 bytes are.",
      PYTHON,
    ],
  },
  {
    title: "a Python script that is stopped may have lost what it held back",
    command: ["python3", "@prints_slowly.py", "50", "20", "100"],
    timeoutMs: 300,
    expected: [
      "Nothing came on stdout in T, and then the child was ended. If it had " +
      "printed anything by then, that is lost: while stdout is a pipe, up to " +
      "8,192 bytes are held back.",
      PYTHON,
    ],
  },
  {
    title: "a screen of 8000 bytes, again and again, is no full buffer",
    command: ["python3", "@writes_screens.py"],
    expected: [],
  },
  {
    title: "blocks of 65536 bytes are a full buffer if the reader waited",
    command: ["sh", "@writes_blocks.sh", "%100"],
    told: true,
    expected: [
      held("N", "65,536"),
      EACH,
    ],
  },
  {
    title: "blocks of 65536 bytes are no evidence if nobody knows who waited",
    command: ["sh", "@writes_blocks.sh", "%100"],
    told: true,
    silent: true,
    expected: [],
  },
  {
    title: "a child that ticks has nothing to be told",
    command: ["sh", "-c", "for n in 1 2 3 4 5; do echo $n; sleep 0.1; done"],
    expected: [],
  },
  {
    title: "a flood has nothing to be told if its reader keeps up",
    command: ["sh", "-c", "yes | head -c 100000000"],
    isFlood: true,
    expected: [],
  },
  {
    title: "a flood of random bytes has nothing to be told",
    command: ["head", "-c", "20000000", "/dev/urandom"],
    isFlood: true,
    expected: [],
  },
  {
    title: "a child that is silent and ends has said nothing",
    command: ["sleep", "0.1"],
    expected: ["Nothing came on stdout."],
  },
  {
    title: "a child that speaks on stderr alone has said nothing on stdout",
    command: ["sh", "-c", "echo oh >&2"],
    stderr: "piped",
    expected: ["Nothing came on stdout, but 3 B on stderr."],
  },
  {
    title: "a silent child that is stopped has said nothing until then",
    command: ["sleep", "30"],
    timeoutMs: 100,
    expected: ["Nothing came on stdout in T, and then the child was ended."],
  },
  {
    title: "a character that two writes part is seen",
    command: ["sh", "@cuts_a_character.sh"],
    told: true,
    expected: [
      "1 of 2 reads of stdout ended inside a UTF-8 character: decode the " +
      "stream with one decoder, never each read by itself.",
    ],
  },
  {
    title: "a character of which the rest never comes is seen",
    command: ["printf", "5 \\342\\202"],
    expected: ["The last character of stdout is not complete."],
  },
  {
    title: "lines that come two at a time are seen",
    command: ["sh", "@joins_messages.sh"],
    told: true,
    expected: [
      "Messages came joined: 2 of 10 reads had several of 7 bytes. A read is " +
      "not a message: --lines parts them.",
    ],
  },
  {
    title: "a process that is left behind with the pipe is seen",
    command: ["sh", "@leaves_grandchild.sh"],
    expected: [LEFT],
  },
];

for (const { title, command, isFlood, expected, ...options } of CASES) {
  const programs = ["python3", "perl", "stdbuf", "script"].filter((program) =>
    command.some((word) => word.split(" ").includes(program))
  );
  const register: Together = isFlood ? Deno.test : beside;
  register(title, needs(command[0]!, ...programs), async () => {
    let steady: (string | undefined)[] = [];
    // Where the machine is busy with others we read late, and two buffers come as
    // one: then the child gets more time for each.
    const isPaced = command.some((word) => word.includes("%"));
    for (const slowness of isPaced ? [1, 2, 4, 8] : [1]) {
      const told = sentences(await observe(paced(command, slowness), options));
      steady = told.map((sentence) =>
        // The command line behind it is tried in another test.
        sentence.replace(/\d+ (?=times a full buffer)/, "N ").split("\n")[0]
      );
      if (steady.join("\n") === expected.join("\n")) break;
    }
    assertEquals(steady, expected);
  });
}

function paced(command: readonly string[], slowness: number): string[] {
  return command.map((word) =>
    word.replaceAll(/%(\d+)/g, (_, ms) => String(Number(ms) * slowness))
  );
}

test("a log that is slower than the child is told to be", async () => {
  const flood = ["head", "-c", "2750000", "/dev/zero"];
  const observed = await observe(flood, { pauseMs: 15, untilFull: true });
  const [sentence, ...more] = sentences(observed);
  assertEquals(more, []);
  assertMatch(
    sentence!,
    /^The reader was the slow side: the pipe was full at \d+ of \d+ reads, and \d\d % of the time went into the log while the child had to wait\.$/,
  );
});

type Read = [elapsedMs: number, text: string | Uint8Array, busyMs?: number];

/** The sentences on a pipe that gave these reads, each asked for at once. */
function tell(
  reads: readonly Read[],
  { command = ["tool"], endMs = 1000, ending = EXITED }: {
    command?: string[] | null;
    endMs?: number;
    ending?: Ending;
  } = {},
): string[] {
  const statistics = new Statistics();
  statistics.ask("out", 0);
  for (const [elapsedMs, given, busyMs = 0] of reads) {
    const chunk = typeof given === "string"
      ? new TextEncoder().encode(given)
      : given;
    statistics.take(chunk, 1, { wallMs: 0, elapsedMs, stream: "out" });
    statistics.ask("out", elapsedMs + busyMs);
  }
  statistics.end(endMs);
  return sentences({ statistics, ending, command: command ?? [] }, command);
}

/** So many bytes of text with a newline in each hundred. */
function text(bytes: number): string {
  return `${"x".repeat(99)}\n`.repeat(bytes / 100 + 1).slice(0, bytes);
}

const BUFFERS = [100, 200, 300, 400].map((at): Read => [at, text(4096)]);
const NEARLY = [100, 200, 300, 400].map((at): Read => [at, text(8100)]);
const FULL = Array.from(
  { length: 60 },
  (_, index): Read => [index * 20, text(65536), 15],
);

Deno.test("full buffers are told of a program that can hold back", () => {
  const told = [["tool"], ["cat"], ["node", "x.js"], null].map((command) =>
    tell(BUFFERS, { command })[0]
  );
  assertEquals(told, [held(3, "4,096"), undefined, undefined, undefined]);
});

Deno.test("nearly full buffers are told of a Python alone", () => {
  const commands = [["python3", "x"], ["tool"]];
  const told = commands.map((command) => tell(NEARLY, { command })[0]);
  assertEquals(told, [held(3, "8,192"), undefined]);
});

Deno.test("all at once at the end is told if it is late, lines, and the end", () => {
  const command = ["python3", "x"];
  const told = [
    tell([[900, "one\ntwo\n"]], { command }),
    tell([[900, "one\n"]], { command }),
    tell([[300, "one\ntwo\n"]], { command, endMs: 310 }),
    tell([[600, "one\ntwo\n"]], { command }),
    tell([[900, text(8193)]], { command }),
    tell([[899, "one\ntwo\n"], [900, "three\n"]], { command }),
    tell([[900, "one\ntwo\n"]], {
      command,
      ending: { ...EXITED, reason: "timeout" },
    }),
    tell([[900, "one\ntwo\n"]], { command: ["tool"] }),
  ];
  assertEquals(told.map((sentences) => sentences.length), [
    2,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("of a program that is not known it takes 1 s of silence, and more than one line", () => {
  const lines = "one\ntwo\n";
  const script = "sleep 0.9; printf 'one\\ntwo\\n'";
  const told = [
    tell([[1001, lines]], { command: ["tool"], endMs: 1010 }),
    tell([[1001, lines]], { command: ["sh", "tool.sh"], endMs: 1010 }),
    tell([[999, lines]], { command: ["tool"], endMs: 1010 }),
    tell([[1001, "one\n"]], { command: ["tool"], endMs: 1010 }),
    tell([[1001, text(4097)]], { command: ["tool"], endMs: 1010 }),
    tell([[1001, lines]], { command: ["sort"], endMs: 1010 }),
    tell([[999, lines]], { command: ["sh", "-c", script], endMs: 1010 }),
  ];
  const counts = told.map((sentences) => sentences.length);
  assertEquals(counts, [2, 2, 0, 0, 0, 0, 0]);
  assertEquals(
    told[0]![0],
    "Everything (8 B) came at once as the child ended, after T of " +
      "silence. If it was printed before that, it was held back, as by most " +
      "programs while stdout is a pipe.",
  );
  const remedy = Deno.build.os === "windows" ? "flush" : "run it with --tty";
  assertStringIncludes(told[0]![1]!, remedy);
  assertStringIncludes(told[1]![1]!, "in front of");
});

Deno.test("a reader is slow if the pipe was full and the time went into the log", () => {
  const quick = FULL.map(([at, chunk]): Read => [at, chunk, 5]);
  const partly = FULL.map(([at, chunk], index): Read =>
    index % 4 === 0 ? [at, text(5000), 15] : [at, chunk, 15]
  );
  const told = [FULL, quick, partly, FULL.slice(0, 31)].map((reads) =>
    tell(reads, { endMs: 1300 })
  );
  assertEquals(told, [
    [
      "The reader was the slow side: the pipe was full at 60 of 60 reads, and " +
      "76 % of the time went into the log while the child had to wait.",
    ],
    [],
    [],
    [],
  ]);
});

Deno.test("a pipe that we let go ourselves is not told as left behind", () => {
  const ended: Ending[] = [
    { ...EXITED, drained: false },
    { ...EXITED, drained: false, receivedSignal: "SIGTERM" },
    "count",
    "reader",
  ];
  const told = ended.map((ending) => tell([[1, "a\n"]], { ending }));
  assertEquals(told, [[LEFT], [], [], []]);
});

Deno.test("cut characters are told of text alone", () => {
  const euro = [Uint8Array.of(0xe2), Uint8Array.of(0x82, 0xac)] as const;
  const cut: Read[] = [[1, euro[0]], [2, euro[1]]];
  const told = [cut, [...cut, [3, Uint8Array.of(0xff)] as Read]].map((reads) =>
    tell(reads).length
  );
  assertEquals(told, [1, 0]);
});
