// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * A client's test without its server: what `main.ts tap --record FILE` has kept of
 * one session answers in its place. With a command it asks that server instead.
 *
 *     deno run examples/stand_in_server.ts
 *     deno run --allow-run examples/stand_in_server.ts COMMAND [ARGUMENT…]
 */
import {
  channelOf,
  type Child,
  jsonLines,
  Recording,
  spawn,
  standIn,
} from "@basic-pipes/basic-pipes";

/** What is tested: it takes a child, and does not know whether it is a process. */
async function total(server: Child, prices: number[]): Promise<number> {
  const channel = channelOf(server, jsonLines());
  channel.serve({ "progress": ({ done }) => console.log("done:", done) });
  let sum = 0;
  for (const price of prices) {
    sum = await channel.request<number>("add", { a: sum, b: price });
  }
  await channel.close();
  return sum;
}

// A test has it in a file: `(await Deno.open("session.jsonl")).readable`.
const SESSION = new Blob([String.raw`
{"recording":1,"program":"basic-pipes 0.2.0","command":["adds"],"startedAt":"2026-11-26T10:00:00.000000Z","frame":"json"}
{"ms":1,"from":"in","offset":0,"text":"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"add\",\"params\":{\"a\":0,\"b\":2}}\n"}
{"ms":2,"from":"out","offset":0,"text":"{\"jsonrpc\":\"2.0\",\"method\":\"progress\",\"params\":{\"done\":1}}\n"}
{"ms":3,"from":"out","offset":57,"text":"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":2}\n"}
{"ms":4,"from":"in","offset":65,"text":"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"add\",\"params\":{\"b\":3,\"a\":2}}\n"}
{"ms":5,"from":"out","offset":93,"text":"{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":5}\n"}
{"ms":6,"status":{"code":0,"signal":null,"reason":"exited"},"bytes":{}}
`.trimStart()]);

const [command, ...args] = Deno.args;
if (command !== undefined) {
  await using server = spawn(command, args, { stdin: "piped" });
  console.log("total:", await total(server, [2, 3]));
} else {
  await using server = await standIn(await Recording.read(SESSION.stream()));
  console.log("total:", await total(server, [2, 3]));
  const { code } = await server.check();
  // A request that the recording does not have would be named here.
  console.log("ended with", code, "unknown:", server.unknown);
}
