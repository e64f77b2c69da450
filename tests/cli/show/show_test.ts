import { fileURLToPath } from "node:url";
import { analyse, Recording } from "../../../mod.ts";
import { has, quote, testNeeding, until } from "../../support/processes.ts";
import { assert, assertEquals, assertMatch } from "../../support/std_assert.ts";
import {
  ROOT,
  shell,
  start,
  type Whole,
  whole,
} from "../../support/whole_program.ts";

const test = testNeeding("sh");

/** The path of a recording among the fixtures. */
function recording(name: string): string {
  return fileURLToPath(new URL(`tests/fixtures/recordings/${name}`, ROOT));
}

const READ = ["--allow-read"];

/** Far more than a busy machine needs. */
const WAIT_MS = 30_000;

async function show(...args: string[]): Promise<Whole> {
  return await whole(["show", ...args], { deno: READ });
}

const SPOILT = [
  "0.000000 --  a recording of: server --stdio",
  '0.010000 ->  initialize #0 request {"jsonrpc":"2.0","id":0,"method":"initialize"}',
  "0.030000 err ready",
  "0.033001 <-  noise, no JSON: Hello from a print",
  '0.033001 <-  initialize #0 answer after 23.0 ms {"jsonrpc":"2.0","id":0,"result":{}}',
  '0.040000 ->  notifications/initialized notification {"jsonrpc":"2.0","method":"notifications/initialized"}',
  '0.040000 ->  tools/call #"x" request {"jsonrpc":"2.0","id":"x","method":"tools/call"}',
  '0.040000 ->  tools/list #3 request {"jsonrpc":"2.0","id":3,"method":"tools/list"}',
  '0.050000 <-  tools/list #3 error after 10.0 ms {"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"no such method"}}',
  '0.050000 <-  #9 answer to no request {"jsonrpc":"2.0","id":9,"result":1}',
  '0.060000 ->  resources/list #4 request {"jsonrpc":"2.0","id":4,"method":"resources/list"}',
  '0.061000 ->  notifications/cancelled notification {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}',
  '0.071000 <-  broken frame, bytes of it were not recorded: {"jso',
  "0.071000 <-  gap, 68.4 KiB passed and were not recorded: the recorder fell behind",
  "0.080000 <-  the rest of a broken frame: 1}",
  '0.080000 <-  bye notification {"jsonrpc":"2.0","method":"bye"}',
  "0.090000 ->  end of stream after 327 B",
  '0.091000 <-  broken frame, the stream ended within it: {"a"',
  "0.091000 <-  end of stream after 68.6 KiB",
  "0.091000 err end of stream after 15 B",
  "0.099900 --  the command ended with status 0, by itself",
  '0.099900 ->  tools/call #"x" pending, no answer for 59.9 ms',
  "0.099900 ->  resources/list #4 pending, cancelled, no answer for 39.9 ms",
];

/** The lines of the spoilt recording that a pattern matches. */
function spoilt(pattern: RegExp): string[] {
  return SPOILT.filter((line) => pattern.test(line));
}

