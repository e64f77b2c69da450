import {
  channelOf,
  DisconnectedError,
  jsonHeader,
  jsonLines,
  NoiseError,
  RequestError,
  spawn,
} from "../../mod.ts";
import { channelFrom, channelPair } from "../support/channels.ts";
import { fixture, needs, testNeeding, until } from "../support/processes.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "../support/std_assert.ts";

const test = testNeeding("sh", "cat");

const PYTHON = needs("python3");

function adder() {
  return spawn("python3", [fixture("adds.py")], { stdin: "piped" });
}

Deno.test(
  "256 requests at once to Python are each answered",
  PYTHON,
  async () => {
    await using child = adder();
    const channel = channelOf(child, jsonLines());
    const sums = await Promise.all(
      Array.from({ length: 256 }, (_, n) => channel.request("add", [n, 1])),
    );
    assertEquals(sums, Array.from({ length: 256 }, (_, n) => n + 1));
  },
);

Deno.test("answers come in any order", PYTHON, async () => {
  await using child = adder();
  const channel = channelOf(child, jsonLines());
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  await Promise.all([
    channel.request("wait").then(note("first")),
    channel.request("wait").then(note("second")),
    channel.request("release").then(note("release")),
  ]);
  assertEquals(order, ["second", "first", "release"]);
});

Deno.test(
  "when the child dies, each pending request rejects with its status and the tail of its stderr",
  PYTHON,
  async () => {
    await using child = adder();
    const channel = channelOf(child, jsonLines());
    const waiting = channel.request("wait");
    const errors = await Promise.all(
      [waiting, channel.request("die")].map((each) =>
        assertRejects(() => each, DisconnectedError)
      ),
    );
    for (const error of errors) {
      assertEquals(error.status?.code, 7);
      assertEquals(error.status?.stderrTail, "Traceback: it broke\n");
    }
    assertEquals(
      errors[0]!.message,
      `Cannot get the answer to "wait" as the other side has ended: "python3 ${
        fixture("adds.py")
      }" ended with code 7: Traceback: it broke`,
    );
    const late = await assertRejects(
      () => channel.request("add", [1]),
      DisconnectedError,
    );
    assertEquals(late.status?.code, 7);
    const sent = await assertRejects(async () => {
      for (;;) {
        await channel.send({ n: 1 });
        await channel.flush();
      }
    }, DisconnectedError);
    assertEquals(sent.status?.code, 7);
  },
);

Deno.test(
  "a stray print between answers is noise, and they all come",
  PYTHON,
  async () => {
    await using child = adder();
    const heard: string[] = [];
    const onNoise = (line: string) => heard.push(line);
    const channel = channelOf(child, jsonLines(), { onNoise });
    assertEquals(await channel.request("print"), null);
    assertEquals(await channel.request("add", [1, 2]), 3);
    assertEquals(heard, ["a stray print"]);
  },
);

Deno.test(
  "without onNoise a stray print ends the requests with an error that quotes it",
  PYTHON,
  async () => {
    await using child = adder();
    const channel = channelOf(child, jsonLines());
    const error = await assertRejects(
      () => channel.request("print"),
      NoiseError,
    );
    assertEquals(error.noise, "a stray print");
  },
);

Deno.test(
  "a request that is given up tells the other side by $/cancelRequest",
  PYTHON,
  async () => {
    await using child = adder();
    const channel = channelOf(child, jsonLines());
    const cancelled: unknown[] = [];
    channel.serve({ cancelled: (params) => void cancelled.push(params) });
    const late = () => channel.request("wait", undefined, { timeoutMs: 10 });
    const error = await assertRejects(
      late,
      DOMException,
      "timeoutMs has passed",
    );
    assertEquals(error.name, "TimeoutError");
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = channel.request("wait", [], { signal });
    controller.abort(new Error("no more"));
    await assertRejects(() => aborted, Error, "no more");
    assert(await until(() => cancelled.length === 2));
    assertEquals(cancelled, [{ id: 1 }, { id: 2 }]);
    // Its late answers are nobody's, and no noise.
    assertEquals(await channel.request("release"), null);
  },
);

