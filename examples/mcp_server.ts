// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * An MCP server from npm, asked with nothing but `spawn` and a channel: its tools
 * are listed, and one of them is called.
 *
 *     deno run --allow-run examples/mcp_server.ts
 */
import { channelOf, jsonLines, spawn } from "@basic-pipes/basic-pipes";

const SERVER = "npm:@modelcontextprotocol/server-everything@2026.8.31";
const [command = "deno", ...args] = Deno.args.length > 0
  ? Deno.args
  : ["deno", "run", "-q", "-A", "--no-config", SERVER, "stdio"];

await using child = spawn(command, args, { stdin: "piped" });
// What a server prints by mistake is shown, and does not end the session.
const channel = channelOf(child, jsonLines(), {
  onNoise: (line) => console.error("noise:", line),
});
channel.serve({ "roots/list": () => ({ roots: [] }), ping: () => ({}) });

const { serverInfo } = await channel.request<{ serverInfo: { name: string } }>(
  "initialize",
  {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "example", version: "1" },
  },
  { timeoutMs: 60_000 },
);
console.log("server:", serverInfo.name);
await channel.notify("notifications/initialized");

const { tools } = await channel.request<{ tools: { name: string }[] }>(
  "tools/list",
  {},
);
console.log("tools:", tools.map(({ name }) => name).join(" "));
const { content } = await channel.request<{ content: unknown }>("tools/call", {
  name: "echo",
  arguments: { message: "Spam 0" },
});
console.log("echo:", content);