const VIEWS: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly lines: readonly string[];
}[] = [
  { title: "whole", args: [], lines: SPOILT },
  {
    title: "of one stream",
    args: ["--only=in"],
    lines: spoilt(/ -> /),
  },
  {
    title: "of two streams",
    args: ["--only", "err,out"],
    lines: spoilt(/ <- | err /),
  },
  {
    title: "with its requests and what is pending",
    args: ["--only=requests,pending"],
    lines: spoilt(/#\S+ request \{| pending/),
  },
  {
    title: "with its answers, of which errors are a part",
    args: ["--only=answers"],
    lines: spoilt(/ (answer|error) (after|to) /),
  },
  {
    title: "with its errors and its noise",
    args: ["--only=errors,noise"],
    lines: spoilt(/ error |noise|broken frame/),
  },
  {
    title: "with the errors of one stream",
    args: ["--only=errors,in"],
    lines: [],
  },
  {
    title: "in a part of its time, to which a pending request belongs",
    args: ["--from=40ms", "--to=50ms", "--only=in,out"],
    lines: [...spoilt(/^0\.0[45]0000/), ...spoilt(/"x" pending/)],
  },
];

for (const { title, args, lines } of VIEWS) {
  Deno.test(`a recording is shown ${title}`, async () => {
    const shown = await show(
      "-t",
      "elapsed",
      ...args,
      recording("spoilt.jsonl"),
    );
    assertEquals(shown, {
      code: 0,
      signal: null,
      stdout: lines.map((line) => `${line}\n`).join(""),
      stderr: "",
    });
  });
}

Deno.test("a real session with an MCP server is shown", async () => {
  const args = ["-t", "elapsed", "--payload=0", recording("mcp_server.jsonl")];
  const { stdout } = await show(...args);
  assertEquals(stdout.split("\n").slice(1, 10), [
    "0.514391 ->  initialize #1 request, 152 B",
    "0.832426 err Starting default (STDIO) server...",
    "0.906414 <-  initialize #1 answer after 392 ms, 2.0 KiB",
    "0.915405 ->  notifications/initialized notification, 54 B",
    "0.915405 ->  tools/list #2 request, 58 B",
    "0.920327 <-  notifications/tools/list_changed notification, 61 B",
    "0.926213 <-  tools/list #2 answer after 10.8 ms, 7.5 KiB",
    "0.929106 ->  tools/call #3 request, 104 B",
    "0.932792 <-  tools/call #3 answer after 3.69 ms, 85 B",
  ]);
});

Deno.test("a real session with a language server is shown", async () => {
  const file = recording("language_server.jsonl");
  const { stdout } = await show(
    "--only=in",
    "-t",
    "none",
    "--payload=20",
    file,
  );
  assertEquals(stdout.split("\n"), [
    '->  initialize #1 request, 20 B of 204 B: {"jsonrpc":"2.0","id …',
    '->  initialized notification, 20 B of 52 B: {"jsonrpc":"2.0","me …',
    '->  textDocument/didOpen notification, 20 B of 178 B: {"jsonrpc":"2.0","me …',
    '->  textDocument/hover #2 request, 20 B of 142 B: {"jsonrpc":"2.0","id …',
    '->  shutdown #3 request, 20 B of 44 B: {"jsonrpc":"2.0","id …',
    '->  exit notification, 20 B of 33 B: {"jsonrpc":"2.0","me …',
    "->  end of stream after 788 B",
    "",
  ]);
});

Deno.test("the lines of a recording have the times of the session", async () => {
  const file = recording("spoilt.jsonl");
  const first = async (...args: string[]) =>
    (await show("--only=err", ...args, file)).stdout.split("\n")[0];
  assertEquals(await first("--time=epoch"), "1795687200.030000 err ready");
  assertEquals(
    await first("--utc", "--label=lsp"),
    "lsp 2026-11-26T10:00:00.030000Z err ready",
  );
  const second = async (...args: string[]) =>
    (await show(...args, file)).stdout.split("\n")[2];
  assertEquals(await second("--time=delta"), "0.020000 err ready");
  assertEquals(
    await second("--time=none", "--slow=15ms", "--ansi=show"),
    "! err \\x1b[31mready\\x1b[0m",
  );
  assertEquals(
    await second("--color=always", "--time=none"),
    "\x1b[31merr\x1b[39m \x1b[31mready\x1b[0m",
  );
});

Deno.test("an error says what it is, also where its bytes are not shown", async () => {
  const args = ["--only=errors", "--payload=0", "-t", "none"];
  const { stdout } = await show(...args, recording("spoilt.jsonl"));
  assertEquals(
    stdout,
    "<-  tools/list #3 error after 10.0 ms, no such method, 75 B\n",
  );
});

Deno.test("a recording is shown as hexdump does, words above the rows", async () => {
  const file = recording("spoilt.jsonl");
  const { stdout } = await show(
    "-f",
    "hex",
    "-t",
    "none",
    "--only=noise",
    file,
  );
  assertEquals(stdout.split("\n").slice(0, 3), [
    "<-  noise, no JSON:",
    "    00000000  48 65 6c 6c 6f 20 66 72  6f 6d 20 61 20 70 72 69  |Hello from a pri|",
    "    00000010  6e 74                                             |nt|",
  ]);
});

Deno.test("a payload behind a header has its own offset in hex", async () => {
  const file = recording("language_server.jsonl");
  const { stdout } = await show("-f", "hex", "-t", "none", "--only=in", file);
  assertEquals(
    stdout.split("\n")[1],
    // Behind `Content-Length: 204` and two times CR LF.
    '    00000017  7b 22 6a 73 6f 6e 72 70  63 22 3a 22 32 2e 30 22  |{"jsonrpc":"2.0"|',
  );
});

Deno.test("a recording is shown as Python shows bytes", async () => {
  const file = recording("spoilt.jsonl");
  const { stdout } = await show(
    "-f",
    "seed",
    "-t",
    "elapsed",
    "--only=err",
    file,
  );
  assertMatch(
    stdout,
    /^err Parent \d+ got \[b'\\x1b\[31mready\\x1b\[0m'\] as 0\.030000\n/,
  );
});

Deno.test("the JSON of a recording is what the analysis of the library says", async () => {
  const path = recording("spoilt.jsonl");
  const { stdout } = await show("-f", "json", "-t", "elapsed", path);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const [first, ...rest] = lines;
  assertEquals([first.time, first.kind, first.command], [
    0,
    "recording",
    ["server", "--stdio"],
  ]);
  const file = await Deno.open(path);
  const read = await Recording.read(file.readable);
  const items = await Array.fromAsync(analyse(read), (item) => {
    const { json: _, payload, ...known } = {
      json: null,
      payload: null,
      ...item,
    };
    const text = payload === null
      ? {}
      : { text: new TextDecoder().decode(payload) };
    const time = Math.round(item.ms * 1000) / 1e6;
    return JSON.parse(JSON.stringify({ time, ...known, ...text }));
  });
  assertEquals(rest, items);
});

Deno.test("raw writes the bytes of one stream, and says what is missing", async () => {
  const file = recording("spoilt.jsonl");
  const { stdout, stderr } = await show("-f", "raw", file);
  assertMatch(stdout, /^Hello from a print\n\{[^]*\{"jso1\}\n\{[^]*\{"a"$/);
  assertEquals(
    stderr,
    "basic-pipes: bytes are missing in the stream: 70000 of it passed and were not recorded\n",
  );
  const err = await show("-f", "raw", "--only=err", file);
  assertEquals(err.stdout, "\x1b[31mready\x1b[0m\n");
});

Deno.test("what one read gave is shown as it was read, with marks", async () => {
  const file = recording("spoilt.jsonl");
  const args = ["--frame=slice", "--marks", "-t", "none", "--only=out,err"];
  const { stdout } = await show(...args, file);
  assertEquals(stdout.split("\n").slice(0, 2), [
    "err ─░  ready\\n",
    '<-  ─░  Hello from a print\\n{"jsonrpc":"2.0","id":0,"result":{}}\\n',
  ]);
});

Deno.test("nothing in a recording can act on a terminal", async () => {
  const file = recording("hostile.jsonl");
  for (const format of ["text", "json", "hex", "seed"]) {
    const { stdout, code } = await show("-f", format, "--color=never", file);
    assertEquals(code, 0);
    assert(stdout.includes("evil"));
    // deno-lint-ignore no-control-regex -- these are the ones that act
    assertEquals(stdout.match(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/g), null);
  }
});

Deno.test("a recording without a time that can be is shown all the same", async () => {
  const { stdout, stderr, code } = await show(recording("timeless.jsonl"));
  assertEquals(code, 0);
  assertEquals(stdout.split("\n"), [
    "0.000000 --  a recording of: server",
    "9007199254.740000 <-  late",
    "",
  ]);
  assertMatch(stderr, /^basic-pipes: the times are those since the start, as /);
  assertMatch(
    stderr,
    /\nbasic-pipes: the last line of the recording is cut: its 18 bytes /,
  );
});

Deno.test("a recording is read from stdin, and its rule can be another", async () => {
  const program = start(
    ["show", "-t", "none", "--frame=lines", "--only=out", "-"],
    { deno: [], stdin: "piped" },
  );
  const writer = program.stdin.getWriter();
  await writer.write(await Deno.readFile(recording("spoilt.jsonl")));
  await writer.close();
  const { stdout } = await program.output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  assertEquals(lines.slice(0, 2), [
    "<-  Hello from a print",
    '<-  {"jsonrpc":"2.0","id":0,"result":{}}',
  ]);
});

const REFUSALS: readonly {
  readonly title: string;
  readonly args: readonly string[];
  readonly deno?: readonly string[];
  readonly content?: string;
  readonly code: number;
  readonly stderr: RegExp;
}[] = [
  {
    title: "no file",
    args: [],
    code: 2,
    stderr:
      /Cannot go on as FILE is missing, the path of a recording: see --help\n$/,
  },
  {
    title: "a file that is not there",
    args: ["not-there.jsonl"],
    code: 125,
    stderr:
      /Cannot read the recording "not-there\.jsonl" as it is not there\n$/,
  },
  {
    title: "a folder",
    args: ["."],
    code: 125,
    stderr: /Cannot read the recording "\." as .*\n$/,
  },
  {
    title: "a file that may not be read",
    args: [recording("spoilt.jsonl")],
    deno: [],
    code: 125,
    stderr:
      /was started or installed without --allow-read=.*spoilt\.jsonl'?\n$/,
  },
  {
    title: "an empty file",
    args: ["FILE"],
    content: "",
    code: 125,
    stderr:
      /Cannot read the recording ".+" as it must begin with a header: current value is an empty file\n$/,
  },
  {
    title: "another version",
    args: ["FILE"],
    content: '{"recording":2}\n',
    code: 125,
    stderr: /as its version must be 1: current value is 2\n$/,
  },
  {
    title: "what is no recording, with its label",
    args: ["--label=lsp", "FILE"],
    content: "hello\n",
    code: 125,
    stderr:
      /^basic-pipes: lsp: .* as line 1 must be a JSON object: current value is "hello"\n$/,
  },
  {
    title: "what is no recording, while it grows",
    args: ["--follow", "FILE"],
    content: "hello\n",
    code: 125,
    stderr:
      /Cannot read the recording ".+" as line 1 must be a JSON object: .*\n$/,
  },
  {
    title: "raw of two streams",
    args: ["-f", "raw", "--only=in,err", "x"],
    code: 2,
    stderr:
      /Cannot take --only as --format raw writes one stream: in, out or err\n$/,
  },
  {
    title: "an unknown word of --only",
    args: ["--only=in,request", "x"],
    code: 2,
    stderr:
      /Cannot take --only as it takes words of in, out, err, requests, .*: current value is "in,request"; did you mean requests\?\n$/,
  },
  {
    title: "a word of --only without its last letter, that begins as another",
    args: ["--only=error", "x"],
    code: 2,
    stderr: /current value is "error"; did you mean errors\?\n$/,
  },
  {
    title: "-f, which is -F in this program",
    args: ["-f", "session.jsonl"],
    code: 2,
    stderr:
      /current value is "session\.jsonl"; -f is --format, and -F goes on while FILE grows\n$/,
  },
  {
    title: "a part that ends before it begins",
    args: ["--from=2s", "--to=1s", "x"],
    code: 2,
    stderr: /Cannot take --to as it must not be before --from\n$/,
  },
  {
    title: "marks of messages",
    args: ["--marks", "x"],
    code: 2,
    stderr:
      /Cannot take --marks as it marks what one read gave: add --frame slice\n$/,
  },
  {
    title: "a largest message, and reads",
    args: ["--frame", "slice", "--payload=5", "x"],
    code: 2,
    stderr:
      /Cannot take --payload as --frame slice shows reads, which are no messages\n$/,
  },
  {
    title: "requests, and reads",
    args: ["--frame", "slice", "--only=requests", "x"],
    code: 2,
    stderr:
      /Cannot take --only as --frame slice shows reads, which are no messages\n$/,
  },
  {
    title: "to follow stdin",
    args: ["-F", "-"],
    code: 2,
    stderr: /Cannot take --follow as stdin is read to its end in any case\n$/,
  },
];

for (const { title, args, deno = READ, content, code, stderr } of REFUSALS) {
  Deno.test(`show refuses ${title} in one sentence`, async () => {
    const file = await Deno.makeTempFile();
    if (content !== undefined) await Deno.writeTextFile(file, content);
    const words = args.map((word) => word === "FILE" ? file : word);
    const shown = await whole(["show", ...words], { deno });
    await Deno.remove(file);
    assertEquals([shown.code, shown.stdout], [code, ""], shown.stderr);
    assertMatch(shown.stderr, stderr);
    assertEquals(shown.stderr.split("\n").length, 2);
  });
}

Deno.test("what waits to be understood is shown before a line that is no event", async () => {
  const file = await Deno.makeTempFile();
  const [header] = (await Deno.readTextFile(recording("spoilt.jsonl"))).split(
    "\n",
  );
  const banner = '{"ms":1,"from":"out","offset":0,"text":"hello\\n"}';
  await Deno.writeTextFile(file, `${header}\n${banner}\nx\n`);
  const { code, stdout } = await show("-t", "elapsed", file);
  await Deno.remove(file);
  assertEquals([code, stdout.split("\n")[1]], [125, "0.001000 <-  hello"]);
});

Deno.test("what stands before a line that is no event is shown first", async () => {
  const file = await Deno.makeTempFile();
  const text = await Deno.readTextFile(recording("spoilt.jsonl"));
  await Deno.writeTextFile(
    file,
    text.split("\n").toSpliced(3, 99, "x\n").join("\n"),
  );
  const { code, stdout, stderr } = await show("-t", "elapsed", file);
  await Deno.remove(file);
  assertEquals(code, 125);
  assertEquals(stdout.split("\n").slice(0, 3), SPOILT.slice(0, 3));
  assertMatch(
    stderr,
    /as line 4 must be a JSON object: current value is "x"\n$/,
  );
});

test("a reader of the lines that leaves is a success", async () => {
  const file = await Deno.makeTempFile();
  const [header] = (await Deno.readTextFile(recording("spoilt.jsonl"))).split(
    "\n",
  );
  const lines = Array.from({ length: 20_000 }, (_, n) => {
    return `{"ms":${n},"from":"out","offset":${7 * n},"text":"Spam 0\\n"}`;
  });
  await Deno.writeTextFile(file, `${header}\n${lines.join("\n")}\n`);
  for (const reader of ["head -1", "true"]) {
    const line = `main show ${file} | ${reader}; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await shell(line, { deno: READ });
    assertEquals([stdout.split("\n").at(-2), stderr], ["0", ""]);
  }
  await Deno.remove(file);
});

Deno.test({
  name: "a full disk is said in one sentence",
  ignore: !has("/dev/full"),
  async fn() {
    const line = `main show ${quote(recording("spoilt.jsonl"))} > /dev/full`;
    const { code, stderr } = await shell(line, { deno: READ });
    assertEquals(code, 125);
    assertMatch(
      stderr,
      /^basic-pipes: Cannot write to stdout: No space left .*\n$/,
    );
  },
});

/** A `show --follow` whose output is read as it comes. */
function follow(file: string) {
  const program = start(["show", "-F", "-t", "elapsed", file], { deno: READ });
  let stdout = "";
  let stderr = "";
  const read = async (
    from: ReadableStream<Uint8Array>,
    take: (text: string) => void,
  ) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      take(text);
    }
  };
  const all = Promise.all([
    read(program.stdout, (text) => stdout += text),
    read(program.stderr, (text) => stderr += text),
  ]);
  return {
    program,
    get lines() {
      return stdout.split("\n").slice(0, -1);
    },
    get stderr() {
      return stderr;
    },
    async ended(): Promise<Deno.CommandStatus> {
      await all;
      return await program.status;
    },
  };
}

Deno.test("a recording is followed from before its first byte to its last line", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/s.jsonl`;
  const text = await Deno.readTextFile(recording("spoilt.jsonl"));
  const followed = follow(file);
  assert(
    await until(() => followed.stderr.includes("waiting for"), WAIT_MS),
  );
  const append = async (from: number, to: number) => {
    const options = { append: true, create: true };
    await Deno.writeTextFile(file, text.slice(from, to), options);
  };
  // Within a line.
  const cut = 300;
  await append(0, cut);
  assert(await until(() => followed.lines.length === 2, WAIT_MS));
  assertEquals(followed.lines, SPOILT.slice(0, 2));
  await append(cut, text.length);
  const { code } = await followed.ended();
  assertEquals([code, followed.lines], [0, SPOILT]);
  assertMatch(
    followed.stderr,
    /^basic-pipes: waiting for the recording ".*"\n$/,
  );
  await Deno.remove(folder, { recursive: true });
});

test("Ctrl-C ends what follows a recording, and tells what is pending", async () => {
  const file = await Deno.makeTempFile();
  const text = await Deno.readTextFile(recording("spoilt.jsonl"));
  await Deno.writeTextFile(
    file,
    text.split("\n").slice(0, 5).join("\n") + "\n",
  );
  const followed = follow(file);
  assert(await until(() => followed.lines.length === 8, WAIT_MS));
  followed.program.kill("SIGINT");
  const { signal, code } = await followed.ended();
  assertEquals([signal, code], ["SIGINT", 130]);
  assertEquals(followed.lines, [
    ...SPOILT.slice(0, 8),
    '0.040000 ->  tools/call #"x" pending, no answer for 0 µs',
    "0.040000 ->  tools/list #3 pending, no answer for 0 µs",
  ]);
  assertEquals(followed.stderr, "");
  await Deno.remove(file);
});

Deno.test("a followed recording that becomes shorter is no longer followed", async () => {
  const file = await Deno.makeTempFile();
  const lines = (await Deno.readTextFile(recording("spoilt.jsonl"))).split(
    "\n",
  );
  await Deno.writeTextFile(file, lines.slice(0, 4).join("\n") + "\n");
  const followed = follow(file);
  assert(await until(() => followed.lines.length === 5, WAIT_MS));
  await Deno.truncate(file, 100);
  const { code } = await followed.ended();
  assertEquals(code, 125);
  assertMatch(
    followed.stderr,
    /^basic-pipes: Cannot follow the recording as it has become shorter: current value is 100 bytes, after \d+\n$/,
  );
  await Deno.remove(file);
});
