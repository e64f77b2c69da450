/**
 * Each remedy of the diagnosis, tried with the real program: started as it is,
 * it holds its lines back, and the summary names a remedy; with the command
 * line that stands there, the lines come while the program still runs.
 */
import { fixture, needs, quote, until } from "../../support/processes.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";
import { together } from "../../support/together.ts";
import { denoRun, start } from "../../support/whole_program.ts";

const test = together("each remedy helps");

const encoder = new TextEncoder();

/** What every program is given to read. */
const LINES = "a line\nb line\n";

/** A program that runs, and what it has written so far. */
class Running {
  out = "";
  err = "";
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: Promise<unknown>;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    this.#read = Promise.all([
      drain(child.stdout, (text) => this.out += text),
      drain(child.stderr, (text) => this.err += text),
    ]);
  }

  /** Whether it has a child that runs; `true` where nothing tells. */
  hasChild(): boolean {
    const { pid } = this.#child;
    try {
      return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`) !== "";
    } catch {
      return true;
    }
  }

  async give(text: string): Promise<void> {
    await this.#stdin.write(encoder.encode(text));
  }

  /** Ends its stdin, and waits for its end. */
  async end(): Promise<void> {
    await this.#stdin.close().catch(() => {});
    await this.#read;
    await this.#child.status;
  }
}

async function drain(
  stream: ReadableStream<Uint8Array>,
  add: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    add(decoder.decode(bytes, { stream: true }));
  }
}

/** The environment of a command; whoever runs the tests may have set it. */
function envOf(path: string): Record<string, string> {
  return { PYTHONUNBUFFERED: "", ...(path === "" ? {} : { PATH: path }) };
}

/** Runs a command under the program. */
function run(
  command: readonly string[],
  path = "",
  options: readonly string[] = [],
): Running {
  const env = envOf(path);
  const args = [...options, "--summary", "-f", "raw", "--", ...command];
  return new Running(start(args, { stdin: "piped", env }));
}

/** Longer than the silence that the diagnosis asks for. */
const SILENT_MS = 600;

/**
 * The summary of a command that gets two lines, and its end after a while. On a
 * machine that is busy the command may need so long to end that its silence is
 * too short to tell anything: then it gets twice the time.
 */
async function summaryOf(
  command: readonly string[],
  path = "",
  leastMs = SILENT_MS,
): Promise<string> {
  for (let silentMs = leastMs;; silentMs *= 2) {
    const running = run(command, path);
    await running.give(LINES);
    await until(() => running.hasChild(), 20_000);
    await new Promise((resolve) => setTimeout(resolve, silentMs));
    await running.end();
    const isTold = running.err.includes("\n-> ");
    if (isTold || silentMs > 8 * SILENT_MS) return running.err;
  }
}

/** What is said of it, each sentence in one line, then its command line. */
function said(summary: string): { sentence: string; line: string }[] {
  const notes = summary.split(/^-> /m).slice(1);
  return notes.map((note) => {
    const [words = "", line = ""] = note.split(/\n {5}/);
    return {
      sentence: words.trim().replaceAll(/\n {3}/g, " "),
      line: line.trimEnd(),
    };
  });
}

/** A command whose stdout is a pipe of the test itself. */
function runAlone(
  command: readonly string[],
  env: Record<string, string> = {},
): Running {
  const [program = "", ...args] = command;
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return new Running(
    new Deno.Command(program, { args, env, ...streams }).spawn(),
  );
}

/** Whether the lines come while the program still has its stdin. */
async function isAtOnce(line: string, path = ""): Promise<boolean> {
  // It is started as ours starts it, with a pipe for its stdout.
  const running = runAlone(["bash", "-c", line], envOf(path));
  await running.give(LINES);
  const isThere = await until(() => running.out.includes("line"), 20_000);
  await running.end();
  return isThere;
}

interface Case {
  command: string[];
  /** What has to be there beside the first word. */
  needs?: string[];
  says: string;
}

const RUN = "To get it at once, run:";
const PERL =
  "To get it at once, put `$| = 1;` at the start of the Perl program, or run:";
const RUBY =
  "To get it at once, put `$stdout.sync = true` at the start of the Ruby " +
  "program, or run:";
const PYTHON = "To get it at once, set PYTHONUNBUFFERED=1, or run:";

const CASES: Case[] = [
  { command: ["mawk", "{ print }"], says: RUN },
  { command: ["gawk", "{ print }"], needs: ["stdbuf"], says: RUN },
  { command: ["python3", fixture("echoes_lines.py")], says: PYTHON },
  {
    command: ["env", "A=1", "python3", fixture("echoes_lines.py"), "-u"],
    needs: ["python3"],
    says: PYTHON,
  },
  {
    command: [
      "timeout",
      "60",
      "python3",
      "-c",
      "import sys\nprint('line')\n" +
      "print('line'); sys.stdin.read()",
    ],
    needs: ["python3"],
    says: PYTHON,
  },
  { command: ["perl", fixture("echoes_lines.pl")], says: PERL },
  { command: ["perl", "-ne", "print"], says: PERL },
  { command: ["ruby", fixture("echoes_lines.rb")], says: RUBY },
  { command: ["ruby", "-ne", "print $_"], says: RUBY },
  { command: ["ruby", "-e", "while l = gets do puts l end"], says: RUBY },
  { command: ["grep", "line"], says: RUN },
  { command: ["grep", "-E", "a|b"], says: RUN },
  { command: ["rg", "line"], says: RUN },
  { command: ["sed", "s/a/it's a/"], says: RUN },
  { command: ["jq", "-R", "."], says: RUN },
  { command: ["tr", "a", "b"], needs: ["stdbuf"], says: RUN },
];

for (const { command, needs: others = [], says } of CASES) {
  const title = command.map((word) => word.replace(/^.*\//, "")).join(" ");
  test(
    `what is said of ${JSON.stringify(title)} makes it write at once`,
    needs("bash", command[0]!, ...others),
    async () => {
      const notes = said(await summaryOf(command));
      assertEquals(notes.map(({ sentence }) => sentence).slice(1), [says]);
      assert(await isAtOnce(notes[1]!.line), notes[1]!.line);
    },
  );
}

for (const [n, real] of ["mawk", "gawk"].entries()) {
  test(
    `what is said of awk helps where it is ${real}`,
    needs("bash", "stdbuf", real),
    async () => {
      const folder = await Deno.makeTempDir();
      try {
        const which = new Deno.Command("sh", {
          args: ["-c", `command -v ${real}`],
        }).outputSync();
        const target = new TextDecoder().decode(which.stdout).trim();
        await Deno.symlink(target, `${folder}/awk`);
        const path = `${folder}:${Deno.env.get("PATH")}`;
        const notes = said(await summaryOf(["awk", "{ print }"], path));
        const [, ...remedies] = notes;
        assertEquals(remedies.map(({ sentence }) => sentence), [
          "To get it at once where awk is mawk, as Debian has it, run:",
          "Where it is gawk, run:",
        ]);
        assert(await isAtOnce(remedies[n]!.line, path), remedies[n]!.line);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

test(
  "a program that is not known writes at once with --tty, as is said of it",
  needs("bash", "perl", "script"),
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const perl = new Deno.Command("sh", { args: ["-c", "command -v perl"] });
      const target = new TextDecoder().decode(perl.outputSync().stdout).trim();
      const server = `${folder}/server`;
      await Deno.symlink(target, server);
      const echo = [server, fixture("echoes_lines.pl")];
      // Nobody knows how much it holds back: it takes a silence of 1 s.
      const notes = said(await summaryOf(echo, "", 1_100));
      assertEquals(notes[1], {
        sentence: "To get it at once, run it with --tty: most programs write " +
          "at once to a terminal.",
        line: "",
      });
      const cured = run(echo, "", ["--tty"]);
      await cured.give(LINES);
      assert(await until(() => cured.out.includes("line"), 20_000));
      await cured.end();
      assertEquals(said(cured.err), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** A line of code that is said to go to the start of the program. */
const CODE: { name: string; program: string; code: string }[] = [
  { name: "echoes_lines.pl", program: "perl", code: "$| = 1;" },
  { name: "echoes_lines.rb", program: "ruby", code: "$stdout.sync = true" },
];

for (const { name, program, code } of CODE) {
  test(
    `${code} at the start of a ${program} program makes it write at once`,
    needs("bash", program),
    async () => {
      assert([PERL, RUBY].some((says) => says.includes(`\`${code}\``)));
      const path = await Deno.makeTempFile();
      const script = await Deno.readTextFile(fixture(name));
      await Deno.writeTextFile(path, `${code}\n${script}`);
      assert(await isAtOnce(`${program} ${quote(path)}`));
      await Deno.remove(path);
    },
  );
}

