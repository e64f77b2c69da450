/** `--tty`, through the whole program, with the programs that it is for. */
import {
  fixture,
  has,
  isAlive,
  quote,
  testNeeding,
  until,
} from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import { onTerminal, TERMINAL_PROGRAM } from "../../support/terminal.ts";
import {
  denoRun,
  interrupted,
  shell,
  start,
  whole,
  wholeOnTerminal,
} from "../../support/whole_program.ts";

const test = testNeeding("sh", "script", "stty");
const TEXT = ["--tty", "-l", "-ftext", "-tnone"];

/** Far more than a busy machine needs, and half of what the commands sleep. */
const PATIENCE_MS = 30_000;

/** Programs that hold back what they write into a pipe. */
const HOLDERS = [
  {
    needs: "python3",
    command: ["python3", "-c", "print('one'); input(); print('two')"],
    sends: "x\n",
  },
  {
    needs: "gawk",
    command: ["gawk", '{ print $0 == 1 ? "one" : "two" }'],
    sends: "2\n",
  },
  { needs: "grep", command: ["grep", "-v", "x"], sends: "two\n" },
  {
    needs: "perl",
    command: ["perl", "-e", 'print "one\\n"; <STDIN>; print "two\\n"'],
    sends: "x\n",
  },
];

for (const { needs, command, sends } of HOLDERS) {
  testNeeding("sh", "script", "stty", needs)(
    `on a terminal of its own ${needs} writes at once`,
    async () => {
      const program = start([...TEXT, "--", ...command], { stdin: "piped" });
      const keys = program.stdin.getWriter();
      const encoder = new TextEncoder();
      await keys.write(encoder.encode(needs === "grep" ? "one\n" : "1\n"));
      let seen = "";
      const out = program.stdout.pipeThrough(new TextDecoderStream());
      for await (const text of out) {
        seen += text;
        // What was held back would come at the end of stdin, and not before.
        if (seen === "one\n") await keys.write(encoder.encode(sends));
        if (seen.endsWith("two\n")) await keys.close();
      }
      await program.stderr.cancel();
      assertEquals([seen, (await program.status).code], ["one\ntwo\n", 0]);
    },
  );
}

testNeeding("sh", "script", "stty", "python3")(
  "stdout alone is a terminal, of 80 columns and 24 lines where we have none",
  async () => {
    const program = ["python3", fixture("tells_its_pipes.py")];
    const ended = await whole([...TEXT, "--", ...program]);
    assertEquals(ended.stderr, "");
    assertEquals(
      ended.stdout,
      "False True False\nos.terminal_size(columns=80, lines=24)\nend\n",
    );
  },
);

const STREAMS = [
  {
    title: "a piped stdin",
    line: "printf 'a\\nb' | main $ARGS -- cat",
    says: "a\nb",
  },
  {
    title: "control characters on a piped stdin",
    line: "printf '\\003\\004\\032\\025' | main $ARGS -- od -An -tx1",
    says: " 03 04 1a 15\n",
  },
  { title: "an empty stdin", line: "main $ARGS -- cat </dev/null", says: "" },
  {
    title: "stdin from a file",
    line: 'main $ARGS -- wc -c <"$FILE"',
    says: "4\n",
  },
  {
    title: "an end without a line end, and no CR",
    line: "main $ARGS -- printf 'a\\nb\\tc'",
    says: "a\nb\tc",
  },
  {
    title: "much at once, to the last byte",
    line: "main $ARGS -- seq 200000 | cksum; seq 200000 | cksum",
    says: /^(.*)\n\1\n$/,
  },
  {
    title: "nothing of ours in the environment",
    line: "main $ARGS -- sh -c 'echo ${BASIC_PIPES_SHELL-none} $SHELL'",
    says: "none /bin/odd\n",
  },
  {
    title: "a stderr of its own",
    line: "main $ARGS -- sh -c 'echo a >&2; test -t 2 || echo b' 2>&1 | sort",
    says: "a\nb\n",
  },
];

