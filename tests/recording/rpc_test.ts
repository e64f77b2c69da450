import { assert, assertEquals } from "../support/std_assert.ts";
import { scansOf } from "../support/scans.ts";
import {
  analyse,
  type RecordedEvent,
  type RecordedStream,
  type RpcMessage,
  type SessionItem,
} from "../../src/recording/mod.ts";

type Sent = readonly [ms: number, from: RecordedStream, json: unknown];

const encoder = new TextEncoder();

function eventsOf(sent: readonly Sent[]): RecordedEvent[] {
  const offsets = { in: 0, out: 0, err: 0 };
  return sent.map(([ms, from, json]) => {
    const bytes = encoder.encode(`${JSON.stringify(json)}\n`);
    const offset = offsets[from];
    offsets[from] += bytes.length;
    return { kind: "piece", ms, from, offset, bytes };
  });
}

/** What is said of a message of JSON-RPC, without what most do not have. */
function said(rpc: RpcMessage): string {
  const { kind, method, id, durationMs, requestIndex, about, entries } = rpc;
  const words = [kind, method];
  if (id !== undefined) words.push(JSON.stringify(id));
  if (durationMs !== null) words.push(`${durationMs} ms`);
  if (requestIndex !== null) words.push(`of ${requestIndex}`);
  if (about !== null) words.push(about);
  if (rpc.isDuplicate) words.push("duplicate");
  if (rpc.isCancelled) words.push("cancelled");
  if (entries.length > 0) words.push(`[${entries.map(said).join(", ")}]`);
  return words.join(" ");
}

function shown(item: SessionItem): string {
  switch (item.kind) {
    case "message":
      return item.rpc === null ? "message" : said(item.rpc);
    case "noise":
      return `noise ${item.reason}`;
    case "pending":
      return [
        `pending ${item.method} ${JSON.stringify(item.id)}`,
        `${item.durationMs} ms of ${item.requestIndex}`,
        ...item.isCancelled ? ["cancelled"] : [],
        ...item.isForgotten ? ["forgotten"] : [],
      ].join(" ");
  }
  return item.kind;
}

function request(id: unknown, method = "m", params?: unknown) {
  return { jsonrpc: "2.0", id, method, params };
}

function answer(id: unknown, result: unknown = null) {
  return { jsonrpc: "2.0", id, result };
}

function failure(id: unknown) {
  return { jsonrpc: "2.0", id, error: { code: -32601, message: "no" } };
}

function note(method: string, params?: unknown) {
  return { jsonrpc: "2.0", method, params };
}

