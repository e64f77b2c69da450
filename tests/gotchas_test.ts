/** Every heading of GOTCHAS.md has a test of the same name. */
import { fileURLToPath } from "node:url";
import {
  AS_PROCESS_ONE,
  fixture,
  isAlive,
  isBlockedOnWrite,
  listeningSockets,
  needs,
  quote,
  until,
} from "./support/processes.ts";
import {
  bytes,
  channelOf,
  ExitError,
  jsonLines,
  lines,
  NoiseError,
  PipeReader,
  run,
  spawn,
} from "../mod.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "./support/std_assert.ts";
import { startParent } from "./support/parents.ts";
import { onTerminal, TERMINAL_PROGRAM } from "./support/terminal.ts";
import { together } from "./support/together.ts";
import {
  denoRun,
  interrupted,
  ROOT,
  shell,
  start,
  whole,
} from "./support/whole_program.ts";

const test = together("each gotcha is as it stands there");

const payloads = (log: string) =>
  log.split("\n").slice(0, -1).map((line) =>
    line.replace(/^Parent \d+ got \[(.*)\] as \d+\.\d{6}$/, "$1")
  );

test("A read is not a message", needs("sh"), async () => {
  const written = await Deno.makeTempFile();
  await Deno.remove(written);
  const child = new Deno.Command("sh", {
    args: [fixture("two_writes_before_one_read.sh"), written],
    stdout: "piped",
  }).spawn();
  assert(
    await until(() => {
      try {
        return Deno.statSync(written).isFile;
      } catch {
        return false;
      }
    }),
  );
  // Two writes, one read: no border is kept.
  const reader = new PipeReader(child.stdout);
  const slice = await reader.read(32);
  assertEquals(new TextDecoder().decode(slice ?? undefined), "Spam 4Spam 0");
  assertEquals(await reader.read(32), null);
  await child.status;
  await Deno.remove(written);
});

