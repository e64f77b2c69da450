import { has, quote } from "../../support/processes.ts";
import { Progress, showsProgress } from "../../../cli/stderr/reporter.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../../support/terminal.ts";
import { ROOT } from "../../support/whole_program.ts";

/** What a terminal of so many columns was sent, and how long that took. */
interface Terminal {
  sent: string;
  code: number;
  lastedMs: number;
}

type Kind = "closes" | "leaves" | "exits";

/** The arguments of script(1) that run the program in a terminal. */
function scriptArgs(
  kind: Kind,
  milliseconds: number,
  columns = 80,
  elsewhere = ">/dev/null",
): string[] {
  const program = new URL("tests/programs/shows_progress.ts", ROOT).href;
  const words = [Deno.execPath(), "run", "-q", "--no-prompt", program];
  const run = [...words, kind, `${milliseconds}`].map(quote).join(" ");
  const line = `stty cols ${columns} -onlcr; ${run} ${elsewhere}`;
  return onTerminal(line);
}

/** Runs the program in a terminal, its stdout going elsewhere. */
async function inTerminal(
  ...given: Parameters<typeof scriptArgs>
): Promise<Terminal> {
  const startMs = performance.now();
  const { code, stdout } = await new Deno.Command(TERMINAL_PROGRAM, {
    args: scriptArgs(...given),
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const lastedMs = performance.now() - startMs;
  return { sent: new TextDecoder().decode(stdout), code, lastedMs };
}

const ERASE = "\r\x1b[K";
const ignore = !has(TERMINAL_PROGRAM);
const LINE =
  /^ *[\d.]+ (B|[KM]iB) in [\d.]+ (ms|s) {2}[\d.]+ (B|[KM]iB)\/s +[▁▂▃▄▅▆▇█]*$/;

Deno.test(
  "the line is drawn in a terminal, made way and erased",
  { ignore },
  async () => {
    const { sent, code, lastedMs } = await inTerminal("closes", 700);
    assertEquals(code, 0);
    const pieces = sent.split(ERASE);
    // Between two erasures there is a drawing, nothing, or our sentence.
    const sentence = pieces.indexOf("a sentence\n");
    assert(sentence > 0, sent);
    const drawings = pieces.toSpliced(sentence, 1).filter((piece) =>
      piece !== ""
    );
    for (const drawing of drawings) assertMatch(drawing, LINE);
    assert(drawings.length >= 3, sent);
    assert(drawings.length <= lastedMs / 100 + 1, sent);
    assert(sent.endsWith(ERASE), "the last line is still there");
  },
);

Deno.test("the line is cut to the columns of the terminal, but for the last", {
  ignore,
}, async () => {
  const { sent } = await inTerminal("closes", 400, 16);
  const drawings = sent.split(ERASE).filter((piece) => /iB/.test(piece));
  assert(drawings.length > 0, sent);
  assertEquals(
    drawings.map((drawing) => drawing.length),
    drawings.map(() => 15),
  );
});

Deno.test(
  "a line that is not closed lets the program end",
  { ignore },
  async () => {
    const { sent, code } = await inTerminal("leaves", 300);
    assertEquals(code, 0);
    assertMatch(sent, /iB\/s/);
  },
);

Deno.test(
  "no line is wanted where stdout is the terminal",
  { ignore },
  async () => {
    const { sent, code } = await inTerminal("closes", 100, 80, "");
    assertEquals([sent, code], ["", 9]);
  },
);

Deno.test("a line is wanted if stderr is a terminal and stdout is not", () => {
  const wanted = [[false, false], [false, true], [true, false], [true, true]]
    .map(([out, err]) => [out, err, showsProgress(out!, err!)]);
  assertEquals(wanted, [
    [false, false, false],
    [false, true, true],
    [true, false, false],
    [true, true, false],
  ]);
});

/** A line whose terminal is a list, and whose time and timer a test sets. */
function record(
  write: (text: string) => Promise<unknown>,
  { label = null, columns = 80 }: { label?: string | null; columns?: number } =
    {},
) {
  const clock = { ms: 0 };
  const decoder = new TextDecoder();
  let draw: (() => void) | undefined;
  const progress = new Progress({
    write: (bytes) => write(decoder.decode(bytes)),
    label,
    columns: () => columns,
    now: () => clock.ms,
    every(drawing) {
      draw = drawing;
      return () => draw = undefined;
    },
  });
  /** A tenth of a second later, in which so many bytes came: a drawing. */
  const step = async (bytes = 0) => {
    clock.ms += 100;
    if (bytes > 0) progress.take(bytes);
    draw?.();
    // Until the drawing has been written.
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { progress, step };
}

Deno.test("the rate is that of the last second", async () => {
  const texts: string[] = [];
  const { progress, step } = record((text) =>
    Promise.resolve(texts.push(text))
  );
  // A fast first second, and after it a slow one.
  for (let drawing = 1; drawing <= 20; drawing++) {
    await step(drawing <= 10 ? 1024 ** 2 : 1024);
  }
  await progress.close();
  const words = (text = "") => text.replace(/ +[▁▂▃▄▅▆▇█]*$/, "");
  assertEquals([texts[0], texts[9], texts[19], texts[20]].map(words), [
    `${ERASE}  1.0 MiB in 100 ms  10.0 MiB/s`,
    `${ERASE} 10.0 MiB in 1.00 s  10.0 MiB/s`,
    `${ERASE} 10.0 MiB in 2.00 s  10.0 KiB/s`,
    ERASE,
  ]);
});

/** What the line shows after each of these steps, a tenth of a second each. */
async function shown(
  takes: readonly number[],
  options: { label?: string | null; columns?: number } = {},
): Promise<string[]> {
  const texts: string[] = [];
  const { progress, step } = record(
    (text) => Promise.resolve(texts.push(text)),
    options,
  );
  for (const bytes of takes) await step(bytes);
  await progress.close();
  return texts.slice(0, takes.length).map((text) => text.slice(ERASE.length));
}

Deno.test("when nothing comes for a second, the line says for how long", async () => {
  const lines = await shown([6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]);
  const words = lines.map((line) => line.replace(/ +[▁▂▃▄▅▆▇█]*$/, ""));
  assertEquals(words.slice(-4), [
    "      6 B in 1.00 s  6 B/s",
    "      6 B in 1.10 s  silent 1.00 s",
    "      6 B in 1.20 s  silent 1.10 s",
    "     12 B in 1.30 s  6 B/s",
  ]);
});

Deno.test("the time line grows until there is no room, and then is halved", async () => {
  const takes = [9, 0, 0, 9, 0, 0, 0, 9];
  // 34 columns of words, 2 spaces, 40 columns of the line, and the last one.
  const lines = await shown(takes, { columns: 34 + 2 + 40 + 1 });
  assertEquals(lines.map((line) => line.slice(36)), [
    "▁▁▁▁▁▁█",
    "▁▁▁▁▁▁█▁▁▁▁▁▁",
    "▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁",
    "▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█",
    "▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁",
    "▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁",
    "▁▁▁█▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁",
    "▁▁▁█▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁█",
  ]);
});

Deno.test("the line leaves the last column of the terminal free", async () => {
  // After 400 ms, 25 columns of 16 ms would be one too many.
  const columns = 34 + 2 + 24 + 1;
  const lines = await shown([9, 9, 9, 9], { columns });
  const widest = Math.max(...lines.map((line) => line.length));
  assertEquals(widest <= columns - 1, true, lines.join("\n"));
});

Deno.test("the line begins with the label, which cannot act", async () => {
  const [line] = await shown([6], { label: "web\x1b[2J", columns: 40 });
  assertEquals(line, "web\\x1b[2J:       6 B in 100 ms  60 B/s");
});

Deno.test(
  "a person's Ctrl-S stops the line and nothing else",
  { ignore },
  async () => {
    const told = await Deno.makeTempFile();
    await using child = new Deno.Command(TERMINAL_PROGRAM, {
      // It goes on until the terminal has taken nothing for so long.
      args: scriptArgs("exits", 300, 80, `>${quote(told)}`),
      stdin: "piped",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const keys = child.stdin.getWriter();
    let isFirst = true;
    for await (const bytes of child.stdout) {
      assert(bytes.length > 0);
      if (isFirst) await keys.write(Uint8Array.of(0x13));
      isFirst = false;
    }
    const { code } = await child.status;
    await keys.close().catch(() => {});
    const longestMs = Number(await Deno.readTextFile(told));
    await Deno.remove(told);
    assertEquals(code, 0);
    // If a write stopped the program, it would not go on before the terminal.
    assert(longestMs > 0 && longestMs < 10_000, `${longestMs} ms`);
  },
);

Deno.test("a terminal that takes nothing stops nothing", async () => {
  const texts: string[] = [];
  const { progress, step } = record((text) => {
    texts.push(text);
    return new Promise(() => {});
  });
  for (let tick = 0; tick < 4; tick++) await step(1);
  assertEquals(texts.length, 1);
  // It would never resolve without a bound, which is 1 s.
  await progress.close();
  assertEquals(texts.length, 1);
});

Deno.test("a terminal that fails is left alone", async () => {
  let count = 0;
  const { progress, step } = record(() => {
    count++;
    return Promise.reject(new Error("gone"));
  });
  await step();
  assertEquals(count, 1);
  await progress.close();
  assertEquals(count, 2);
});

Deno.test("a line that was never drawn is not erased", async () => {
  const texts: string[] = [];
  const { progress } = record((text) => Promise.resolve(texts.push(text)));
  await progress.hide();
  await progress.close();
  await progress.close();
  assertEquals(texts, []);
});
