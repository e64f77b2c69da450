/** Recorded servers that answer a client again. */
import {
  type Child,
  contentLength,
  ManualClock,
  type RecordedEvent,
  type StandIn,
  standIn,
  type StandInOptions,
} from "../../mod.ts";
import { bytesOf, textOf } from "../support/pieces.ts";
import { seededRandom } from "../support/random.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "../support/std_assert.ts";

type Json = Record<string, unknown>;

/** A line of a session: `> ` to the server, `< ` from it, `! ` on stderr. */
type Written = readonly [
  ms: number,
  mark: ">" | "<" | "!",
  what: Json | Json[] | string,
];

const FROM = { ">": "in", "<": "out", "!": "err" } as const;

/** A message of JSON-RPC, or a line as it is. */
function textOfLine(what: Json | Json[] | string): string {
  if (typeof what === "string") return `${what}\n`;
  const message = Array.isArray(what)
    ? what.map((each) => ({ jsonrpc: "2.0", ...each }))
    : { jsonrpc: "2.0", ...what };
  return `${JSON.stringify(message)}\n`;
}

/** The events of a session in lines of JSON. */
function session(...written: readonly Written[]): RecordedEvent[] {
  const offsets = { in: 0, out: 0, err: 0 };
  return written.map(([ms, mark, what]) => {
    const from = FROM[mark];
    const bytes = new TextEncoder().encode(textOfLine(what));
    const offset = offsets[from];
    offsets[from] += bytes.length;
    return { kind: "piece", ms, from, offset, bytes };
  });
}

function ended(ms: number, code = 0): RecordedEvent {
  const status = { code, signal: null, reason: "exited" };
  return { kind: "status", ms, status, bytes: {} };
}

/** A client by hand: it writes lines and reads lines. */
class Client {
  readonly child: Child & StandIn;

  constructor(child: StandIn) {
    this.child = child as Child & StandIn;
  }

  async say(...all: readonly (Json | Json[] | string)[]): Promise<void> {
    for (const each of all) this.child.stdin.write(textOfLine(each));
    await this.child.stdin.flush();
  }