Deno.test("a cancel reaches the signal of the handler, and progress the request", async () => {
  const [client, server] = channelPair(jsonHeader());
  const reasons: unknown[] = [];
  server.serve({
    async work(_params, { signal, progress }) {
      await progress("begun");
      await new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          resolve(undefined);
        })
      );
      throw new Error("stopped");
    },
  });
  const seen = Promise.withResolvers<unknown>();
  const controller = new AbortController();
  const { signal } = controller;
  const onProgress = seen.resolve;
  const request = client.request("work", {}, { signal, onProgress });
  assertEquals(await seen.promise, "begun");
  controller.abort();
  await assertRejects(() => request, DOMException);
  assert(await until(() => reasons.length === 1));
  assertInstanceOf(reasons[0], RequestError);
  await Promise.all([client.close(), server.close()]);
});

Deno.test("what a handler does is what the request gets", async () => {
  const [client, server] = channelPair(jsonLines());
  server.serve({
    nothing: () => {},
    later: async ([n]) => await Promise.resolve(n),
    refuses() {
      throw new RequestError(RequestError.INVALID_PARAMS, "no", { why: 1 });
    },
    breaks: () => Promise.reject(new Error("broken")),
    cannotTravel: () => new Map(),
  });
  const errorOf = async (method: string) => {
    const call = () => client.request(method);
    const { code, message, data } = await assertRejects(call, RequestError);
    return { code, message, data };
  };
  assertEquals(await client.request("nothing"), null);
  assertEquals(await client.request("later", [5]), 5);
  assertEquals(await errorOf("refuses"), {
    code: -32602,
    message: "no",
    data: { why: 1 },
  });
  assertEquals((await errorOf("breaks")).message, "broken");
  assertEquals((await errorOf("breaks")).code, -32603);
  assertEquals((await errorOf("cannotTravel")).code, -32603);
  for (const method of ["missing", "constructor", "__proto__", "toString"]) {
    assertEquals((await errorOf(method)).code, -32601);
  }
  await assertRejects(
    () => client.request("later", [undefined]),
    TypeError,
    "undefined at params[0]",
  );
  await assertRejects(
    () => client.request("later", 5 as unknown as object),
    TypeError,
    "params must be",
  );
  await Promise.all([client.close(), server.close()]);
});

/** The examples of the specification's section 7, as the server sees them. */
const SPECIFIED = [
  {
    sent: { jsonrpc: "2.0", method: "subtract", params: [42, 23], id: 1 },
    answer: { jsonrpc: "2.0", id: 1, result: 19 },
  },
  {
    sent: {
      jsonrpc: "2.0",
      method: "subtract",
      params: { subtrahend: 23, minuend: 42 },
      id: "x",
    },
    answer: { jsonrpc: "2.0", id: "x", result: 19 },
  },
  { sent: { jsonrpc: "2.0", method: "update", params: [1, 2] } },
  {
    sent: { jsonrpc: "2.0", method: "foobar", id: "1" },
    answer: {
      jsonrpc: "2.0",
      id: "1",
      error: { code: -32601, message: 'there is no method "foobar"' },
    },
  },
  { sent: { jsonrpc: "2.0", method: 1, params: "bar" }, code: -32600 },
  { sent: [], code: -32600 },
  {
    sent: [
      { jsonrpc: "2.0", method: "subtract", params: [7, 2], id: "1" },
      { jsonrpc: "2.0", method: "update", params: [7] },
      { foo: "boo" },
      { jsonrpc: "2.0", method: "foo.get", id: "5" },
      { jsonrpc: "2.0", method: "later", id: "9" },
    ],
    answer: [
      { jsonrpc: "2.0", id: "1", result: 5 },
      {
        jsonrpc: "2.0",
        id: null,
        error: { code: -32600, message: "a request must be an object" },
      },
      {
        jsonrpc: "2.0",
        id: "5",
        error: { code: -32601, message: 'there is no method "foo.get"' },
      },
      { jsonrpc: "2.0", id: "9", result: ["hello", 5] },
    ],
  },
  {
    sent: [
      { jsonrpc: "2.0", method: "update", params: [1] },
      { jsonrpc: "2.0", method: "update", params: [2] },
    ],
  },
];

