/**
 * Owns a server, which takes no notice of SIGINT and ends with its stdin, and a
 * client, which does not; works until the client has ended.
 */
import { spawn } from "../../src/process/mod.ts";

const print = (text: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(text));

await using server = spawn("sh", ["-c", "trap '' INT; echo ready; exec cat"], {
  stdin: "piped",
});
await server.stdout.readLine();
await using client = spawn("sh", [
  "-c",
  "while :; do echo hi; sleep 0.1; done",
]);
print(`parent ${Deno.pid} child ${server.pid}\n`);
for await (const _ of client.stdout.lines()) print("ready\n");
