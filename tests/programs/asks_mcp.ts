// deno-lint-ignore-file no-console -- it prints what it was answered
/**
 * The MCP SDK's own client, which starts the server that the arguments name:
 * `asks_mcp.ts npm:SDK command argument…`. Prints the answers, one a line.
 *
 * The SDK is named by an argument: in the lock file its hundred packages would be
 * read at each start of the program.
 */
const [sdk = "", command = "", ...args] = Deno.args;
const { Client } = await import(`${sdk}/client/index.js`);
const { StdioClientTransport } = await import(`${sdk}/client/stdio.js`);

const print = (value: unknown) => console.log(JSON.stringify(value));
const client = new Client({ name: "asks", version: "1" }, {
  capabilities: {},
});
await client.connect(
  new StdioClientTransport({ command, args, stderr: "inherit" }),
);
print(client.getServerVersion());
print((await client.listTools()).tools);
for (const message of ["Spam 0", "é😀\u2028", "x".repeat(100_000)]) {
  print(await client.callTool({ name: "echo", arguments: { message } }));
}
const two = { a: 2, b: 40 };
print(await client.callTool({ name: "get-sum", arguments: two }));
print((await client.listResources()).resources);
print((await client.listPrompts()).prompts);
// An answer that is an error.
print(await client.callTool({ name: "echo", arguments: {} }));
await client.close();
