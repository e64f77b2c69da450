/**
 * Real clients of others, with real servers of others: with and without a tap
 * between them, and with a recording in the place of the server.
 */
import { fileURLToPath } from "node:url";
import { has } from "./support/processes.ts";
import { readRecording } from "./support/recordings.ts";
import { assert, assertEquals } from "./support/std_assert.ts";
import { denoRun } from "./support/whole_program.ts";

/** A client, the package that it is made of, and the server that it asks. */
interface Pair {
  readonly name: string;
  readonly client: string;
  readonly uses: string;
  readonly server: readonly string[];
  readonly needs: string;
  readonly lines: number;
}

const PAIRS: readonly Pair[] = [
  {
    name: "the MCP SDK's client and server-everything",
    client: "asks_mcp.ts",
    uses: "npm:@modelcontextprotocol/sdk@1.32.2",
    server: [
      ...[Deno.execPath(), "run", "-q", "-A", "--no-config"],
      ...["npm:@modelcontextprotocol/server-everything@2026.8.31", "stdio"],
    ],
    needs: "sh",
    lines: 9,
  },
  {
    name: "vscode-jsonrpc and typescript-language-server",
    client: "asks_lsp.ts",
    uses: "npm:vscode-jsonrpc@8.2.1",
    server: [
      ...["npx", "-y", "-p", "typescript@5.9.3"],
      ...["-p", "typescript-language-server@5.3.0"],
      ...["typescript-language-server", "--stdio"],
    ],
    needs: "npx",
    lines: 8,
  },
];

/** What the client printed, one answer a line. */
async function ask(
  { client, uses }: Pair,
  server: readonly string[],
): Promise<string[]> {
  const path = fileURLToPath(new URL(`programs/${client}`, import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-config", path, uses, ...server],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, text(stderr));
  return text(stdout).trimEnd().split("\n");
}

/** The words that start `main.ts`. */
function main(...args: string[]): string[] {
  const deno = ["--allow-run", "--allow-read", "--allow-write"];
  return [Deno.execPath(), ...denoRun(args, { deno })];
}

for (const pair of PAIRS) {
  Deno.test({
    name:
      `${pair.name}: the same answers through a tap, and from its recording alone`,
    ignore: !has(pair.needs),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const record = `${folder}/s.jsonl`;
        const without = await ask(pair, pair.server);
        assertEquals(without.length, pair.lines);
        const tap = main("tap", `--record=${record}`, "--", ...pair.server);
        assertEquals(await ask(pair, tap), without);

        const { events } = await readRecording(record);
        const last = events.at(-1);
        assert(last?.kind === "status", "the recording has no status");
        for (const from of ["in", "out"] as const) {
          const { read, passed } = last.bytes[from]!;
          assertEquals(read, passed, from);
          // More than a pipe holds, so that messages are cut.
          assert(read > 65_536 || from === "out", `only ${read} bytes`);
        }

        // The server is not there any more.
        const standIn = main("replay", "--serve", "--speed=max", record);
        assertEquals(await ask(pair, standIn), without);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
