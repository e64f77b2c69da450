/** `main.ts replay`, as a person runs it. */
import { bytesOf } from "../../support/pieces.ts";
import { inFolder } from "../../support/in_folder.ts";
import { testNeeding } from "../../support/processes.ts";
import { sideBySide } from "../../support/side_by_side.ts";
import { assert, assertEquals } from "../../support/std_assert.ts";
import { shell, start, whole } from "../../support/whole_program.ts";

const HEADER = {
  recording: 1,
  program: "basic-pipes 0.2.0",
  command: ["server"],
  startedAt: "2026-11-26T10:00:00.000000Z",
  frame: "auto",
};

function ended(code: number | null, signal: string | null = null) {
  const reason = signal === null ? "exited" : "signaled";
  return { ms: 30, status: { code, signal, reason }, bytes: {} };
}

/** A recording with its header, as text. */
function recording(...lines: readonly object[]): string {
  return [HEADER, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

const OUT = [
  { ms: 1, from: "out", offset: 0, text: "one\n" },
  { ms: 2, from: "in", offset: 0, text: "asked\n" },
  { ms: 3, from: "err", offset: 0, text: "warned\n" },
  { ms: 20, from: "out", offset: 4, base64: btoa("\xff\0two\n") },
];

/** Writes a recording into a file of its own for as long as `use` takes. */
function withFile(
  text: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const path = `${folder}/session.jsonl`;
    await Deno.writeTextFile(path, text);
    await use(path);
  });
}

const READ = { deno: ["--allow-read"] };

/** Runs `main.ts replay` with a recording as its file. */
async function replayed(text: string, ...args: readonly string[]) {
  let result!: Awaited<ReturnType<typeof whole>>;
  await withFile(text, async (path) => {
    result = await whole(["replay", ...args, path], READ);
  });
  return result;
}

const PLAYED = [
  {
    name: "what the command wrote, and its exit status",
    lines: [...OUT, ended(3)],
    args: [],
    stdout: "one\n\ufffd\0two\n",
    code: 3,
  },
  {
    name: "its stderr alone",
    lines: [...OUT, ended(0)],
    args: ["--stream", "err"],
    stdout: "warned\n",
    code: 0,
  },
  {
    name: "what the client wrote",
    lines: [...OUT, ended(0)],
    args: ["--stream=in", "--speed=max"],
    stdout: "asked\n",
    code: 0,
  },
  {
    name: "a part of it",
    lines: [...OUT, ended(4)],
    args: ["--from", "10ms", "--to", "1m"],
    stdout: "\ufffd\0two\n",
    code: 4,
  },
  {
    name: "a day with its pauses cut",
    lines: [
      { ms: 1, from: "out", offset: 0, text: "a" },
      { ms: 86_400_000, from: "out", offset: 1, text: "b" },
      { ...ended(0), ms: 172_800_000 },
    ],
    args: ["--max-gap", "10ms"],
    stdout: "ab",
    code: 0,
  },
  {
    name: "the status of a command that --timeout had stopped",
    lines: [{
      ms: 3,
      status: { code: null, signal: "SIGTERM", reason: "timeout" },
      bytes: {},
    }],
    args: [],
    stdout: "",
    code: 124,
  },
  {
    name: "a signal of another system, as a status",
    lines: [ended(null, "SIGNOWHERE")],
    args: [],
    stdout: "",
    code: 128,
  },
  {
    name: "a signal that no system has, as a status",
    lines: [ended(3, "toString")],
    args: [],
    stdout: "",
    code: 3,
  },
  {
    name: "a failure whose lowest byte is 0 as a failure",
    lines: [ended(0xc000_0100)],
    args: [],
    stdout: "",
    // There a status has 32 bits.
    code: Deno.build.os === "windows" ? 0xc000_0100 | 0 : 1,
  },
];

for (const { name, lines, args, stdout, code } of PLAYED) {
  Deno.test(`replay gives ${name}`, async () => {
    const result = await replayed(recording(...lines), ...args);
    assertEquals(
      [result.stdout, result.code, result.stderr],
      [stdout, code, ""],
    );
  });
}

testNeeding("SIGTERM")("replay ends by the recorded signal", async () => {
  const { signal, code } = await replayed(recording(ended(null, "SIGTERM")));
  assertEquals([signal, code], ["SIGTERM", 143]);
});

Deno.test("replay takes as long as it took, and divides that by the speed", async () => {
  const text = recording({ ...ended(0), ms: 1500 });
  const cases = [
    { args: [], leastMs: 1500 },
    { args: ["--speed", "2.5"], leastMs: 600 },
  ];
  await sideBySide(cases, async ({ args, leastMs }) => {
    const startMs = performance.now();
    await replayed(text, ...args);
    assert(performance.now() - startMs >= leastMs);
  });
});

