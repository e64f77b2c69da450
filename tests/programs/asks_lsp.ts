// deno-lint-ignore-file no-console -- it prints what it was answered
/**
 * A client of language servers by vscode-jsonrpc, which starts the server that
 * the arguments name: `asks_lsp.ts npm:vscode-jsonrpc command argument…`. Prints
 * the answers, one a line.
 */
import { spawn } from "node:child_process";

const [rpc = "", command = "", ...args] = Deno.args;
const {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} = (await import(`${rpc}/node.js`)).default;

const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const ended = new Promise((resolve) => server.on("exit", resolve));
const connection = createMessageConnection(
  new StreamMessageReader(server.stdout),
  new StreamMessageWriter(server.stdin),
);
connection.onRequest("client/registerCapability", () => null);
connection.onRequest("window/workDoneProgress/create", () => null);
connection.onRequest(
  "workspace/configuration",
  ({ items }: { items: unknown[] }) => items.map(() => null),
);
connection.listen();

const uri = "file:///spam.ts";
const text = `const spam = 40 + 2;\nspam;\n// é😀 ${"x".repeat(70_000)}\n`;
const print = (value: unknown) => console.log(JSON.stringify(value));
const { serverInfo, capabilities } = await connection.sendRequest(
  "initialize",
  // No process id: what is asked has to be the same each time.
  { processId: null, rootUri: null, capabilities: {} },
);
print([serverInfo, Object.keys(capabilities).sort()]);
await connection.sendNotification("initialized", {});
await connection.sendNotification("textDocument/didOpen", {
  textDocument: { uri, languageId: "typescript", version: 1, text },
});
const position = { line: 1, character: 1 };
const at = { textDocument: { uri }, position };
for (const method of ["hover", "definition", "documentHighlight"]) {
  print(await connection.sendRequest(`textDocument/${method}`, at));
}
const { textDocument } = at;
print(
  await connection.sendRequest("textDocument/documentSymbol", { textDocument }),
);
print(
  await connection.sendRequest("no/suchMethod", {})
    .catch(({ code }: { code: number }) => `error ${code}`),
);
print(await connection.sendRequest("shutdown"));
await connection.sendNotification("exit");
print(await ended);
connection.dispose();
Deno.exit();