const PAIRS: readonly {
  readonly title: string;
  readonly sent: readonly Sent[];
  readonly maxPending?: number;
  readonly items: readonly string[];
}[] = [
  {
    title: "an answer belongs to its request, also out of order",
    sent: [
      [1, "in", request(1, "a")],
      [2, "in", request(2, "b")],
      [3, "out", answer(2)],
      [5, "out", failure(1)],
    ],
    items: [
      "request a 1",
      "request b 2",
      "answer b 2 1 ms of 1",
      "error a 1 4 ms of 0",
    ],
  },
  {
    title: "each side counts its own ids",
    sent: [
      [1, "in", request(1, "a")],
      [2, "out", request(1, "b")],
      [3, "in", answer(1)],
      [4, "out", answer(1)],
    ],
    items: [
      "request a 1",
      "request b 1",
      "answer b 1 1 ms of 1",
      "answer a 1 3 ms of 0",
    ],
  },
  {
    title: 'the id 1 is not "1", and null is one as well',
    sent: [
      [1, "in", request(1)],
      [2, "out", answer("1")],
      [3, "in", request(null)],
      [4, "out", answer(null)],
      [5, "out", answer(1.0)],
    ],
    items: [
      "request m 1",
      'answer  "1"',
      "request m null",
      "answer m null 1 ms of 2",
      "answer m 1 4 ms of 0",
    ],
  },
  {
    title: "of two requests with one id the first is answered first",
    sent: [
      [1, "in", request(1, "a")],
      [2, "in", request(1, "b")],
      [3, "out", answer(1)],
      [4, "out", answer(1)],
      [5, "out", answer(1)],
    ],
    items: [
      "request a 1",
      "request b 1 duplicate",
      "answer a 1 2 ms of 0",
      "answer b 1 2 ms of 1",
      "answer  1",
    ],
  },
  {
    title: "a cancellation is known, of LSP and of MCP",
    sent: [
      [1, "in", request(1)],
      [2, "in", note("$/cancelRequest", { id: 1 })],
      [3, "out", failure(1)],
      [4, "in", request("x")],
      [5, "in", note("notifications/cancelled", { requestId: "x" })],
      [6, "in", note("$/cancelRequest", { id: 7 })],
      [7, "out", note("$/cancelRequest", { id: "x" })],
    ],
    items: [
      "request m 1",
      "notification $/cancelRequest of 0 cancel",
      "error m 1 2 ms of 0 cancelled",
      'request m "x"',
      "notification notifications/cancelled of 3 cancel",
      "notification $/cancelRequest cancel",
      "notification $/cancelRequest cancel",
      'pending m "x" 3 ms of 3 cancelled',
    ],
  },
  {
    title: "progress belongs to the request that gave its token",
    sent: [
      [1, "in", request(1, "a", { workDoneToken: 5, partialResultToken: "p" })],
      [2, "in", request(2, "b", { _meta: { progressToken: 6 } })],
      [3, "out", note("$/progress", { token: 5, value: {} })],
      [4, "out", note("$/progress", { token: "p", value: {} })],
      [5, "out", note("notifications/progress", { progressToken: 6 })],
      [6, "out", note("$/progress", { token: "5" })],
      [7, "in", note("$/progress", { token: 5 })],
      [8, "out", answer(1)],
      [9, "out", answer(2)],
      [9, "out", note("$/progress", { token: 5 })],
    ],
    items: [
      "request a 1",
      "request b 2",
      "notification $/progress of 0 progress",
      "notification $/progress of 0 progress",
      "notification notifications/progress of 1 progress",
      "notification $/progress progress",
      "notification $/progress progress",
      "answer a 1 7 ms of 0",
      "answer b 2 7 ms of 1",
      "notification $/progress progress",
    ],
  },
  {
    title: "the entries of a batch are paired each by itself",
    sent: [
      [1, "in", [request(1, "a"), note("n"), request(2, "b")]],
      [2, "out", answer(2)],
      [3, "out", [answer(1), 5]],
      [4, "out", [5]],
      [5, "out", []],
    ],
    items: [
      "batch  [request a 1, notification n, request b 2]",
      "answer b 2 1 ms of 0",
      "batch  [answer a 1 2 ms of 0]",
      "noise rpc",
      "noise rpc",
    ],
  },
  {
    title: "what only resembles JSON-RPC is noise in its session",
    sent: [
      [1, "in", request(1)],
      [2, "out", { id: 1, result: 0 }],
      [3, "out", { method: "GET", path: "/" }],
      [4, "out", { jsonrpc: "2.0", id: 1 }],
      [5, "out", { jsonrpc: "2.0", id: {}, result: 0 }],
      [6, "out", { jsonrpc: "2.0", id: {}, method: "m" }],
      [7, "out", { jsonrpc: "2.0", method: 5, id: 1, result: 0 }],
      [8, "out", null],
      [9, "out", { jsonrpc: "2.0", id: 1, result: 0, error: null }],
    ],
    items: [
      "request m 1",
      ...Array(7).fill("noise rpc"),
      "answer m 1 8 ms of 0",
    ],
  },
  {
    title: "a protocol without the version is read where nothing has it",
    sent: [
      [1, "out", { level: "info" }],
      [2, "in", { id: 1, method: "Target.getTargets", sessionId: "s" }],
      [3, "out", { id: 1, result: {}, sessionId: "s" }],
      [4, "out", { method: "GET", path: "/" }],
    ],
    items: [
      "message",
      "request Target.getTargets 1",
      "answer Target.getTargets 1 1 ms of 1",
      "message",
    ],
  },
  {
    title: "above the bound the oldest request is told and forgotten",
    sent: [
      [1, "in", request(1, "a")],
      [2, "in", request(2, "b")],
      [4, "in", request(3, "c")],
      [5, "out", answer(1)],
      [6, "out", answer(3)],
    ],
    maxPending: 2,
    items: [
      "request a 1",
      "request b 2",
      "request c 3",
      "pending a 1 3 ms of 0 forgotten",
      "answer  1",
      "answer c 3 2 ms of 2",
      "pending b 2 4 ms of 1",
    ],
  },
];