Deno.test("the examples of the JSON-RPC specification are answered as it says", async () => {
  for (const { sent, answer, code } of SPECIFIED) {
    const [client, server] = channelPair<unknown>(jsonLines());
    const served = server.serve({
      subtract: (params) =>
        Array.isArray(params)
          ? params[0] - params[1]
          : params.minuend - params.subtrahend,
      update: () => {},
      later: async () => await Promise.resolve(["hello", 5]),
    }, { maxInFlight: 1 });
    await client.send(sent);
    if (answer !== undefined) assertEquals(await client.receive(), answer);
    if (code !== undefined) {
      const received = await client.receive() as { error: { code: number } };
      assertEquals(received.error.code, code);
    }
    await client.close();
    await served;
    await server.close();
    // Nothing else came.
    assertEquals(await client.receive(), null);
  }
});

Deno.test("with requests, a JSON value that is no JSON-RPC object is noise", async () => {
  const heard: string[] = [];
  const onNoise = (line: string) => heard.push(line);
  const chunks = ['5\n{"a":1}\n[1,2]\n"text"\n{"jsonrpc":"1.0","id":1}\n'];
  const channel = channelFrom(jsonLines(), chunks, { onNoise });
  await channel.serve({});
  assertEquals(heard, [
    "5",
    '{"a":1}',
    "[1,2]",
    '"text"',
    '{"jsonrpc":"1.0","id":1}',
  ]);
});

Deno.test("no more handlers run at a time than maxInFlight", async () => {
  const [client, server] = channelPair(jsonLines());
  let running = 0;
  let most = 0;
  server.serve({
    async work() {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    },
  }, { maxInFlight: 3 });
  await Promise.all(
    Array.from({ length: 20 }, () => client.request("work")),
  );
  assertEquals({ most, running }, { most: 3, running: 0 });
  await Promise.all([client.close(), server.close()]);
});

Deno.test("both sides ask each other at once, each within a handler of the other", async () => {
  const [a, b] = channelPair(jsonLines());
  a.serve({
    half: async ([n]) => n > 0 ? await a.request("half", [n - 1]) : "a",
  });
  b.serve({
    half: async ([n]) => n > 0 ? await b.request("half", [n - 1]) : "b",
  });
  assertEquals(
    await Promise.all([a.request("half", [9]), b.request("half", [8])]),
    ["a", "a"],
  );
  await Promise.all([a.close(), b.close()]);
});

Deno.test("messages and requests do not share a channel", async () => {
  const [a, b] = channelPair(jsonLines());
  await assertRejects(() => a.receive({ timeoutMs: 0 }), DOMException);
  await assertRejects(
    () => a.request("x"),
    TypeError,
    "Cannot request after receive()",
  );
  b.serve({});
  await assertRejects(() => b.receive(), TypeError, "Cannot receive after");
  await assertRejects(
    () => b.serve({}),
    TypeError,
    "Cannot serve after serve()",
  );
  await Promise.all([a.close(), b.close()]);
});

Deno.test("an answer is read though it comes after requests that fill the queue", async () => {
  const [client, server] = channelPair(jsonLines());
  client.serve({ back: (params) => params });
  server.serve({
    ask: async () => await server.request("back", [1]),
    take: () => null,
  }, { maxInFlight: 1 });
  const text = "x".repeat(300_000);
  const all = [client.request("ask")];
  for (let n = 0; n < 8; n++) all.push(client.request("take", { text }));
  assertEquals((await Promise.all(all)).slice(0, 2), [[1], null]);
  await Promise.all([client.close(), server.close()]);
});