  /** The next line of the server: a message without its version, or a text. */
  async hear(): Promise<unknown> {
    const line = await this.child.stdout.readLine();
    if (line === null || !/^[[{]/.test(line)) return line;
    const { jsonrpc: _, ...message } = JSON.parse(line);
    return message;
  }

  async hearAll(count: number): Promise<unknown[]> {
    const all: unknown[] = [];
    while (all.length < count) all.push(await this.hear());
    return all;
  }
}

/** Runs a client against the stand-in of a session. */
async function withClient(
  written: readonly Written[] | readonly RecordedEvent[],
  use: (client: Client) => Promise<void>,
  options: StandInOptions = {},
): Promise<void> {
  const events = Array.isArray(written[0])
    ? session(...written as Written[])
    : written as readonly RecordedEvent[];
  await using child = await standIn(events, options);
  await use(new Client(child));
}

const HOVER = { method: "hover", params: { at: { line: 1, of: "a.ts" } } };

Deno.test("a request gets its recorded answer, with its own id", async () => {
  await withClient([
    [0, ">", { id: 7, ...HOVER }],
    [1, "<", { id: 7, result: { says: "const" } }],
  ], async (client) => {
    for (const id of [7, 1, "1", "a b", null, -0.5]) {
      await client.say({ id, ...HOVER });
      assertEquals(await client.hear(), { id, result: { says: "const" } });
    }
    await client.say({
      id: 2,
      method: "hover",
      params: { at: { of: "a.ts", line: 1 } },
    });
    assertEquals(await client.hear(), { id: 2, result: { says: "const" } });
    assertEquals(client.child.unknown, []);
  });
});

Deno.test("not a digit changes but the id: an answer is text, not a value", async () => {
  const answer =
    '{"jsonrpc":"2.0",  "result":{"id":1,"n":12345678901234567890,"f":1.0,"t":"\\u00e9 } \\" {"},"id" : 3}';
  await withClient([
    [0, ">", { id: 3, method: "n" }],
    [0, "<", answer],
  ], async (client) => {
    client.child.stdin.write(
      '{"jsonrpc":"2.0","id":98765432109876543210,"method":"n"}\n',
    );
    assertEquals(
      await client.child.stdout.readLine(),
      answer.replace('"id" : 3', '"id" : 98765432109876543210'),
    );
  });
});

Deno.test("an error is an answer", async () => {
  const error = { code: -32000, message: "no such file", data: { path: "x" } };
  await withClient([
    [0, ">", { id: 1, method: "open" }],
    [0, "<", { id: 1, error }],
  ], async (client) => {
    await client.say({ id: 5, method: "open" });
    assertEquals(await client.hear(), { id: 5, error });
  });
});

Deno.test("the same request is answered in the recorded order, and the last answer again", async () => {
  await withClient([
    [0, ">", { id: 1, method: "count" }],
    [0, "<", { id: 1, result: "one" }],
    [0, ">", { id: 2, method: "count" }],
    [0, "<", { id: 2, result: "two" }],
  ], async (client) => {
    for (const result of ["one", "two", "two", "two"]) {
      await client.say({ id: 0, method: "count" });
      assertEquals(await client.hear(), { id: 0, result });
    }
  });
});

Deno.test("requests that were sent together are answered each with its own", async () => {
  await withClient([
    [0, ">", { id: 1, method: "a" }],
    [0, ">", { id: 2, method: "b" }],
    [1, "<", { id: 2, result: "of b" }],
    [2, "<", { id: 1, result: "of a" }],
  ], async (client) => {
    await client.say({ id: 2, method: "a" }, { id: 1, method: "b" });
    assertEquals(await client.hearAll(2), [
      { id: 2, result: "of a" },
      { id: 1, result: "of b" },
    ]);
  });
});

const WITH_NOTES: readonly Written[] = [
  [0, "<", { method: "hello" }],
  [0, ">", { id: 1, method: "open" }],
  [0, "<", { method: "log", params: { text: "opening" } }],
  [0, "<", { id: 1, result: "open" }],
  [0, "<", { method: "log", params: { text: "is open" } }],
  [0, ">", { method: "changed" }],
  [0, "<", { method: "diagnostics" }],
  [0, ">", { id: 2, method: "read" }],
  [0, "<", { id: 2, result: "read" }],
];

Deno.test("notifications come where they came: first, before an answer, after it, after a notification", async () => {
  await withClient(WITH_NOTES, async (client) => {
    assertEquals(await client.hear(), { method: "hello" });
    await client.say({ id: 9, method: "open" });
    assertEquals(await client.hearAll(3), [
      { method: "log", params: { text: "opening" } },
      { id: 9, result: "open" },
      { method: "log", params: { text: "is open" } },
    ]);
    await client.say({ method: "changed" });
    assertEquals(await client.hear(), { method: "diagnostics" });
    await client.say({ id: 10, method: "read" });
    assertEquals(await client.hear(), { id: 10, result: "read" });
  });
});

Deno.test("a notification that the client leaves out is followed by nothing", async () => {
  await withClient(WITH_NOTES, async (client) => {
    assertEquals(await client.hear(), { method: "hello" });
    await client.say({ id: 10, method: "read" });
    assertEquals(await client.hear(), { id: 10, result: "read" });
  });
});

Deno.test("a notification before an answer comes before it, also if the client waits for that answer first", async () => {
  await withClient([
    [0, ">", { id: 1, method: "a" }],
    [0, ">", { id: 2, method: "b" }],
    [0, "<", { method: "note" }],
    [0, "<", { id: 1, result: "a" }],
    [0, "<", { id: 2, result: "b" }],
  ], async (client) => {
    await client.say({ id: 1, method: "a" });
    assertEquals(await client.hearAll(2), [
      { method: "note" },
      { id: 1, result: "a" },
    ]);
    await client.say({ id: 2, method: "b" });
    assertEquals(await client.hear(), { id: 2, result: "b" });
  });
});

Deno.test("the server asks back, waits for the answer, and goes on with it", async () => {
  const roots = { roots: [{ uri: "file:///" }] };
  await withClient([
    [0, ">", { id: 1, method: "tools/call", params: { name: "roots" } }],
    [0, "<", { id: 1, method: "roots/list" }],
    [5, ">", { id: 1, result: roots }],
    [5, "<", { method: "log", params: "got them" }],
    [5, "<", { id: 1, result: "one root" }],
  ], async (client) => {
    await client.say({
      id: 40,
      method: "tools/call",
      params: { name: "roots" },
    });
    assertEquals(await client.hear(), { id: 1, method: "roots/list" });
    // The client has an id 1 of its own meanwhile: another side, another id.
    await client.say({ id: 1, method: "nobody knows" });
    const { error } = await client.hear() as { error: Json };
    assertEquals(error.code, -32601);
    await client.say({ id: 1, result: { roots: [] } });
    assertEquals(await client.hearAll(2), [
      { method: "log", params: "got them" },
      { id: 40, result: "one root" },
    ]);
  });
});

Deno.test("the client may answer with an error", async () => {
  await withClient([
    [0, ">", { id: 1, method: "ask" }],
    [0, "<", { id: "s1", method: "sampling" }],
    [0, ">", { id: "s1", result: 1 }],
    [0, "<", { id: 1, result: "done" }],
  ], async (client) => {
    await client.say({ id: 2, method: "ask" });
    assertEquals(await client.hear(), { id: "s1", method: "sampling" });
    await client.say({ id: "s1", error: { code: -1, message: "no" } });
    assertEquals(await client.hear(), { id: 2, result: "done" });
  });
});

Deno.test("progress has the token of this client", async () => {
  const call = (token: unknown) => ({
    method: "tools/call",
    params: { name: "long", _meta: { progressToken: token } },
  });
  const progress = (token: unknown, n: number) => ({
    method: "notifications/progress",
    params: { progress: n, progressToken: token },
  });
  await withClient([
    [0, ">", { id: 3, ...call(3) }],
    [0, "<", progress(3, 1)],
    [0, "<", progress(3, 2)],
    [0, "<", { id: 3, result: "done" }],
    [0, ">", { id: 4, ...call(4) }],
    [0, "<", progress(4, 1)],
    [0, "<", { id: 4, result: "done again" }],
    [0, ">", { id: 5, method: "lsp", params: { workDoneToken: "w" } }],
    [0, "<", { method: "$/progress", params: { token: "w", value: 1 } }],
    [0, "<", { id: 5, result: "lsp" }],
  ], async (client) => {
    // The token of the second call now was that of the first one then.
    await client.say({ id: 8, ...call("3") });
    assertEquals(await client.hearAll(3), [
      progress("3", 1),
      progress("3", 2),
      { id: 8, result: "done" },
    ]);
    await client.say({ id: 9, ...call(3) });
    assertEquals(await client.hearAll(2), [
      progress(3, 1),
      { id: 9, result: "done again" },
    ]);
    await client.say({ id: 1, method: "lsp", params: { workDoneToken: "z" } });
    assertEquals(await client.hearAll(2), [
      { method: "$/progress", params: { token: "z", value: 1 } },
      { id: 1, result: "lsp" },
    ]);
  });
});

const SAME: {
  name: string;
  recorded: unknown;
  given: unknown;
  options?: StandInOptions;
  method?: string;
  isSame: boolean;
}[] = [
  { name: "none", recorded: undefined, given: undefined, isSame: true },
  {
    name: "none and an empty object",
    recorded: undefined,
    given: {},
    isSame: false,
  },
  {
    name: "keys in another order, deep",
    recorded: { a: [{ b: 1, c: 2 }] },
    given: { a: [{ c: 2, b: 1 }] },
    isSame: true,
  },
  {
    name: "a list in another order",
    recorded: [1, 2],
    given: [2, 1],
    isSame: false,
  },
  { name: '1 and "1"', recorded: { a: 1 }, given: { a: "1" }, isSame: false },
  {
    name: "a key more",
    recorded: { a: 1 },
    given: { a: 1, b: 2 },
    isSame: false,
  },
  {
    name: "a key more that is null",
    recorded: { a: 1 },
    given: { a: 1, b: null },
    isSame: false,
  },
  {
    name: "a progress token on one side",
    recorded: { a: 1, _meta: { progressToken: 1 } },
    given: { a: 1 },
    isSame: true,
  },
  {
    name: "a token that is an argument",
    recorded: { arguments: { workDoneToken: 1 } },
    given: { arguments: { workDoneToken: 2 } },
    isSame: false,
  },
  {
    name: "more than a token in _meta",
    recorded: { _meta: { progressToken: 1, trace: 5 } },
    given: { _meta: { progressToken: 2, trace: 6 } },
    isSame: false,
  },
  {
    name: "an ignored key",
    recorded: { a: { at: 1, b: 1 } },
    given: { a: { at: 2, b: 1 } },
    options: { ignore: ["at"] },
    isSame: true,
  },
  {
    name: "an ignored key on one side",
    recorded: { a: { b: 1 } },
    given: { a: { at: 2, b: 1 } },
    options: { ignore: ["at"] },
    isSame: true,
  },
  {
    name: "a redacted value",
    recorded: { token: "…", a: 1 },
    given: { token: "s3cret", a: 1 },
    isSame: true,
  },
  {
    name: "a redacted part of a text",
    recorded: { auth: "Bearer …!" },
    given: { auth: "Bearer x\ny!" },
    isSame: true,
  },
  {
    name: "another text around a redacted part",
    recorded: { auth: "Bearer …!" },
    given: { auth: "Basic x!" },
    isSame: false,
  },
  {
    name: "another value beside a redacted one",
    recorded: { token: "…", a: 1 },
    given: { token: "x", a: 2 },
    isSame: false,
  },
  {
    name: "another client of initialize",
    method: "initialize",
    recorded: { processId: 1, clientInfo: { version: "1" } },
    given: { processId: 2 },
    isSame: true,
  },
  {
    name: "a name that an object has",
    recorded: { toString: 1 },
    given: {},
    isSame: false,
  },
];

for (const { name, recorded, given, options, method = "m", isSame } of SAME) {
  Deno.test(`parameters are ${isSame ? "the same" : "others"}: ${name}`, async () => {
    await withClient([
      [0, ">", { id: 1, method, params: recorded }],
      [0, "<", { id: 1, result: "known" }],
    ], async (client) => {
      await client.say({ id: 2, method, params: given });
      const { result } = await client.hear() as Json;
      assertEquals(result === "known", isSame);
      assertEquals(client.child.unknown.length, isSame ? 0 : 1);
    }, options);
  });
}

const UNKNOWN: { name: string; asked: Json; code: number; message: string }[] =
  [
    {
      name: "another method",
      asked: { method: "tools/lists" },
      code: -32601,
      message:
        'Cannot answer "tools/lists" as the recording has no such request: the nearest is "tools/list"',
    },
    {
      name: "other parameters",
      asked: {
        method: "tools/call",
        params: { name: "add", arguments: { a: 2, b: 9 } },
      },
      code: -32602,
      message:
        'Cannot answer "tools/call" as the recording has it with other parameters: the nearest has params.arguments.b 3, current value is 9',
    },
    {
      name: "a parameter that is missing",
      asked: {
        method: "tools/call",
        params: { name: "add", arguments: { b: 3 } },
      },
      code: -32602,
      message:
        'Cannot answer "tools/call" as the recording has it with other parameters: the nearest has params.arguments.a 2, current value is none',
    },
    {
      name: "what had no answer",
      asked: { method: "cut" },
      code: -32602,
      message: 'Cannot answer "cut" as the recording has no answer to it',
    },
  ];

for (const { name, asked, code, message } of UNKNOWN) {
  Deno.test(`a request that the recording does not know gets the nearest one named: ${name}`, async () => {
    const heard: string[] = [];
    await withClient([
      [0, ">", { id: 1, method: "tools/list" }],
      [0, "<", { id: 1, result: [] }],
      [0, ">", {
        id: 2,
        method: "tools/call",
        params: { name: "sub", arguments: { a: 5, b: 3 } },
      }],
      [0, "<", { id: 2, result: 2 }],
      [0, ">", {
        id: 3,
        method: "tools/call",
        params: { name: "add", arguments: { a: 2, b: 3 } },
      }],
      [0, "<", { id: 3, result: 5 }],
      [0, ">", { id: 4, method: "cut" }],
    ], async (client) => {
      await client.say({ id: "x", ...asked });
      assertEquals(await client.hear(), { id: "x", error: { code, message } });
      assertEquals([heard, client.child.unknown], [[message], [message]]);
    }, { onUnknown: (sentence) => heard.push(sentence) });
  });
}

Deno.test("a request that was cancelled gets no answer again", async () => {
  await withClient([
    [0, ">", { id: 1, method: "slow" }],
    [0, ">", { method: "$/cancelRequest", params: { id: 1 } }],
    [0, ">", { id: 2, method: "fast" }],
    [0, "<", { id: 2, result: "fast" }],
  ], async (client) => {
    await client.say({ id: 1, method: "slow" }, { id: 2, method: "fast" });
    assertEquals(await client.hear(), { id: 2, result: "fast" });
    assertEquals(client.child.unknown, []);
  });
});

Deno.test("a batch is answered by a batch, when all of it is known", async () => {
  await withClient([
    [0, ">", [{ id: 1, method: "a" }, { method: "note" }, {
      id: 2,
      method: "b",
    }]],
    [0, "<", [{ id: 2, result: "b" }, { id: 1, result: "a" }]],
    [0, "<", { method: "noted" }],
    [0, ">", { id: 3, method: "c" }],
    [0, "<", { id: 3, result: "c" }],
  ], async (client) => {
    await client.say([{ id: 7, method: "a" }, { id: 8, method: "c" }, {
      id: "x",
      method: "d",
    }]);
    const answers = JSON.parse(
      (await client.child.stdout.readLine())!,
    ) as Json[];
    assertEquals(answers.map(({ id, result }) => [id, result]), [
      [7, "a"],
      [8, "c"],
      ["x", undefined],
    ]);
    // And what was asked in a batch is answered outside of one.
    await client.say({ id: 9, method: "b" });
    assertEquals(await client.hearAll(2), [{ id: 9, result: "b" }, {
      method: "noted",
    }]);
  });
});

Deno.test("stray prints and stderr come where they came", async () => {
  await withClient([
    [0, "!", "starting"],
    [0, ">", { id: 1, method: "a" }],
    [0, "<", "console.log of the server"],
    [0, "!", "warned"],
    [0, "<", { id: 1, result: 1 }],
  ], async (client) => {
    assertEquals(await client.child.stderr.readLine(), "starting");
    await client.say({ id: 2, method: "a" });
    assertEquals(await client.hearAll(2), [
      "console.log of the server",
      { id: 2, result: 1 },
    ]);
    assertEquals(await client.child.stderr.readLine(), "warned");
  });
});

Deno.test("what the client writes that is no message is told, and does no harm", async () => {
  const noise: string[] = [];
  await withClient([
    [0, ">", { id: 1, method: "a" }],
    [0, "<", { id: 1, result: 1 }],
  ], async (client) => {
    await client.say("print", '{"id": 1', { id: 2, method: "a" }, "17", "");
    assertEquals(await client.hear(), { id: 2, result: 1 });
    await client.child.stdin.close();
    assertEquals(await client.hear(), null);
    assertEquals(noise.filter((text) => text !== ""), [
      "print",
      '{"id": 1',
      "17",
    ]);
  }, { onNoise: (bytes) => noise.push(textOf(bytes)) });
});

Deno.test("a request that is nested deeper than a call can be gets an error, and the next one its answer", async () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  await withClient([
    [0, ">", { id: 1, method: "a", params: { n: 1 } }],
    [0, "<", { id: 1, result: 1 }],
  ], async (client) => {
    client.child.stdin.write(
      `{"jsonrpc":"2.0","id":7,"method":"a","params":{"n":${deep}}}\n`,
    );
    client.child.stdin.write(
      `{"jsonrpc":"2.0","method":"note","params":{"n":${deep}}}\n`,
    );
    await client.say({ id: 8, method: "a", params: { n: 1 } });
    const { error } = await client.hear() as { error: Json };
    assertEquals(
      error.message,
      'Cannot answer "a" as the recording has it with other parameters: current value is nested too deep to be shown',
    );
    assertEquals(await client.hear(), { id: 8, result: 1 });
  });
});

Deno.test("frames with a header keep their other headers, and the length is right", async () => {
  const frame = (text: string, more = "") =>
    `Content-Length: ${text.length}\r\n${more}\r\n${text}`;
  const events: RecordedEvent[] = [
    {
      kind: "piece",
      ms: 0,
      from: "in",
      offset: 0,
      bytes: bytesOf(frame('{"jsonrpc":"2.0","id":1,"method":"a"}')),
    },
    {
      kind: "piece",
      ms: 0,
      from: "out",
      offset: 0,
      bytes: bytesOf(
        frame(
          '{"jsonrpc":"2.0","id":1,"result":"x"}',
          "Content-Type: utf8\r\n",
        ),
      ),
    },
  ];
  await using child = await standIn(events);
  child.stdin.write(frame('{"jsonrpc":"2.0","id":"long id","method":"a"}'));
  child.stdin.write(frame('{"jsonrpc":"2.0","id":2,"method":"b"}'));
  const answer = '{"jsonrpc":"2.0","id":"long id","result":"x"}';
  const wanted = frame(answer, "Content-Type: utf8\r\n");
  assertEquals(
    textOf((await child.stdout.readExactly(wanted.length))!),
    wanted,
  );
  const error = await child.stdout.readFrame(contentLength());
  assertEquals(JSON.parse(textOf(error!)).error.code, -32601);
});

const WITHOUT: {
  name: string;
  written: Written[];
  said: string[];
  heard: string[];
}[] = [
  {
    name: "an answer each",
    written: [[0, ">", "1+1"], [0, "<", "2"], [0, ">", "2+2"], [0, "<", "4"]],
    said: ["1+1", "2+2"],
    heard: ["2", "4"],
  },
  {
    name: "an answer each, though the recorded client did not wait",
    written: [[0, ">", "1+1"], [0, ">", "2+2"], [0, "<", "2"], [0, "<", "4"]],
    said: ["1+1"],
    heard: ["2"],
  },
  {
    name: "several lines each, and one before",
    written: [
      [0, "<", "welcome"],
      [0, ">", "a"],
      [0, "<", "1"],
      [0, "<", "2"],
      [0, ">", "b"],
      [0, "<", "3"],
    ],
    said: ["other words", "b"],
    heard: ["welcome", "1", "2", "3"],
  },
  {
    name: "JSON that is not JSON-RPC",
    written: [[0, ">", '{"seq":1,"type":"request"}'], [0, "<", '{"seq":9}'], [
      0,
      ">",
      '{"seq":2}',
    ], [0, "<", '{"seq":10}']],
    said: ['{"seq":1,"type":"request"}', '{"seq":2}'],
    heard: ['{"seq":9}', '{"seq":10}'],
  },
];

for (const { name, written, said, heard } of WITHOUT) {
  Deno.test(`without JSON-RPC messages are answered in their order: ${name}`, async () => {
    await using child = await standIn(session(...written));
    for (const line of said) await child.stdin.write(`${line}\n`);
    const got: (string | null)[] = [];
    while (got.length < heard.length) got.push(await child.stdout.readLine());
    assertEquals(got, heard);
    assertEquals(child.unknown, []);
  });
}

Deno.test("a prompt comes before its line is written, though no line ends with it", async () => {
  const piece = (
    ms: number,
    from: "in" | "out",
    text: string,
  ): RecordedEvent => ({
    kind: "piece",
    ms,
    from,
    offset: 0,
    bytes: bytesOf(text),
  });
  await using child = await standIn([
    piece(0, "out", "> "),
    piece(5, "in", "1+1\n"),
    piece(6, "out", "2\n> "),
    piece(9, "in", "2+2\n"),
    piece(9, "out", "4"),
    piece(10, "out", "\n> "),
  ]);
  const hear = async (text: string) => {
    const heard = await child.stdout.readExactly(text.length);
    assertEquals(textOf(heard!), text);
  };
  await hear("> ");
  await child.stdin.write("1+1\n");
  await hear("2\n> ");
  await child.stdin.write("2+2\n");
  await hear("4\n> ");
});

Deno.test("a filter that writes at its end does so again", async () => {
  const events = session([0, ">", "b"], [0, ">", "a"]);
  events.push({ kind: "end", ms: 0, from: "in" });
  events.push(
    ...session([1, "<", "a"], [1, "<", "b"], [1, "<", "2 lines"]),
    ended(2),
  );
  await using child = await standIn(events);
  await child.stdin.write("b\na\n");
  await child.stdin.close();
  assertEquals(await child.stdout.text(), "a\nb\n2 lines\n");
  assertEquals((await child.check()).code, 0);
});

Deno.test("a message more than the recording has is told", async () => {
  await using child = await standIn(session([0, ">", "a"], [0, "<", "A"]));
  await child.stdin.write("a\nb\n");
  await child.stdin.close();
  assertEquals(await child.stdout.text(), "A\n");
  assertEquals(child.unknown, [
    'Cannot answer message 2 as the recording has 1: current value is "b"',
  ]);
});

Deno.test("of many unknown messages the first 100 are kept, and all are counted and told", async () => {
  let told = 0;
  await using child = await standIn(session([0, ">", "a"], [0, "<", "A"]), {
    onUnknown: () => told++,
  });
  await child.stdin.write("a\n".repeat(251));
  await child.stdin.close();
  assertEquals(await child.stdout.text(), "A\n");
  const { unknown, unknownCount } = child;
  assertEquals([unknown.length, unknownCount, told], [100, 250, 250]);
  assertMatch(unknown[99]!, /^Cannot answer message 101 /);
});

Deno.test("answers are as late as they were, and the speed divides that", async () => {
  const written: Written[] = [
    [100, ">", { id: 1, method: "a" }],
    [130, "<", { method: "note" }],
    [180, "<", { id: 1, result: 1 }],
  ];
  for (
    const [speed, moments] of [[1, [30, 80]], [2, [15, 40]], [Infinity, [
      0,
      0,
    ]]] as const
  ) {
    const clock = new ManualClock();
    await using child = await standIn(session(...written), { clock, speed });
    await clock.advance(1000);
    await child.stdin.write(textOfLine({ id: 1, method: "a" }));
    await child.stdin.flush();
    const got: number[] = [];
    const reading = (async () => {
      while (got.length < 2) {
        await child.stdout.readLine();
        got.push(clock.now() - 1000);
      }
    })();
    for (let ms = 0; ms < 100; ms++) await clock.advance(1);
    await reading;
    assertEquals(got, [...moments]);
  }
});

Deno.test("what was asked before stdin closed is answered before the end", async () => {
  const clock = new ManualClock();
  const events = session(
    [0, ">", { id: 1, method: "a" }],
    [50, "<", { id: 1, result: 1 }],
  );
  events.push({ kind: "end", ms: 60, from: "in" }, ended(70, 4));
  await using child = await standIn(events, { clock, speed: 1 });
  await child.stdin.write(textOfLine({ id: 1, method: "a" }));
  await child.stdin.close();
  let endMs = -1;
  child.status.then(() => endMs = clock.now());
  for (let ms = 0; ms < 200; ms++) await clock.advance(1);
  assertEquals(
    await child.stdout.readLine(),
    '{"jsonrpc":"2.0","id":1,"result":1}',
  );
  assertEquals(await child.stdout.readLine(), null);
  assertEquals([(await child.status).code, endMs], [4, 50]);
});

Deno.test("the end does not wait for what nobody asked for: an hour of notifications", async () => {
  const clock = new ManualClock();
  const events = session(
    [0, ">", { id: 1, method: "a" }],
    [1, "<", { id: 1, result: 1 }],
    [3_600_000, "<", { method: "tick" }],
  );
  events.push(
    { kind: "end", ms: 3_600_001, from: "in" },
    ...session([3_600_002, "<", { method: "bye" }]),
    ended(3_600_003),
  );
  await using child = await standIn(events, { clock, speed: 1 });
  await child.stdin.write(textOfLine({ id: 1, method: "a" }));
  await child.stdin.close();
  await clock.advance(100);
  assertEquals(child.hasExited, true);
  const lines = (await child.stdout.text()).split("\n");
  assertEquals(lines.map((line) => line && JSON.parse(line).method), [
    undefined,
    "bye",
    "",
  ]);
});

const ENDS: {
  name: string;
  events: RecordedEvent[];
  said: Json[];
  code: number;
}[] = [
  {
    name: "after exit, as a language server",
    events: [
      ...session([0, ">", { id: 1, method: "shutdown" }], [0, "<", {
        id: 1,
        result: null,
      }], [0, ">", { method: "exit" }]),
      ended(1, 5),
    ],
    said: [{ id: 1, method: "shutdown" }, { method: "exit" }],
    code: 5,
  },
  {
    name: "after exit, though the recording does not say how it ended",
    events: session([0, ">", { id: 1, method: "a" }], [0, "<", {
      id: 1,
      result: null,
    }]),
    said: [{ method: "exit" }],
    code: 0,
  },
  {
    name: "by a crash in the middle of a request",
    events: [...session([0, ">", { id: 1, method: "crash" }]), {
      kind: "status",
      ms: 1,
      status: { code: null, signal: "SIGSEGV", reason: "signaled" },
      bytes: {},
    }],
    said: [{ id: 1, method: "crash" }],
    code: 139,
  },
];

for (const { name, events, said, code } of ENDS) {
  Deno.test(`a server that ended by itself does so again: ${name}`, async () => {
    await using child = await standIn(events);
    for (const each of said) await child.stdin.write(textOfLine(each));
    assertEquals((await child.status).code, code);
  });
}

Deno.test("a server that was made to end waits for the end of its stdin", async () => {
  const events = [
    ...session([0, ">", { method: "initialized" }]),
    {
      kind: "status",
      ms: 1,
      status: { code: null, signal: "SIGTERM", reason: "signaled" },
      bytes: {},
    } as const,
  ];
  await using child = await standIn(events);
  const client = new Client(child);
  await client.say({ method: "initialized" }, { id: 1, method: "later" });
  assertEquals((await client.hear() as Json).id, 1);
  assertEquals(child.hasExited, false);
  await child.stdin.close();
  assertEquals((await child.status).signal, "SIGTERM");
});

Deno.test("a client that does not read is not read, and loses nothing", async () => {
  const large = "x".repeat(50_000);
  await using child = await standIn(session(
    [0, ">", { id: 1, method: "a" }],
    [0, "<", { id: 1, result: large }],
  ));
  let written = 0;
  const writing = (async () => {
    for (let id = 0; id < 50; id++) {
      await child.stdin.write(
        textOfLine({ id, method: "a", pad: "y".repeat(20_000) }),
      );
      await child.stdin.flush();
      written++;
    }
  })();
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert(written < 10, `${written} requests were taken`);
  for (let id = 0; id < 50; id++) {
    const line = await child.stdout.readLine({ maxBytes: 100_000 });
    assertEquals(JSON.parse(line!).id, id);
  }
  await writing;
});

Deno.test("a recording with a gap answers what is whole, and says what is not", async () => {
  const events = session([0, ">", { id: 1, method: "a" }], [0, "<", {
    id: 1,
    result: "a",
  }], [0, ">", { id: 2, method: "b" }]);
  events.push({
    kind: "gap",
    ms: 1,
    from: "out",
    bytes: 50,
    why: "the disk was full",
  });
  await withClient(events, async (client) => {
    await client.say({ id: 5, method: "a" }, { id: 6, method: "b" });
    assertEquals(await client.hear(), { id: 5, result: "a" });
    const { error } = await client.hear() as { error: Json };
    assertEquals(
      error.message,
      'Cannot answer "b" as the recording has no answer to it',
    );
  });
});

Deno.test("a recording of nothing knows nothing, and does not hang", async () => {
  await withClient([], async (client) => {
    await client.say({ id: 1, method: "a" });
    await client.child.stdin.close();
    assertEquals((await client.child.status).code, 0);
  });
});

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`a client that does as it did gets what it got, however its bytes are cut: seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const pick = (n: number) => Math.floor(random() * n);
    const written: Written[] = [];
    const answers: string[] = [];
    for (let id = 1; id <= 60; id++) {
      const request = {
        id,
        method: `m${pick(4)}`,
        params: { n: pick(3), t: 'é\u2028"'.repeat(pick(9)) },
      };
      written.push([id, ">", request]);
      for (let n = pick(3); n > 0; n--) {
        const note = { method: "note", params: { n: random() } };
        written.push([id, "<", note]);
        answers.push(textOfLine(note));
      }
      const answer = {
        id,
        ...(pick(5) === 0
          ? { error: { code: pick(9), message: "é" } }
          : { result: random() }),
      };
      written.push([id, "<", answer]);
      answers.push(textOfLine(answer));
    }
    await using child = await standIn(session(...written));
    const all = new TextEncoder().encode(
      written.filter(([, mark]) => mark === ">").map(([, , what]) =>
        textOfLine(what)
      ).join(""),
    );
    const text = child.stdout.text({ maxBytes: 1_000_000 });
    for (let at = 0; at < all.length;) {
      const size = 1 + pick(2) * pick(500);
      await child.stdin.write(all.slice(at, at + size));
      if (pick(3) === 0) await child.stdin.flush();
      at += size;
    }
    await child.stdin.close();
    assertEquals(await text, answers.join(""));
    assertEquals(child.unknown, []);
  });
}

/** A session in which all that can be under way at once is under way at once. */
function tangled(random: () => number): Written[] {
  const pick = (n: number) => Math.floor(random() * n);
  const written: Written[] = [];
  const asked: number[] = [];
  const askedBack: number[] = [];
  for (let n = 1; n <= 80 || asked.length + askedBack.length > 0; n++) {
    const kind = n <= 80 ? pick(6) : 4 + pick(2);
    const params = { n: pick(3) };
    const take = (all: number[]) => all.splice(pick(all.length), 1)[0];
    if (kind === 0) {
      asked.push(n);
      written.push([n, ">", { id: n, method: `m${pick(3)}`, params }]);
    } else if (kind === 1) {
      written.push([n, ">", { method: `note${pick(3)}`, params: { n } }]);
    } else if (kind === 2) {
      written.push([n, "<", { method: "told", params: { n } }]);
    } else if (kind === 3) {
      askedBack.push(n);
      written.push([n, "<", { id: n, method: "ask", params: { n } }]);
    } else if (kind === 4 && asked.length > 0) {
      written.push([n, "<", { id: take(asked), result: n }]);
    } else if (kind === 5 && askedBack.length > 0) {
      written.push([n, ">", { id: take(askedBack), result: n }]);
    }
  }
  return written;
}

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`a client that waits for what it had heard never waits in vain, and hears all of it once: seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const written = tangled(random);
    await withClient(written, async (client) => {
      const heard: string[] = [];
      const hear = async (count: number) => {
        while (heard.length < count) {
          heard.push(JSON.stringify(await client.hear()));
        }
      };
      let before = 0;
      for (const [, mark, what] of written) {
        if (mark === "<") before++;
        else {
          // Sometimes it does not wait.
          if (random() < 0.7) await hear(before);
          await client.say(what as Json);
        }
      }
      await hear(before);
      const said = written.filter(([, mark]) => mark === "<")
        .map(([, , what]) => JSON.stringify(what));
      assertEquals(heard.toSorted(), said.toSorted());
      // What came between a request and its answer does so again.
      for (const [at, [, mark, what]] of written.entries()) {
        const answer = what as Json;
        if (mark !== "<" || answer.method !== undefined) continue;
        const place = heard.indexOf(JSON.stringify(answer));
        const from = written.findIndex(([, way, asked]) =>
          way === ">" && (asked as Json).method !== undefined &&
          (asked as Json).id === answer.id
        );
        for (const [, way, between] of written.slice(from, at)) {
          if (way !== "<" || (between as Json).method === undefined) continue;
          assert(heard.indexOf(JSON.stringify(between)) < place);
        }
      }
      await client.child.stdin.close();
      assertEquals(await client.hear(), null);
      assertEquals(client.child.unknown, []);
    });
  });
}

const REFUSALS = [
  {
    options: { speed: -1 },
    refused:
      "Cannot stand in for a recorded server as speed must be more than 0: current value is -1",
  },
  {
    options: { frame: "slice" },
    refused:
      'Cannot stand in for a recorded server as frame must be one of "auto", "lines", "nul", "json", "length", "connection", "header": current value is "slice"',
  },
  {
    options: { ignore: "a" },
    refused:
      'Cannot stand in for a recorded server as ignore must be a list: current value is "a"',
  },
  {
    options: { strict: true },
    refused:
      'Cannot stand in for a recorded server as its options are clock, speed, ignore, frame, maxFrameBytes, onUnknown, onNoise: current value is "strict"',
  },
];

for (const { options, refused } of REFUSALS) {
  Deno.test(`standIn refuses ${JSON.stringify(options)}`, async () => {
    const error = await assertRejects(
      () => standIn([], options as StandInOptions),
      Error,
    );
    assertEquals(error.message, refused);
  });
}
