import { Clock } from "../../../cli/arrival.ts";
import { JsonFormat } from "../../../cli/formats/json.ts";
import { TextFormat } from "../../../cli/formats/text.ts";
import { followFrames, LoggedPipe } from "../../../cli/log/follow.ts";
import { Log } from "../../../cli/log/log.ts";
import { PipeReader, PipeWriter } from "../../../mod.ts";
import { everyCut, fedStream, textOf } from "../../support/pieces.ts";
import { testNeeding, until } from "../../support/processes.ts";
import { assertEquals } from "../../support/std_assert.ts";
import { start, whole } from "../../support/whole_program.ts";
import { options } from "../formats/harness.ts";

/** A log of lines for a person, of what is fed. */
function logged(
  { unfinishedMs, format = new TextFormat(options({ frames: true })) }: {
    unfinishedMs: number;
    format?: TextFormat | JsonFormat;
  },
) {
  const decoder = new TextDecoder();
  let text = "";
  const writer = new PipeWriter({
    givesBack: true,
    write(pieces) {
      for (const piece of pieces) text += decoder.decode(piece);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  const log = new Log(writer, format, { sliceBytes: 32, maxLines: Infinity });
  const { stream, feed, end } = fedStream();
  const pipe = new LoggedPipe(new PipeReader(stream), log, {
    stream: "out",
    clock: new Clock(),
  });
  const frames = {
    rule: "lines",
    maxBytes: 99,
    unfinishedMs,
    warn() {},
  } as const;
  const followed = followFrames(pipe, log, frames);
  return {
    feed,
    text: () => text,
    async end() {
      end();
      await followed;
      await log.close();
      return text;
    },
  };
}

/** So long that nothing is unfinished within a test. */
const NEVER = 3_600_000;

const ENDS = [
  { fed: "a\nb\n", lines: ["a", "b"] },
  { fed: "a\r\nb\r\n", lines: ["a", "b"] },
  { fed: "\n\r\n\n", lines: ["", "", ""] },
  { fed: "a\n\r\nb", lines: ["a", "", "b"] },
  { fed: "10%\r20%\r100%\ndone\n", lines: ["10%", "20%", "100%", "done"] },
  { fed: "\r10%\r20%\n", lines: ["10%", "20%"] },
  { fed: "10%\r20%\r\n", lines: ["10%", "20%"] },
  { fed: "a\r\r\nb\n", lines: ["a", "b"] },
  { fed: "a\r\r\r\n\nb\n", lines: ["a", "", "b"] },
  { fed: "\r\r\r", lines: [] },
  { fed: "\ra", lines: ["a"] },
  { fed: "é\r€\n😀", lines: ["é", "€", "😀"] },
];

for (const { fed, lines } of ENDS) {
  Deno.test(`${JSON.stringify(fed)} has the same lines wherever it is cut`, async () => {
    const bytes = new TextEncoder().encode(fed);
    for (const pieces of everyCut(bytes)) {
      const { feed, end } = logged({ unfinishedMs: NEVER });
      for (const piece of pieces) {
        feed(textOf(piece));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const got = (await end()).split("\n").slice(0, -1);
      assertEquals({ pieces, got }, { pieces, got: lines });
    }
  });
}

const STOPS = [
  {
    title: "a prompt is logged, marked, and the answer's line end adds no line",
    steps: ["Name: ", "\nHello\n"],
    lines: ["Name:  …", "Hello"],
  },
  {
    title: "the rest of an unfinished line is a line of its own",
    steps: ["loading", " done\nnext\n"],
    lines: ["loading …", " done", "next"],
  },
  {
    title: "a bar that waits and moves on by CR is not logged twice",
    steps: ["10%", "\r20%", "\r\nend\n"],
    lines: ["10% …", "20% …", "end"],
  },
  {
    title: "an empty line behind the rest is an empty line",
    steps: ["a", "\n\nb\n"],
    lines: ["a …", "", "b"],
  },
  {
    title: "a stream that ends behind an unfinished line adds nothing",
    steps: ["a"],
    lines: ["a …"],
  },
];

for (const { title, steps, lines } of STOPS) {
  Deno.test(title, async () => {
    const { feed, text, end } = logged({ unfinishedMs: 20 });
    for (const step of steps) {
      const before = text().length;
      feed(step);
      // What has no end is waited for.
      const shown = /[^\r\n]$/.test(step) ? " …\n" : "\n";
      await until(() => text().length > before && text().endsWith(shown));
    }
    assertEquals((await end()).split("\n").slice(0, -1), lines);
  });
}

Deno.test("a character or a colour that is cut is not logged before it is whole", async () => {
  const format = new TextFormat(options({ frames: true, ansi: "strip" }));
  for (const [first, rest] of [["é", "!"], ["\x1b[31m", "!"]] as const) {
    const bytes = new TextEncoder().encode(`a${first}${rest}\n`);
    const { feed, text, end } = logged({ unfinishedMs: 10, format });
    feed(textOf(bytes.subarray(0, 2)));
    await until(() => text() === "a …\n");
    feed(textOf(bytes.subarray(2)));
    const plain = first === "é" ? "é" : "";
    assertEquals(await end(), `a …\n${plain}${rest}\n`);
  }
});

Deno.test("json says what is unfinished, and the offset of the rest", async () => {
  const format = new JsonFormat(options({ frames: true }));
  const { feed, text, end } = logged({ unfinishedMs: 10, format });
  feed("ab\ncd");
  await until(() => text().includes("unfinished"));
  feed("e\n");
  const lines = (await end()).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(lines, [
    { stream: "out", offset: 0, size: 2, text: "ab" },
    { unfinished: true, stream: "out", offset: 3, size: 2, text: "cd" },
    { stream: "out", offset: 5, size: 1, text: "e" },
  ]);
});

const test = testNeeding("sh");

test("log shows a prompt while the command waits, and a bar as it moves", async () => {
  const line =
    "printf '1%%\\r2%%\\r'; printf 'Name: '; read -r name; echo $name";
  const program = start(["log", "-tnone", "--", "sh", "-c", line], {
    stdin: "piped",
  });
  let seen = "";
  const reader = program.stdout.pipeThrough(new TextDecoderStream());
  const keys = program.stdin.getWriter();
  for await (const text of reader) {
    const wasAsked = seen.includes("Name");
    seen += text;
    if (!wasAsked && seen.includes("Name")) {
      await keys.write(new TextEncoder().encode("Eric\n"));
    }
  }
  await keys.close();
  await program.stderr.cancel();
  await program.status;
  assertEquals(seen, "out 1%\nout 2%\nout Name:  …\nout Eric\n");
});

test("without --unfinished a CR is a byte of its line", async () => {
  const printf = ["--", "printf", "a\\rb\\r\\nc"];
  for (const args of [["-l"], ["log", "--stderr=null", "--unfinished=0"]]) {
    const ended = await whole([...args, "-ftext", "-tnone", ...printf]);
    assertEquals(ended.stdout, "a\\rb\nc\n");
  }
});
