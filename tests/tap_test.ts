/** `main.ts tap`: both sides see each other as they would without it. */
import { createHash } from "node:crypto";
import {
  fixture,
  has,
  isAlive,
  isBlockedOnWrite,
  testNeeding,
  until,
} from "./support/processes.ts";
import { seededRandom } from "./support/random.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "./support/std_assert.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { hashOf, serverOf, startTap, textOf } from "./support/taps.ts";
import { denoRun, interrupted, shell, whole } from "./support/whole_program.ts";

const MB = 1_000_000;

/** How long a test waits for what has to happen: a gate runs beside others. */
const PATIENCE_MS = 30_000;

/** Pieces of awkward sizes, the same for the same seed. */
function* pieces(seed: number, total: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  const bytes = Uint8Array.from({ length: 300_007 }, () => random() * 256);
  for (let sent = 0; sent < total;) {
    const isSmall = random() < 0.3;
    const most = isSmall ? 100 : bytes.length;
    const size = Math.min(total - sent, 1 + Math.floor(random() * most));
    const at = Math.floor(random() * (bytes.length - size));
    yield bytes.subarray(at, at + size);
    sent += size;
  }
}

const TOTAL = has("sh") ? 100 * MB : 5 * MB;
Deno.test(`${TOTAL / MB} MB in each direction at once arrive as they were sent`, async () => {
  const tap = startTap(serverOf("echoes.ts", "3", "said on stderr"));
  const sent = createHash("sha256");
  const send = async () => {
    const writer = tap.stdin.getWriter();
    for (const piece of pieces(1, TOTAL)) {
      sent.update(piece);
      await writer.write(piece);
    }
    await writer.close();
  };
  const [, got, stderr, { code }] = await Promise.all([
    send(),
    hashOf(tap.stdout),
    textOf(tap.stderr),
    tap.status,
  ]);
  assertEquals({ ...got, stderr, code }, {
    hash: sent.digest("hex"),
    bytes: TOTAL,
    stderr: "said on stderr",
    code: 3,
  });
});

/** What the client sees: everything it can read, and the status. */
async function ending(tap: Deno.ChildProcess) {
  const [stdout, stderr, { code, signal }] = await Promise.all([
    textOf(tap.stdout),
    textOf(tap.stderr),
    tap.status,
  ]);
  return { stdout, stderr, code, signal };
}

Deno.test("the end of the client's stream reaches a server that still has to answer", async () => {
  const tap = startTap([
    ...[Deno.execPath(), "eval", "-q"],
    `const all = await new Response(Deno.stdin.readable).text();
     Deno.stdout.writeSync(new TextEncoder().encode("all: " + all));`,
  ]);
  const writer = tap.stdin.getWriter();
  await writer.write(new TextEncoder().encode("spam"));
  await writer.close();
  assertEquals(await ending(tap), {
    stdout: "all: spam",
    stderr: "",
    code: 0,
    signal: null,
  });
});

testNeeding("sh", "/proc/self")(
  "a server that closes its stdout and lives on: the client reads the end",
  async () => {
    const script = "echo first; exec >&-; read line; echo $line >&2; exit 4";
    const tap = startTap(["sh", "-c", script]);
    // It would wait for ever if the end of stdout came with that of the tap.
    assertEquals(await textOf(tap.stdout), "first\n");
    const writer = tap.stdin.getWriter();
    await writer.write(new TextEncoder().encode("spam\n"));
    await writer.close();
    const [stderr, { code }] = await Promise.all([
      textOf(tap.stderr),
      tap.status,
    ]);
    assertEquals({ stderr, code }, { stderr: "spam\n", code: 4 });
  },
);