test(
  "PYTHONUNBUFFERED=1 makes Python write at once",
  needs("bash", "python3"),
  async () => {
    const script = quote(fixture("echoes_lines.py"));
    assert(await isAtOnce(`PYTHONUNBUFFERED=1 python3 ${script}`));
  },
);

test(
  "of a pipeline each stage is looked at, and the one that holds back is seen",
  needs("bash", "python3", "sed"),
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      // The name under which the program is installed.
      const program = [Deno.execPath(), ...denoRun([])].map(quote).join(" ");
      await Deno.writeTextFile(
        `${folder}/basic-pipes`,
        `#!/bin/sh\nexec ${program} "$@"\n`,
        { mode: 0o755 },
      );
      const path = `${folder}:${Deno.env.get("PATH")}`;
      const script = `python3 -u ${fixture("echoes_lines.py")} | sed 's/a/b/'`;
      const notes = said(await summaryOf(["sh", "-c", script], path));
      const { sentence, line } = notes[1]!;
      assertEquals(
        sentence,
        "To see which of the programs that it runs holds back, look at each of " +
          "them:",
      );
      const staged = await summaryOf(["bash", "-c", line], path);
      const labels = [...staged.matchAll(/^label +(.*)$/gm)].map(([, l]) => l);
      assertEquals(labels.toSorted(), ["python3", "sed"]);
      assert(staged.includes("     sed -u s/a/b/\n"), staged);
      assert(!/^ {5}python3/m.test(staged), staged);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** Filters that hold lines back, with what they need to pass a line on. */
const FILTERS: string[][] = [
  ["cut", "-c1-"],
  ["uniq"],
  ["paste", "-"],
  ["fold"],
  ["nl"],
  ["rev"],
  ["join", "-a1", "-", "/dev/null"],
  ["comm", "--nocheck-order", "-", "/dev/null"],
  ["expand"],
  ["unexpand"],
  ["od", "-w2"],
  ["hexdump", "-C"],
  ["xxd", "-c2"],
  ["strings", "-n2"],
  ["head"],
];

/** Two lines, and more than the blocks in which some of these read. */
const MANY = `${"a line\nb line\n".repeat(3)}`;

/** How much longer a filter is watched than its remedy needs. */
const LONGER_MS = 100;

for (const command of FILTERS) {
  test(
    `stdbuf makes ${command[0]} write at once, which it does not by itself`,
    needs("stdbuf", command[0]!),
    async () => {
      const itself = runAlone(command);
      const remedied = runAlone(["stdbuf", "-oL", ...command]);
      await Promise.all([itself.give(MANY), remedied.give(MANY)]);
      const isThere = await until(() => remedied.out !== "", 20_000);
      await new Promise((resolve) => setTimeout(resolve, LONGER_MS));
      const early = itself.out;
      await Promise.all([itself.end(), remedied.end()]);
      assertEquals([early, isThere], ["", true]);
    },
  );
}
