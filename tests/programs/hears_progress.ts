// deno-lint-ignore-file no-console -- it prints what it has heard
/**
 * The MCP SDK's own client, which starts the server that the arguments name:
 * `hears_progress.ts npm:SDK command argument…`. Calls its tool, and prints how
 * often it heard of progress, and its errors.
 */
const [sdk = "", command = "", ...args] = Deno.args;
const { Client } = await import(`${sdk}/client/index.js`);
const { StdioClientTransport } = await import(`${sdk}/client/stdio.js`);

const client = new Client({ name: "hears", version: "1" });
let errors = 0;
client.onerror = () => errors++;
await client.connect(new StdioClientTransport({ command, args }));
let heard = 0;
const onprogress = () => heard++;
await client.callTool({ name: "any", arguments: {} }, undefined, {
  onprogress,
});
console.log(JSON.stringify({ heard, errors }));
await client.close();