Deno.test("above 16 times the queue, requests are refused while an answer is awaited", async () => {
  const [client, server] = channelPair(jsonLines());
  const hold = Promise.withResolvers<null>();
  client.serve({ back: () => hold.promise });
  let asks = 0;
  server.serve({
    ask: () => asks++ === 0 ? server.request("back") : null,
  }, { maxInFlight: 1 });
  const asked = client.request("ask");
  const more = await Promise.allSettled(
    Array.from({ length: 16 * 4_096 + 100 }, (_, n) => {
      const request = client.request("ask");
      if (n === 16 * 4_096 + 99) request.catch(() => hold.resolve(null));
      return request;
    }),
  );
  const codes = more.filter((each) => each.status === "rejected")
    .map(({ reason }) => reason.code);
  assertEquals(codes, Array(100).fill(-32000));
  assertEquals(await asked, null);
  await Promise.all([client.close(), server.close()]);
});

test("a child that has closed its stdin and lives leaves no request pending", async () => {
  const says = '{"jsonrpc":"2.0","method":"closed"}';
  const script = `exec 0<&-; echo '${says}'; exec sleep 60`;
  await using child = spawn("sh", ["-c", script], { stdin: "piped" });
  const channel = channelOf(child, jsonLines());
  const closed = Promise.withResolvers<void>();
  channel.serve({ closed: () => closed.resolve() });
  await closed.promise;
  const asked = [1, 2, 3].map((n) => channel.request("x", [n]));
  let hasSettled = false;
  const settled = Promise.allSettled(asked).finally(() => hasSettled = true);
  // A process that is just being started elsewhere in this one has its stdin as
  // well, until it runs its own program. What is written then is not refused, but
  // what follows it.
  while (!hasSettled) {
    await channel.notify("again").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const each of await settled) {
    const { reason } = each as PromiseRejectedResult;
    assertInstanceOf(reason, DisconnectedError);
    assertEquals(reason.status, undefined);
  }
});

Deno.test(
  "after close, a child that dies is still named by what waits for it",
  PYTHON,
  async () => {
    await using child = adder();
    const channel = channelOf(child, jsonLines());
    const asked = channel.request("die");
    await channel.close();
    const error = await assertRejects(() => asked, DisconnectedError);
    assertEquals(error.status?.code, 7);
  },
);

Deno.test("the error of an other side that could not read what it got is noise", async () => {
  const answer = {
    jsonrpc: "2.0",
    id: null,
    error: { code: -32700, message: "?" },
  };
  const channel = channelFrom(jsonLines(), [JSON.stringify(answer) + "\n"]);
  const error = await assertRejects(() => channel.request("x"), NoiseError);
  assertEquals(JSON.parse(error.noise), answer);
});

test("a child that closes its stdout and ends later still tells how it ended", async () => {
  const script = "exec 1>&-; read line; sleep 0.1; echo late >&2; exit 5";
  await using child = spawn("sh", ["-c", script], { stdin: "piped" });
  const channel = channelOf(child, jsonLines());
  const error = await assertRejects(
    () => channel.request("x"),
    DisconnectedError,
  );
  assertEquals(error.status?.code, 5);
  assertEquals(error.status?.stderrTail, "late\n");
});

Deno.test("an answer that cannot travel leaves no request without one", async () => {
  const handlers = {
    map: () => new Map(),
    fails() {
      throw new RequestError(7, "no", new Map());
    },
    good: () => 1,
  };
  const [a, b] = channelPair(jsonLines());
  b.serve(handlers);
  const failing = await assertRejects(() => a.request("fails"), RequestError);
  assertEquals([failing.code, failing.data], [7, undefined]);
  await Promise.all([a.close(), b.close()]);

  const [client, server] = channelPair<unknown>(jsonLines());
  server.serve(handlers);
  client.send(
    Object.keys(handlers).map((method, id) => ({ jsonrpc: "2.0", id, method })),
  );
  const answers = await client.receive() as { error: { code: number } }[];
  assertEquals(answers.map(({ error }) => error.code), [-32603, 7, -32603]);
  await Promise.all([client.close(), server.close()]);
});
