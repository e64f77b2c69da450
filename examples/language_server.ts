// deno-lint-ignore-file no-console -- an example prints what it found
/**
 * A language server, asked with nothing but `spawn` and a channel: what is known
 * of a name in a file? Without a command it is Deno's own.
 *
 *     deno run --allow-run examples/language_server.ts
 *     deno run --allow-run examples/language_server.ts npx -y \
 *       -p typescript@5.9.3 -p typescript-language-server@5.3.0 \
 *       typescript-language-server --stdio
 */
import { channelOf, jsonHeader, spawn } from "@basic-pipes/basic-pipes";

const [command = Deno.execPath(), ...args] = Deno.args;
await using child = spawn(command, Deno.args.length > 0 ? args : ["lsp"], {
  stdin: "piped",
});
const channel = channelOf(child, jsonHeader(), {
  onNoise: (text) => console.error("noise:", text),
});
// Servers ask back: for settings, for the right to register what they can do.
channel.serve({
  "workspace/configuration": ({ items }: { items: unknown[] }) =>
    items.map(() => ({ enable: true })),
  "client/registerCapability": () => null,
  "window/workDoneProgress/create": () => null,
});

const capabilities = {
  textDocument: { hover: { contentFormat: ["plaintext"] } },
};
await channel.request("initialize", {
  processId: Deno.pid,
  rootUri: null,
  capabilities,
  initializationOptions: { enable: true },
}, { timeoutMs: 60_000 });
await channel.notify("initialized", {});

const uri = "file:///spam.ts";
const text = "const spam = 40 + 2;\nspam;\n";
await channel.notify("textDocument/didOpen", {
  textDocument: { uri, languageId: "typescript", version: 1, text },
});
const hover = await channel.request("textDocument/hover", {
  textDocument: { uri },
  position: { line: 1, character: 1 },
}, { timeoutMs: 60_000 });
console.log(JSON.stringify(hover));

await channel.request("shutdown");
await channel.notify("exit");