for (const { title, sent, maxPending, items } of PAIRS) {
  Deno.test(`JSON-RPC in a session: ${title}`, async () => {
    const session = analyse(eventsOf(sent), { maxPending });
    const given = (await Array.fromAsync(session)).map(shown);
    assertEquals(given, items);
  });
}

Deno.test("requests with huge ids are forgotten before they fill the memory", async () => {
  const session = analyse(eventsOf([
    [1, "in", request("x".repeat(3_000_000), "a")],
    [2, "in", request("y".repeat(3_000_000), "b")],
    [3, "in", request("z".repeat(5_000_000), "c")],
  ]));
  const pending: string[] = [];
  for await (const item of session) {
    if (item.kind === "pending") pending.push(`${item.method} ${item.index}`);
  }
  assertEquals(pending, ["a 2", "b 4", "c 5"]);
});

for (
  const { title, sent } of [
    {
      title: "that are forgotten",
      sent: Array.from(
        { length: 2_000 },
        (_, at): Sent => [at, "in", request(at)],
      ),
    },
    {
      title: "with one id",
      sent: Array.from(
        { length: 2_000 },
        (_, at): Sent => [
          at,
          at < 1_000 ? "in" : "out",
          at < 1_000 ? request(1) : answer(1),
        ],
      ),
    },
  ]
) {
  Deno.test(`requests ${title} are not gone through for each message`, async () => {
    const events = eventsOf(sent);
    const scans = await scansOf(() =>
      Array.fromAsync(analyse(events, { maxPending: 1_000 }))
    );
    assert(scans <= 10, `${scans} scans of ${sent.length} messages`);
  });
}

Deno.test("a number that is not finite is no id", async () => {
  const text = [
    '{"jsonrpc":"2.0","id":null,"method":"a"}',
    '{"jsonrpc":"2.0","id":1e400,"method":"b"}',
    '{"jsonrpc":"2.0","id":-1e400,"result":1}',
  ].map((line) => `${line}\n`).join("");
  const bytes = encoder.encode(text);
  const items = await Array.fromAsync(
    analyse([{ kind: "piece", ms: 1, from: "in", offset: 0, bytes }]),
  );
  assertEquals(items.map(shown), [
    "request a null",
    "noise rpc",
    "noise rpc",
    "pending a null 0 ms of 0",
  ]);
});

Deno.test("the counts of a session are those of its items", async () => {
  const session = analyse(eventsOf([
    [1, "in", request(1, "a")],
    [2, "in", [request(2, "b"), note("n")]],
    [3, "in", request(2, "c")],
    [4, "in", note("$/cancelRequest", { id: 2 })],
    [5, "out", answer(1)],
    [6, "out", failure(2)],
    [7, "out", answer(9)],
    [8, "out", "print"],
    [9, "err", "warning"],
  ]));
  await Array.fromAsync(session);
  const { streams, ...counts } = session.totals;
  assertEquals(counts, {
    ms: 9,
    items: 10,
    requests: 3,
    answered: 2,
    errors: 1,
    notifications: 2,
    unasked: 1,
    duplicates: 1,
    cancelled: 1,
    pending: 1,
    slowest: { index: 4, from: "out", method: "a", id: 1, durationMs: 4 },
    status: null,
  });
  assertEquals(streams.out, {
    bytes: 150,
    pieces: 4,
    messages: 3,
    lines: 0,
    noise: 1,
    broken: 0,
    gaps: 0,
    missingBytes: 0,
    hasEnded: false,
  });
});