testNeeding("sh", "python3")(
  "the same where the client's pipes are sockets, as Node's are",
  async () => {
    const script = "echo first; exec >&-; read line; echo $line >&2; exit 4";
    const { stdout, stderr } = await new Deno.Command("python3", {
      args: [
        fixture("client_by_sockets.py"),
        Deno.execPath(),
        ...denoRun(["tap", "--record=none", "--", "sh", "-c", script]),
      ],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals([text(stdout), text(stderr)], ["b'first\\n' 4\n", "spam\n"]);
  },
);

testNeeding("bash", "python3")(
  "pipes that others hold as well can be used as before behind a tap",
  async () => {
    const look = "import os; print(os.get_blocking(0), os.get_blocking(1))";
    // The second line is polled: it comes later than 100 ms after the first.
    const server = "echo a; sleep 0.3; echo b; sleep 0.3; echo c; cat";
    const { stdout } = await shell(
      `(sleep 0.5; echo d) | (main tap --record=none -- sh -c '${server}'; python3 -c '${look}') | cat`,
    );
    assertEquals(stdout, "a\nb\nc\nd\nTrue True\n");
  },
);

testNeeding("sh")(
  "a server that closes its stdin and lives on: the client's writes fail",
  async () => {
    const tap = startTap(["sh", "-c", "exec sleep 600 <&-"]);
    const writer = tap.stdin.getWriter();
    const sent = (async () => {
      const chunk = new Uint8Array(1000);
      for (let n = 0; n < 1e6; n++) await writer.write(chunk);
    })().then(() => "all was taken", (error) => error.name);
    assertEquals(await sent, "BrokenPipe");
    tap.kill();
    await Promise.all([tap.stdout.cancel(), tap.stderr.cancel(), tap.status]);
  },
);

testNeeding("yes")(
  "a client that stops reading: the server's next write fails",
  async () => {
    const tap = startTap(["yes"]);
    const reader = tap.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const [stderr, { code, signal }] = await Promise.all([
      textOf(tap.stderr),
      tap.status,
    ]);
    assertEquals({ stderr, code, signal }, {
      stderr: "",
      code: 141,
      signal: "SIGPIPE",
    });
    await tap.stdin.close();
  },
);

testNeeding("sh", "/proc/self")(
  "a client that does not read holds the server up, and gets all of it later",
  async () => {
    const script = "echo $$ >&2; exec head -c 3000000 /dev/zero";
    const tap = startTap(["sh", "-c", script]);
    const stderr = tap.stderr.getReader();
    const { value } = await stderr.read();
    const pid = Number(new TextDecoder().decode(value));
    assert(await until(() => isBlockedOnWrite(pid), PATIENCE_MS));
    const { bytes } = await hashOf(tap.stdout);
    assertEquals(bytes, 3_000_000);
    assertEquals((await tap.status).code, 0);
    await Promise.all([stderr.cancel(), tap.stdin.close()]);
  },
);

testNeeding("bash", "/proc/self")(
  "a server that does not read holds the client up",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const running = shell(
        `bash -c 'echo $$ >pid; exec cat /dev/zero' |
         main tap --record=none -- bash -c 'until [ -e go ]; do sleep 0.05; done; head -c 10'; echo \${PIPESTATUS[@]}`,
        { cwd: folder },
      );
      const pid = () => Number(Deno.readTextFileSync(`${folder}/pid`));
      const isThere = () => {
        try {
          return pid() > 0;
        } catch {
          return false;
        }
      };
      assert(await until(isThere, PATIENCE_MS));
      assert(await until(() => isBlockedOnWrite(pid()), PATIENCE_MS));
      await Deno.writeTextFile(`${folder}/go`, "");
      const { stdout } = await running;
      assertEquals(stdout, `${"\0".repeat(10)}141 0\n`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

const ENDS = [
  { script: "exit 0", code: 0 },
  { script: "exit 7", code: 7 },
  { script: "kill -TERM $$", code: 143, signal: "SIGTERM" },
  { script: "kill -KILL $$", code: 137 },
  { script: "kill -PIPE $$", code: 141, signal: "SIGPIPE" },
];
for (const { script, code, signal = null } of ENDS) {
  testNeeding("sh")(`the tap ends as its command: ${script}`, async () => {
    const tap = startTap(["sh", "-c", script]);
    assertEquals(await ending(tap), { stdout: "", stderr: "", code, signal });
    await tap.stdin.close().catch(() => {});
  });
}

Deno.test("a command that does not exist is status 127, in one line", async () => {
  const { code, stdout, stderr } = await whole([
    ...["tap", "--record=none", "--", "no-such-command"],
  ]);
  assertEquals({ code, stdout }, { code: 127, stdout: "" });
  assertMatch(stderr, /^basic-pipes: Cannot start "no-such-command" as .*\n$/);
});

testNeeding("sleep")("a time limit is status 124, and said", async () => {
  const tap = startTap(["sleep", "60"], {
    options: ["--record=none", "--timeout=200ms"],
  });
  assertEquals(await ending(tap), {
    stdout: "",
    stderr: "basic-pipes: the command was stopped after 0.2 s (--timeout)\n",
    code: 124,
    signal: null,
  });
  await tap.stdin.close();
});

const REFUSED = [
  { args: [], says: "no command is given" },
  { args: ["--", "cat"], says: "--record is missing" },
  { args: ["--record=x", "cat"], says: "a command goes after --" },
  {
    args: ["--record=none", "--redact=a", "--", "cat"],
    says: "Cannot take --redact as nothing is recorded",
  },
  {
    args: ["--record=x", "--redact-pattern=(", "--", "cat"],
    says: "Cannot take --redact-pattern as it takes a regular expression",
  },
  { args: ["--record=x", "--redact=a,,b", "--", "cat"], says: "--redact" },
  { args: ["--record=x", '--redact=a"b', "--", "cat"], says: "--redact" },
  { args: ["--record=x", "--max-record=0", "--", "cat"], says: "--max-record" },
  { args: ["--record=x", "--frame=slice", "--", "cat"], says: "--frame" },
  { args: ["--recrod=x", "--", "cat"], says: "did you mean --record?" },
];
for (const { args, says } of REFUSED) {
  Deno.test(`wrong usage is one line and status 2: tap ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await whole(["tap", ...args]);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertStringIncludes(stderr, says);
    assertMatch(stderr, /^basic-pipes: [^\n]*\n$/);
  });
}

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
  testNeeding("sh")(
    `${signal} to the tap reaches the command, which decides how it ends`,
    async () => {
      const script =
        `trap 'echo heard; exit 9' ${signal.slice(3)}; echo ready; ` +
        "while :; do sleep 0.05; done";
      const tap = startTap(["sh", "-c", script]);
      const lines: string[] = [];
      const decoder = new TextDecoder();
      for await (const chunk of tap.stdout) {
        const isFirst = lines.length === 0;
        lines.push(decoder.decode(chunk));
        if (isFirst) tap.kill(signal);
      }
      const { code } = await tap.status;
      assertEquals({ lines: lines.join(""), code }, {
        lines: "ready\nheard\n",
        code: 9,
      });
      await Promise.all([tap.stdin.close(), tap.stderr.cancel()]);
    },
  );
}

testNeeding("/proc/self")(
  "a tap that was killed leaves no server behind that ends with its stdin",
  async () => {
    const script =
      `Deno.stderr.writeSync(new TextEncoder().encode(Deno.pid + "\\n"));
      while (await Deno.stdin.read(new Uint8Array(99)) !== null);`;
    const tap = startTap([Deno.execPath(), "eval", "-q", script]);
    const stderr = tap.stderr.getReader();
    const pid = Number(new TextDecoder().decode((await stderr.read()).value));
    assert(isAlive(pid));
    tap.kill("SIGKILL");
    await tap.status;
    assert(await until(() => !isAlive(pid), PATIENCE_MS));
    await Promise.all([
      stderr.cancel(),
      tap.stdout.cancel(),
      tap.stdin.close().catch(() => {}),
    ]);
  },
);

const STDINS = [
  { name: "a file", redirect: "<in", stdout: "spam\n" },
  { name: "/dev/null", redirect: "</dev/null", stdout: "" },
  { name: "closed", redirect: "<&-", stdout: "" },
];
for (const { name, redirect, stdout } of STDINS) {
  testNeeding("bash")(`stdin can be ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/in`, "spam\n");
      const result = await shell(
        `main tap --record=none -- cat ${redirect}`,
        { cwd: folder },
      );
      assertEquals(result, { code: 0, signal: null, stdout, stderr: "" });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testNeeding("bash", "/dev/full")(
  "a stdout that is full ends the command as one that nobody reads, and is said",
  async () => {
    const { stdout, stderr } = await shell(
      "main tap --record=none -- yes >/dev/full; echo $?",
    );
    assertEquals(stdout, "141\n");
    assertMatch(stderr, /^basic-pipes: Cannot write to stdout: [^\n]*\n$/);
    const succeeds = await shell(
      "main tap --record=none -- echo x >/dev/full </dev/null; echo $?",
    );
    assertEquals(succeeds.stdout, "125\n");
  },
);

const OUTPUTS = [
  { name: "a file", redirect: ">out; cat out" },
  { name: "a pipe that stderr has as well", redirect: "2>&1 | cat" },
];
for (const { name, redirect } of OUTPUTS) {
  testNeeding("bash")(`stdout can be ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { stdout } = await shell(
        `main tap --record=none -- sh -c 'echo out; echo err >&2' ${redirect}`,
        { cwd: folder },
      );
      assertEquals(stdout.replace("err\n", ""), "out\n");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

testNeeding("bash")(
  "a stderr that is closed changes nothing of the stream",
  async () => {
    await sideBySide(["none", "x.jsonl"], async (record) => {
      const { code, stdout } = await shell(
        `main tap --record=${record} -- sh -c 'echo err >&2; cat; exit 3' 2>&- <<<spam`,
      );
      assertEquals({ code, stdout }, { code: 3, stdout: "spam\n" });
    });
  },
);

Deno.test("the help names every option in 80 columns", async () => {
  const { code, stdout } = await whole(["tap", "--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "--record FILE");
  assertEquals(stdout.split("\n").filter((line) => line.length > 80), []);
});

testNeeding("bash")(
  "a stderr that nobody reads holds up neither the stream nor the end",
  async () => {
    const folder = await Deno.makeTempDir();
    // More than one pipe takes, and less than both on the way.
    const script = "echo out; head -c 100000 /dev/zero >&2; cat; exit 3";
    const tap = startTap(["bash", "-c", script], {
      deno: ["--allow-run", "--allow-write"],
      options: [`--record=${folder}/s.jsonl`],
    });
    try {
      const writer = tap.stdin.getWriter();
      await writer.write(new TextEncoder().encode("spam\n"));
      await writer.close();
      assertEquals(await textOf(tap.stdout), "out\nspam\n");
      assertEquals((await tap.status).code, 3);
    } finally {
      await tap.stderr.cancel();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testNeeding("script", "bash")(
  "Ctrl-C at a terminal reaches the command once, and the tap ends as it does",
  async () => {
    const tap = ["tap", "--record=none"];
    assertEquals(
      await interrupted("cleans_up_on_interrupt.sh", "deno run", tap),
      { code: 5, seen: "ready\ncleaning\ncleaned\n" },
    );
  },
);