test(
  "A signal to the whole group arrives twice",
  needs("sh", "python3", "timeout"),
  async () => {
    const count = async (...options: string[]) => {
      // timeout(1) makes a group of its own. When its time is over, and when it is
      // sent a signal, it signals all of it.
      const command = ["python3", fixture("counts_signals.py")];
      const program = new Deno.Command("timeout", {
        args: [
          ...["60", Deno.execPath()],
          ...denoRun(["-fraw", ...options, "--", ...command]),
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      await using reader = new PipeReader(program.stdout);
      assertEquals(await reader.readLine(), "ready");
      program.kill("SIGTERM");
      const line = await reader.readLine();
      await program.status;
      return Number(/^SIGTERM (\d+)$/.exec(line ?? "")?.[1]);
    };
    assertEquals(await count("--group"), 1);
    // Two of the same signal merge if the first one is not handled yet.
    let most = 0;
    for (let tries = 0; tries < 20 && most < 2; tries++) {
      most = Math.max(most, await count());
    }
    assertEquals(most, 2);
  },
);

test(
  "Process 1 of a container has duties",
  needs("sh", "namespaces"),
  async () => {
    const [command, ...flags] = AS_PROCESS_ONE;
    const reaps = async (...prefix: string[]) => {
      const words = [
        ...[...prefix, Deno.execPath()],
        ...denoRun(["-fraw", "--", fixture("leaves_orphan.sh")]),
      ];
      const { stdout } = await run(command, [...flags, ...words]);
      return !new TextDecoder().decode(stdout).includes("zombie");
    };
    assertEquals(await reaps(), false);
    // A shell in front of it is no init for all purposes, but reaps.
    assertEquals(await reaps("sh", "-c", '"$@"; exit "$?"', "sh"), true);
  },
);

test(
  "A child that buffers because its stdout is a pipe",
  needs("sh", "python3"),
  async () => {
    const script = fixture("buffers_in_a_pipe.py");
    for (
      const { flags, comesAtOnce } of [
        { flags: [], comesAtOnce: false },
        { flags: ["-u"], comesAtOnce: true },
      ]
    ) {
      const program = start(
        ["--format=raw", "--", "python3", ...flags, script],
        {
          stdin: "piped",
          env: { PYTHONUNBUFFERED: "" },
        },
      );
      const reader = new PipeReader(program.stdout);
      let atOnce: string | null = null;
      try {
        // Not a wait for something to have happened: what buffers never comes.
        const timeoutMs = comesAtOnce ? 30_000 : 500;
        atOnce = await reader.readLine({ timeoutMs });
      } catch (error) {
        assertEquals((error as Error).name, "TimeoutError");
      }
      assertEquals(atOnce, comesAtOnce ? "Spam 0" : null);
      await program.stdin.close();
      if (!comesAtOnce) assertEquals(await reader.readLine(), "Spam 0");
      assertEquals(await reader.readLine(), null);
      await program.stderr.cancel();
      assertEquals((await program.status).code, 0);
    }
  },
);

test("The reader of our output leaves", needs("sh"), async () => {
  const { code, stdout, stderr } = await shell(
    `set -o pipefail; main --tick 5ms | head -1; echo "status $?"`,
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^Parent .*\nstatus 0\n$/);
});

test("Text cut inside a character", needs("sh"), async () => {
  const { stdout } = await whole([
    "--",
    "sh",
    fixture("character_over_two_slices.sh"),
  ]);
  assertEquals(payloads(stdout), [
    `b'${"a".repeat(31)}\\xe2'`,
    `b'\\x82\\xac'`,
  ]);
  const child = new Deno.Command("sh", {
    args: [fixture("character_over_two_slices.sh")],
    stdout: "piped",
  }).spawn();
  assertEquals(
    await new PipeReader(child.stdout).readLine(),
    "a".repeat(31) + "€",
  );
  await child.status;
});

test("Exited is not closed", needs("sh"), async () => {
  const { code, stdout, stderr } = await whole([
    "--format=raw",
    "--",
    "sh",
    fixture("leaves_grandchild.sh"),
  ]);
  assertEquals({ code, stdout }, { code: 4, stdout: "left\n" });
  assertMatch(stderr, /^basic-pipes: .*still holds its pipe.*\n$/);
});

test("Half read, then waited for", needs("sh"), async () => {
  const script = "echo ready; exec head -c 1000000 /dev/zero";
  await using child = spawn("sh", ["-c", script], { timeoutMs: 20_000 });
  assertEquals(await child.stdout.readLine(), "ready");
  let isOver = false;
  const checked = child.check().then(() => isOver = true);
  // The pipe is full: both wait, and time does not change that.
  assert(await until(() => isBlockedOnWrite(child.pid)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals([isOver, isAlive(child.pid)], [false, true]);
  const { bytesOut } = await child.check({ rest: "drop" });
  assertEquals(bytesOut, 1_000_006);
  await checked;
});

test("A timeout and a grandchild", needs("sh"), async () => {
  const script = "sleep 60 2>/dev/null & echo $! >&2; wait; echo x";
  const startMs = performance.now();
  const error = await assertRejects(
    () => run("sh", ["-c", script], { timeoutMs: 300 }),
    ExitError,
  );
  const ms = performance.now() - startMs;
  const { reason, stderrTail } = error.status;
  assertEquals(reason, "timeout");
  assert(ms >= 300, `${ms} ms`);
  // It has not waited for what still holds its pipe.
  assert(isAlive(Number(stderrTail)));
  Deno.kill(Number(stderrTail), "SIGKILL");
});

test("Ctrl-C reaches everybody", needs("sh", TERMINAL_PROGRAM), async () => {
  // The command counts its interrupts: it ends with 4 and how many.
  const { code, seen } = await interrupted("cleans_up_on_interrupt.sh");
  assertEquals({ code, seen }, {
    code: 5,
    seen: "ready\ncleaning\ncleaned\n",
  });
});

test("An ignored SIGHUP is heard again", needs("sh"), async () => {
  const prefix = ["sh", "-c", `trap '' HUP; exec "$@"`, "sh"];
  // It ends when it is told to.
  const command = ["sh", "-c", "echo ready; read -r _; exit 0"];
  const [shell = "", ...args] = [...prefix, ...command];
  await using alone = spawn(shell, args, { stdin: "piped" });
  assertEquals(await alone.stdout.readLine(), "ready");
  alone.kill("SIGHUP");
  await alone.stdin.close();
  assertEquals((await alone.status).code, 0);
  const child = ["sh", "-c", "echo ready; exec sleep 60"];
  await using parent = await startParent({ prefix, child });
  await parent.shows("ready");
  Deno.kill(parent.pid, "SIGHUP");
  assertEquals((await parent.end()).signal, "SIGHUP");
});

const CLOSED_TERMINALS = [
  { log: "on the terminal", file: false, lives: false },
  { log: "in a file", file: true, lives: true },
];
for (const { log, file, lives } of CLOSED_TERMINALS) {
  const end = lives ? "outlives it" : "ends with it";
  test(
    `when a terminal closes, a session of its own with the log ${log} ${end}`,
    needs("sh", TERMINAL_PROGRAM, "setsid"),
    async () => {
      const folder = await Deno.makeTempDir();
      const ticks = `${folder}/ticks`;
      const program = [
        ...[
          Deno.execPath(),
          "run",
          "-q",
          "--allow-all",
          fileURLToPath(new URL("main.ts", ROOT)),
        ],
        ...(file ? ["-o", `${folder}/app.log`] : []),
        ...["--", "sh", fixture("ticks_into_a_file.sh"), ticks],
      ];
      const elsewhere = file ? "</dev/null >/dev/null 2>&1" : "";
      const line = `setsid ${
        program.map(quote).join(" ")
      } ${elsewhere} & sleep 60`;
      const terminal = new Deno.Command(TERMINAL_PROGRAM, {
        args: onTerminal(line),
        stdin: "piped",
        stdout: "null",
      }).spawn();
      const read = () => {
        try {
          return Deno.readTextFileSync(ticks);
        } catch {
          return "";
        }
      };
      try {
        assert(await until(() => read().includes("tick\ntick\n"), 10_000));
        terminal.kill("SIGKILL");
        await terminal.status;
        if (lives) {
          const before = read().length;
          assert(await until(() => read().length > before + 100));
          assertEquals(read().includes("ended"), false);
        } else assert(await until(() => read().includes("ended by TERM")));
      } finally {
        const server = Number(/^(\d+)\n/.exec(read())?.[1]);
        if (isAlive(server)) Deno.kill(server, "SIGTERM");
        assert(await until(() => !isAlive(server)));
        await terminal.stdin.close().catch(() => {});
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

for (const group of [false, true]) {
  test(
    `Stopping a child leaves its tree${group ? ", but not a group" : ""}`,
    needs("sh"),
    async () => {
      const child = spawn("sh", [fixture("server_in_background.sh")], {
        group,
      });
      const server = Number(await child.stdout.readLine());
      assert(isAlive(server));
      await child.stop();
      await child.stdout.cancel();
      // The end of the process is not yet that of its pipes.
      await child.status;
      if (group) assert(await until(() => !isAlive(server)));
      else {
        assert(isAlive(server));
        Deno.kill(server, "SIGKILL");
      }
    },
  );
}

test("What SIGKILL of the parent leaves", needs("sh", "setpriv"), async () => {
  for (
    const { wrapper, leaves } of [
      { wrapper: [], leaves: true },
      { wrapper: ["setpriv", "--pdeathsig", "TERM"], leaves: false },
    ]
  ) {
    const program = start([
      "-fraw",
      "--",
      ...wrapper,
      "sh",
      fixture("says_its_id.sh"),
    ]);
    const reader = new PipeReader(program.stdout);
    const id = Number(await reader.readLine());
    program.kill("SIGKILL");
    await program.status;
    if (leaves) {
      assert(isAlive(id));
      Deno.kill(id, "SIGKILL");
    } else assert(await until(() => !isAlive(id)));
    await reader.cancel();
    await program.stderr.cancel();
  }
});

test("The command eats the loop's input", needs("sh"), async () => {
  const loop = async (more: string) => {
    const line =
      `printf '1\\n2\\n3\\n' | while read -r x; do echo "line $x"; main -fraw -- cat ${more}; done`;
    return (await shell(line)).stdout;
  };
  assertEquals(await loop(""), "line 1\n2\n3\n");
  assertEquals(await loop("</dev/null"), "line 1\nline 2\nline 3\n");
});

test("A read of stdin that is given up", {}, async () => {
  // Ours: stdin_reader_test.ts.
  const program = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", fixture("gives_a_read_of_stdin_up.ts")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = new PipeReader(program.stdout);
  assertEquals(await reader.readLine(), "gave up");
  const stdin = program.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("the first line\n"));
  await stdin.close();
  assertEquals(await reader.readLine(), "null");
  await reader.cancel();
  await program.status;
});

test(
  "A slow reader loses the end of the log after a stop",
  needs("sh"),
  async () => {
    const program = start(["-l", "-f", "text", "--", "seq", "200000"]);
    const reader = new PipeReader(program.stdout);
    await reader.peek(1);
    program.kill("SIGTERM");
    // Nothing is read meanwhile.
    const { signal } = await program.status;
    const stderr = await new Response(program.stderr).text();
    const log = await reader.text();
    assertEquals({ signal, isWhole: log.includes(" 200000\n") }, {
      signal: "SIGTERM",
      isWhole: false,
    });
    assertMatch(
      stderr,
      /the log is incomplete: after a stop its reader has 1 s/,
    );
  },
);

test(
  "SIGUSR1 opens a debugger",
  { ignore: Deno.build.os !== "linux" },
  async () => {
    // That this program does not keep it open: debugger_test.ts.
    const program = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", fixture("hears_sigusr1.ts")],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = new PipeReader(program.stdout);
    assertEquals(await reader.readLine(), "ready");
    // Deno opens it from 500 ms after its start on, and where the port is free: it
    // is the same one for every program of the machine.
    let isOpen = false;
    for (let tries = 0; tries < 20 && !isOpen; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 700));
      Deno.kill(program.pid, "SIGUSR1");
      assertEquals(await reader.readLine(), "heard");
      isOpen = await until(
        () => listeningSockets(program.pid).length === 1,
        500,
      );
    }
    assert(isOpen);
    program.kill("SIGKILL");
    await program.status;
    await reader.cancel();
  },
);

test("A view keeps its chunk alive", {}, async () => {
  await using reader = new PipeReader(new Blob(["x".repeat(65536)]).stream());
  const slice = await reader.read(32);
  assert(slice !== null && slice.buffer.byteLength > 60000);
  assertEquals(slice.slice().buffer.byteLength, 32);
});

test("A print where messages travel", needs("python3"), async () => {
  const print = (to: string) =>
    `import json, os, sys
out = ${to}
print("loading", flush=True)
out.write(json.dumps({"n": 1}) + "\\n")`;
  const talk = async (script: string, options = {}) => {
    await using child = spawn("python3", ["-c", script], { stdin: "piped" });
    const channel = channelOf(child, jsonLines(), options);
    return await channel.receive();
  };
  const noisy = print("sys.stdout");
  await assertRejects(() => talk(noisy), NoiseError, '"loading"');
  const noise: string[] = [];
  const onNoise = (line: string) => noise.push(line);
  assertEquals(await talk(noisy, { onNoise }), { n: 1 });
  assertEquals(noise, ["loading"]);
  const saved = print('os.fdopen(os.dup(1), "w"); os.dup2(2, 1)');
  assertEquals(await talk(saved), { n: 1 });
});

Deno.test("every gotcha has a test of its name, and every part of its form", () => {
  const page = Deno.readTextFileSync(new URL("GOTCHAS.md", ROOT));
  const tests = Deno.readTextFileSync(new URL("tests/gotchas_test.ts", ROOT));
  const sections = page.split(/^## /m).slice(1);
  assert(sections.length >= 4);
  for (const section of sections) {
    const name = section.slice(0, section.indexOf("\n"));
    assert(
      tests.includes(`"${name}"`) || tests.includes(`\`${name}$`),
      `no test is named "${name}"`,
    );
    for (
      const part of [
        "**You expect**",
        "**What happens**",
        "**Why.**",
        "**What we do.**",
        "**What cannot be done.**",
      ]
    ) {
      assert(section.includes(part), `"${name}" does not say: ${part}`);
    }
  }
});

test(
  "JSON.parse mixes up keys that end with a backslash",
  needs("sh"),
  async () => {
    const texts = [String.raw`{"a":0,"\\":1}`, String.raw`{"a":0,"\"":1}`];
    const program = `
    for (const text of ${JSON.stringify(texts)}) {
      console.log(JSON.stringify(Object.keys(JSON.parse(text))[1]));
    }`;
    // In a program of its own: what it has parsed before decides.
    const { stdout } = await run(Deno.execPath(), ["eval", program]);
    assertEquals(
      new TextDecoder().decode(stdout),
      '"\\\\"\n"\\\\"\n', // Fails where the engine is right: the heading can go.
    );
    // What is no JSON to a channel passes as it is.
    await using child = spawn("cat", [], { stdin: "piped" });
    const channel = channelOf(child, bytes(lines()));
    for (const text of texts) {
      await channel.send(
        new TextEncoder().encode(text),
      );
    }
    for (const text of texts) {
      const message = await channel.receive();
      assertEquals(new TextDecoder().decode(message!), text);
    }
    await channel.close();
  },
);

test("Progress that comes with its answer", needs("sh"), async () => {
  const program = fileURLToPath(
    new URL("programs/hears_progress.ts", import.meta.url),
  );
  const hear = async (...args: string[]) => {
    const sdk = "npm:@modelcontextprotocol/sdk@1.32.2";
    const deno = [Deno.execPath(), "run", "-q", "-A", "--no-config"] as const;
    const server = [...deno, fixture("tells_progress.ts"), ...args];
    const [command, ...flags] = deno;
    const { stdout } = await run(command, [...flags, program, sdk, ...server]);
    return JSON.parse(new TextDecoder().decode(stdout));
  };
  assertEquals(await hear(), { heard: 4, errors: 0 });
  assertEquals(await hear("joined"), { heard: 0, errors: 4 });
});

test(
  "A recorded stderr is no terminal",
  needs("sh", TERMINAL_PROGRAM),
  async () => {
    const folder = await Deno.makeTempDir();
    const stderrUnder = async (record: string) => {
      const asks = "test -t 2 && echo terminal >&2 || echo pipe >&2";
      const tap = denoRun(["tap", "--record", record, "--", "sh", "-c", asks], {
        deno: ["--allow-run", "--allow-write"],
      });
      const line = [Deno.execPath(), ...tap].map(quote).join(" ");
      const { stdout } = await run(
        TERMINAL_PROGRAM,
        onTerminal(`${line} </dev/null`),
      );
      return new TextDecoder().decode(stdout).trim();
    };
    try {
      assertEquals(await stderrUnder("none"), "terminal");
      assertEquals(await stderrUnder(`${folder}/s.jsonl`), "pipe");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