Deno.test("replay says once what is missing in the recording", async () => {
  const gap = (from: string, bytes: number) => ({
    ms: 2,
    gap: { from, bytes, why: "the disk was full" },
  });
  const [one, two] = await Promise.all([
    replayed(recording(OUT[0]!, gap("err", 9), gap("out", 70_000), ended(0))),
    replayed(recording(gap("out", 1), OUT[0]!, gap("out", 2), ended(5))),
  ]);
  assertEquals(
    one.stderr,
    'basic-pipes: a part of "out" is missing in the recording, 70000 bytes, as the disk was full\n',
  );
  assertEquals([two.stdout, two.code, two.stderr], [
    "one\n",
    5,
    'basic-pipes: a part of "out" is missing in the recording, 1 bytes, as the disk was full\n' +
    'basic-pipes: 2 parts of "out" are missing in the recording, 3 bytes in all\n',
  ]);
});

Deno.test("a recording whose recorder was killed is played, and ends with 0", async () => {
  const text = recording(OUT[0]!, OUT[1]!).slice(0, -9);
  const { stdout, code, stderr } = await replayed(text);
  assertEquals([stdout, code, stderr], [
    "one\n",
    0,
    "basic-pipes: the last line of the recording is cut, and its 40 bytes are left out\n" +
    "basic-pipes: the recording does not say how the command ended: this ends with 0\n",
  ]);
});

const REFUSED = [
  {
    args: ["--serve", "-"],
    stderr: "Cannot serve the recording on stdin as the client writes there",
  },
  {
    args: ["--strict", "x"],
    stderr: "Cannot take --strict as it needs --serve",
  },
  {
    args: ["--ignore=a,b", "x"],
    stderr: "Cannot take --ignore as it needs --serve",
  },
  {
    args: ["--serve", "--max-gap", "1s", "x"],
    stderr: "Cannot take --max-gap as --serve answers by what is asked",
  },
  {
    args: ["--from", "2s", "--to", "1s", "x"],
    stderr: "Cannot take --to as it is before --from",
  },
  {
    args: ["--speed", "fast", "x"],
    stderr:
      'Cannot take --speed as it takes a number above 0 and up to 1000000, such as 2 or 0.5, or max: current value is "fast"',
  },
  {
    args: ["--speed", "0", "x"],
    stderr:
      'Cannot take --speed as it takes a number above 0 and up to 1000000, such as 2 or 0.5, or max: current value is "0"',
  },
];

for (const { args, stderr } of REFUSED) {
  Deno.test(`replay refuses ${args.join(" ")}`, async () => {
    const result = await whole(["replay", ...args], READ);
    assertEquals([result.code, result.stderr], [2, `basic-pipes: ${stderr}\n`]);
  });
}

Deno.test("a broken line in the middle ends the replay with 125 and one sentence", async () => {
  const text = recording(OUT[0]!) + "nonsense\n" +
    `${JSON.stringify(ended(0))}\n`;
  const { stdout, code, stderr } = await replayed(text, "--speed=max");
  assertEquals([stdout, code], ["one\n", 125]);
  assertEquals(stderr.split("\n").length, 2);
  assert(stderr.startsWith("basic-pipes: Cannot read a recording as line 3 "));
});

testNeeding("bash")("the reader of a replay may leave", async () => {
  const line = { from: "out", offset: 0, text: "line\n".repeat(1000) };
  const lines = Array.from({ length: 500 }, (_, ms) => ({ ms, ...line }));
  await withFile(recording(...lines, ended(7)), async (path) => {
    const { stdout, stderr } = await shell(
      `main replay --speed max '${path}' | head -1; echo "\${PIPESTATUS[0]}"`,
      READ,
    );
    assertEquals([stdout, stderr], ["line\n0\n", ""]);
  });
});

testNeeding("bash")(
  "a recording may come on stdin, also as it is made",
  async () => {
    await withFile(recording(...OUT, ended(6)), async (path) => {
      const { stdout, stderr } = await shell(
        `{ head -n 2 '${path}'; sleep 0.2; tail -n +3 '${path}'; } | main replay - ; echo " $?"`,
        { deno: [] },
      );
      assertEquals([stdout, stderr], ["one\n\ufffd\0two\n 6\n", ""]);
    });
  },
);

testNeeding("SIGTERM")(
  "Ctrl-C ends a replay in the middle of a pause",
  async () => {
    const text = recording(OUT[0]!, { ...ended(0), ms: 3_600_000 });
    await withFile(text, async (path) => {
      const child = start(["replay", path], READ);
      const reader = child.stdout.getReader();
      assertEquals(
        new TextDecoder().decode((await reader.read()).value),
        "one\n",
      );
      child.kill("SIGINT");
      assertEquals((await child.status).signal, "SIGINT");
      assertEquals((await reader.read()).done, true);
      await child.stderr.cancel();
    });
  },
);