for (const { title, line, says } of STREAMS) {
  test(`--tty keeps ${title}`, async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "four");
    try {
      const { stdout } = await shell(`ARGS="--tty -fraw"; ${line}`, {
        env: { SHELL: "/bin/odd", FILE: file },
      });
      if (typeof says === "string") assertEquals(stdout, says);
      else assertMatch(stdout, says);
    } finally {
      await Deno.remove(file);
    }
  });
}

const WORDS = ["it's", "a b", "$HOME `id` \\n", "", "é€", "-x", "*", "a\nb"];

test("--tty gives every argument as it is", async () => {
  const print = 'for word in "$@"; do printf "<%s>" "$word"; done';
  const args = ["-fraw", "--tty", "--", "sh", "-c", print, "sh", ...WORDS];
  const { stdout } = await whole(args);
  assertEquals(stdout, WORDS.map((word) => `<${word}>`).join(""));
});

const ENDS = [
  { command: ["true"], code: 0 },
  { command: ["sh", "-c", "exit 7"], code: 7 },
  { command: ["sh", "-c", "kill -TERM $$"], code: 143 },
  { command: ["sh", "-c", "kill -KILL $$"], code: 137 },
  { command: ["no-such-command"], code: 127 },
  { command: ["/no/such/file"], code: 127 },
  { command: ["/etc/passwd"], code: 126 },
  { command: ["/"], code: 126 },
];

for (const { command, code } of ENDS) {
  test(`${command.join(" ")} ends with ${code} on a terminal of its own as without`, async () => {
    const [own, plain] = await Promise.all([
      whole(["--tty", "--", ...command]),
      whole(["--", ...command]),
    ]);
    assertEquals([own.code, own.signal], [code, plain.signal]);
    assertEquals(own.stderr.split(" as ")[0], plain.stderr.split(" as ")[0]);
    assertEquals(own.stdout, "");
  });
}

test("a death by signal is told in the summary, as without a terminal", async () => {
  const args = ["--tty", "--summary", "--", "sh", "-c", "kill -TERM $$"];
  const { stderr } = await whole(args);
  assertMatch(stderr, /SIGTERM/);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const) {
  testNeeding("sh", "script", "stty", "python3")(
    `${signal} reaches the command behind its terminal, once`,
    async () => {
      const command = ["python3", fixture("counts_signals.py"), signal];
      const program = start([...TEXT, "--", ...command]);
      let seen = "";
      const out = program.stdout.pipeThrough(new TextDecoderStream());
      for await (const text of out) {
        if (!seen.includes("ready") && (seen + text).includes("ready")) {
          program.kill(signal);
        }
        seen += text;
      }
      await program.stderr.cancel();
      await program.status;
      assertEquals(seen, `ready\n${signal} 1\n`);
    },
  );
}

test("a limit of time ends what ignores SIGTERM and SIGHUP, and all that it started", async () => {
  const line = "trap '' TERM HUP; sleep 60 & echo $$ $!; wait; sleep 60";
  // A machine can be so busy that the limit comes before the command has begun.
  for (let limitS = 0.4;; limitS *= 4) {
    const { code, stdout, stderr } = await whole([
      ...[...TEXT, `--timeout=${limitS}s`, "--kill-after=100ms"],
      ...["--", "sh", "-c", line],
    ]);
    if (stdout === "" && limitS < PATIENCE_MS / 1000) continue;
    assertEquals(code, 124);
    const says = `basic-pipes: the command was stopped after ${limitS} s `;
    assertEquals(stderr, `${says}(--timeout)\n`);
    const pids = stdout.trim().split(" ").map(Number);
    assertEquals(pids.length, 2);
    const areGone = await until(() => !pids.some(isAlive), PATIENCE_MS);
    assert(areGone, `${pids}`);
    break;
  }
});

test("--count ends an endless command on a terminal", async () => {
  const { code, stdout } = await whole([...TEXT, "-n2", "--", "yes"]);
  assertEquals([code, stdout], [0, "y\ny\n"]);
});

test("a command that waits is gone when the program is stopped", async () => {
  const program = start([...TEXT, "--", "sh", "-c", "echo $$; exec sleep 60"]);
  const out = program.stdout.getReader();
  const { value } = await out.read();
  const pid = Number(new TextDecoder().decode(value));
  assert(isAlive(pid));
  program.kill("SIGTERM");
  const { code } = await program.status;
  await out.cancel();
  await program.stderr.cancel();
  assertEquals(code, 143);
  assert(await until(() => !isAlive(pid), PATIENCE_MS));
});

const UNMEANT = [
  { args: ["--tty"], says: /^basic-pipes: Cannot take --tty as .*\n$/ },
  {
    args: ["--tty", "--group", "--", "true"],
    says: /^basic-pipes: Cannot take --group as .*\n$/,
  },
];

test("--tty is refused where it means nothing", async () => {
  for (const { args, says } of UNMEANT) {
    const { code, stdout, stderr } = await whole(args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, says);
  }
});

/** A folder with the programs that are named, and no others. */
async function folderOf(...names: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const name of names) {
    const { stdout } = await shell(`type -P ${name}`);
    await Deno.symlink(stdout.trim(), `${folder}/${name}`);
  }
  return folder;
}

