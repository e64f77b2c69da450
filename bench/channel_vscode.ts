// deno-lint-ignore-file no-import-prefix -- named in deno.json, it would be fetched by whoever runs the program
/**
 * vscode-jsonrpc on Deno, both ends: `channel_vscode.ts COUNT`. Prints requests
 * a second, 256 in flight.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import rpc from "npm:vscode-jsonrpc@8.2.1/node.js";

const TEXT = "x".repeat(30);
const [words = "1000", side] = Deno.args;
const count = Number(words);

if (side === "child") {
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(process.stdin),
    new rpc.StreamMessageWriter(process.stdout),
  );
  connection.onRequest("echo", (text: string) => [text]);
  connection.listen();
} else {
  const program = fileURLToPath(import.meta.url);
  const child = spawn(
    Deno.execPath(),
    ["run", "-q", "-A", program, words, "child"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(child.stdout),
    new rpc.StreamMessageWriter(child.stdin),
  );
  connection.listen();
  const ask = async (total: number) => {
    let asked = 0;
    const lane = async () => {
      while (asked++ < total) await connection.sendRequest("echo", TEXT);
    };
    await Promise.all(Array.from({ length: 256 }, lane));
  };
  await ask(10_000);
  const startMs = performance.now();
  await ask(count);
  const seconds = (performance.now() - startMs) / 1000;
  const result = { perSecond: Math.round(count / seconds) };
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
  child.kill();
  Deno.exit();
}