/** A session of JSON-RPC in lines. */
const SESSION = recording(
  ...[
    ["in", { id: 1, method: "add", params: { a: 1, b: 2 } }],
    ["out", { method: "note" }],
    ["out", { id: 1, result: 3 }],
  ].map(([from, message]) => ({
    ms: 0,
    from,
    offset: 0,
    text: `${JSON.stringify({ jsonrpc: "2.0", ...message as object })}\n`,
  })),
  { ms: 0, from: "err", offset: 0, text: "computed\n" },
  { ms: 1, from: "in", end: true },
  ended(0),
);

/** Runs the stand-in of the session on lines of a client. */
async function served(args: readonly string[], ...lines: readonly string[]) {
  let result!: { code: number; stdout: string; stderr: string };
  await withFile(SESSION, async (path) => {
    const child = start(["replay", "--serve", ...args, path], {
      ...READ,
      stdin: "piped",
    });
    const writer = child.stdin.getWriter();
    await writer.write(bytesOf(lines.map((line) => `${line}\n`).join("")));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    result = {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  });
  return result;
}

const ASKED =
  '{"jsonrpc":"2.0","id":"x","method":"add","params":{"b":2,"a":1}}';
const OTHER = '{"jsonrpc":"2.0","id":2,"method":"add","params":{"b":9,"a":1}}';
const ANSWERED =
  '{"jsonrpc":"2.0","method":"note"}\n{"jsonrpc":"2.0","id":"x","result":3}\n';
const UNKNOWN =
  'Cannot answer "add" as the recording has it with other parameters: the nearest has params.b 2, current value is 9';

Deno.test("replay --serve answers, and says what it does not know", async () => {
  const error = JSON.stringify({ code: -32602, message: UNKNOWN });
  const stdout = `${ANSWERED}{"jsonrpc":"2.0","id":2,"error":${error}}\n`;
  const result = await served([], ASKED, OTHER, "print");
  // What is said and what the server said are two writers of one stderr.
  const said = result.stderr.trimEnd().split("\n").sort();
  assertEquals([result.code, result.stdout, said], [0, stdout, [
    `basic-pipes: ${UNKNOWN}`,
    'basic-pipes: what the client wrote is no message: it begins with "print"',
    "computed",
  ]]);
});

Deno.test("with --strict an unknown request is status 1, and a known one is not", async () => {
  const [unknown, known] = await Promise.all([
    served(["--strict"], ASKED, OTHER),
    served(["--strict", "--ignore", "a,b"], ASKED, OTHER),
  ]);
  assertEquals(unknown.code, 1);
  assertEquals(known, {
    code: 0,
    stdout: ANSWERED + ANSWERED.replace('"x"', "2"),
    stderr: "computed\ncomputed\n",
  });
});

Deno.test("a stand-in ends with its server, though its stdin is open", async () => {
  const exit = '{"jsonrpc":"2.0","method":"exit"}\n';
  const text = recording(
    { ms: 0, from: "in", offset: 0, text: exit },
    { ...ended(9), ms: 1 },
  );
  await withFile(text, async (path) => {
    const child = start(["replay", "--serve", path], {
      ...READ,
      stdin: "piped",
    });
    const writer = child.stdin.getWriter();
    await writer.write(bytesOf(exit));
    const { code } = await child.status;
    await writer.close().catch(() => {});
    await child.stdout.cancel();
    await child.stderr.cancel();
    assertEquals(code, 9);
  });
});

Deno.test("a stand-in says 20 requests that it does not know, and counts the others", async () => {
  const asked = Array.from({ length: 3000 }, () => OTHER);
  const { stdout, stderr } = await served([], ...asked);
  assertEquals(stdout.trimEnd().split("\n").length, 3000);
  assertEquals(stderr.trimEnd().split("\n"), [
    ...Array.from({ length: 20 }, () => `basic-pipes: ${UNKNOWN}`),
    "basic-pipes: and 2980 more requests were not in it",
  ]);
});

Deno.test("a stand-in ends when nobody reads its answers, though its stdin is open", async () => {
  await withFile(SESSION, async (path) => {
    const child = start(["replay", "--serve", path], {
      ...READ,
      stdin: "piped",
    });
    const writer = child.stdin.getWriter();
    await child.stdout.cancel();
    await writer.write(bytesOf(`${OTHER}\n`));
    const { code } = await child.status;
    await writer.close().catch(() => {});
    await child.stderr.cancel();
    assertEquals(code, 0);
  });
});