test("without script(1) it is said in one line, and nothing is started", async () => {
  const folder = await folderOf("sh", "touch", "stty");
  try {
    const { code, stdout, stderr } = await whole(
      ["--tty", "--", "touch", `${folder}/started`],
      { env: { PATH: folder } },
    );
    assertEquals([code, stdout], [125, ""]);
    assertMatch(stderr, /^basic-pipes: Cannot .* there is no script\(1\).*\n$/);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assert(!names.includes("started"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testNeeding("sh", "stty", "/usr/bin/script", "sed")(
  "the script(1) of BSD gives a terminal as well, and what it echoes is not logged",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.symlink(fixture("bsd_script.sh"), `${folder}/script`);
      const env = { PATH: `${folder}:${Deno.env.get("PATH")}` };
      const line = "test -t 1 && printf 'a\\nb\\n'; cat; exit 7";
      const { stdout, stderr } = await shell(
        `printf "it's" | main --tty -fraw -- sh -c ${quote(line)}; echo $?`,
        { env },
      );
      assertEquals([stdout, stderr], ["a\nb\nit's7\n", ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test({
  name: "the size of the terminal is ours, and what is typed is read there",
  ignore: !has(TERMINAL_PROGRAM) || !has("sh"),
  async fn() {
    const line = "stty size <&1; read -r name; echo got $name";
    const main = [
      Deno.execPath(),
      ...denoRun([...TEXT, "--", "sh", "-c", line]),
    ];
    const terminal = new Deno.Command(TERMINAL_PROGRAM, {
      args: onTerminal(
        `stty rows 33 cols 99 -echo; ${main.map(quote).join(" ")}`,
      ),
      stdin: "piped",
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const keys = terminal.stdin.getWriter();
    let seen = "";
    const out = terminal.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of out) {
      seen += text;
      if (seen === "33 99\r\n") {
        await keys.write(new TextEncoder().encode("Eric\n"));
      }
    }
    await keys.close().catch(() => {});
    assertEquals([seen, (await terminal.status).code], [
      "33 99\r\ngot Eric\r\n",
      0,
    ]);
  },
});

Deno.test({
  name: "Ctrl-C reaches a command on a terminal of its own, once",
  ignore: !has(TERMINAL_PROGRAM) || !has("bash"),
  async fn() {
    const [own, plain] = await Promise.all([
      interrupted("cleans_up_on_interrupt.sh", "deno run", [
        "--tty",
        "--format=raw",
      ]),
      interrupted("cleans_up_on_interrupt.sh"),
    ]);
    assertEquals(own.seen, plain.seen);
  },
});

Deno.test({
  name:
    "colours of a command on a terminal are kept by log, and stripped in a pipe",
  ignore: !has(TERMINAL_PROGRAM) || !has("ls"),
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/inner`);
    const args = ["log", "--tty", "-tnone", "--", "ls", "--color", folder];
    const env = { NO_COLOR: "", TERM: "xterm" };
    try {
      const [terminal, pipe] = await Promise.all([
        wholeOnTerminal(args, { env }),
        whole(args, { env }),
      ]);
      assertMatch(
        terminal.stdout,
        new RegExp("\x1b\\[[0-9;]*minner\x1b\\[0m"),
      );
      assertEquals(pipe.stdout, "out inner\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
